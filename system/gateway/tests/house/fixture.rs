//! A house: a gateway with its data directory, a shutter, a platform.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tomori_gateway::lan::LanError;
use tomori_gateway::{Clocks, Config, Gateway, GatewayError, House, StoreError, enrol};
use tomori_runtime::clock::{ScaledClock, SharedClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_runtime::journal::JournalError;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{
    Command, CommandId, Device, DeviceId, DeviceKind, Equipment, HomeId, HousePlan, Origin, PropertyValue, ResidentId,
    Schedule,
};

use crate::platform::Platform;
use crate::shutter::{Shutter, class_code};

/// Nothing in these tests takes longer when it works.
pub const PATIENCE: Duration = Duration::from_secs(30);

static PORT: AtomicU16 = AtomicU16::new(0);

pub struct Scene {
    pub platform: Platform,
    pub shutter: Shutter,
    pub clock: SharedClock,
    pub wall: SharedClock,
    pub config: Config,
    pub device: DeviceId,
    pub resident: ResidentId,
    pub home: HomeId,
    pub folder: tempfile::TempDir,
    running: Option<Running>,
    /// Devices of the plan besides the shutter.
    pub others: Vec<Equipment>,
}

struct Running {
    runtime: tokio::runtime::Runtime,
    trigger: Trigger,
    task: tokio::task::JoinHandle<()>,
    house: House,
}

impl Scene {
    /// A house at 21:00 UTC, six in the morning in Tokyo; enrolled, connected, its plan in force, its shutter found.
    pub fn ready() -> Self {
        let mut scene = Self::enrolled("2026-11-23T21:00:00Z", Vec::new());
        scene.start();
        scene.settle();
        scene
    }

    /// A house whose gateway is enrolled and not started.
    pub fn enrolled(start: &str, schedules: Vec<Schedule>) -> Self {
        let start: Timestamp = start.parse().unwrap();
        let clock: SharedClock = Arc::new(ScaledClock::new(start, 1.0));
        Self::with_clocks(clock.clone(), clock, schedules)
    }

    pub fn with_clocks(clock: SharedClock, wall: SharedClock, schedules: Vec<Schedule>) -> Self {
        let home = HomeId::from_random([9; 10]);
        let platform = Platform::start(&home, clock.clone(), wall.clone());
        let port =
            21_000 + u16::try_from(std::process::id() % 3_000).unwrap() * 10 + PORT.fetch_add(1, Ordering::Relaxed);
        let shutter = Shutter::start(Ipv4Addr::new(127, 0, 0, 2), port);
        let mut config = Config::default();
        config.lan.address = Ipv4Addr::new(127, 0, 0, 1);
        config.lan.port = port;
        config.lan.gap_ms = 5;
        config.lan.answer_within_ms = 300;
        config.lan.set_within_ms = 500;
        config.lan.poll_every_ms = 1_000;
        config.lan.poll_moving_ms = 100;
        config.commands.confirm_within_s = 10;
        config.commands.start_within_ms = 1_000;
        let scene = Self {
            platform,
            shutter,
            clock,
            wall,
            config,
            device: DeviceId::from_random([2; 10]),
            resident: ResidentId::from_random([3; 10]),
            home,
            folder: tempfile::tempdir().unwrap(),
            running: None,
            others: Vec::new(),
        };
        scene.platform.board().plan = Some(scene.plan(1, schedules));
        scene.enrol().unwrap();
        scene
    }

    pub fn plan(&self, version: u64, schedules: Vec<Schedule>) -> HousePlan {
        HousePlan {
            home: self.home.clone(),
            home_name: "試験の家".to_owned(),
            version,
            security: tomori_smart_home::arming::Security::default(),
            place: Place {
                time_zone: "Asia/Tokyo".to_owned(),
                latitude: 35.68,
                longitude: 139.77,
            },
            equipment: std::iter::once(Equipment {
                device: Device {
                    id: self.device.clone(),
                    kind: DeviceKind::ElectricRainDoor,
                    room: "居間".to_owned(),
                    name: "南".to_owned(),
                },
                model: String::new(),
                endpoint: Some(Endpoint {
                    node: self.shutter.node.clone(),
                    class_code: class_code(),
                    instance: 1,
                }),
                certificate: None,
            })
            .chain(self.others.clone())
            .collect(),
            schedules,
            grants: Vec::new(),
        }
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub fn enrol(&self) -> Result<tomori_gateway::Enrolled, tomori_gateway::EnrolError> {
        let runtime = runtime();
        let data = open(self.data());
        runtime.block_on(enrol(
            &data,
            &self.platform.code(),
            &self.platform.enrolment_address(),
            "test",
            Vec::new(),
            self.wall.clone(),
            Arc::new(SystemEntropy),
        ))
    }

    pub fn start(&mut self) {
        self.try_start().unwrap();
    }

    pub fn try_start(&mut self) -> Result<(), GatewayError> {
        assert!(self.running.is_none());
        let runtime = runtime();
        let clocks = Clocks {
            house: self.clock.clone(),
            wall: self.wall.clone(),
        };
        let began = Instant::now();
        let gateway = loop {
            let (config, data) = (self.config.clone(), open(self.data()));
            match runtime.block_on(Gateway::open(config, data, clocks.clone(), Arc::new(SystemEntropy))) {
                // A gateway that was killed lets go of its journal and its port a moment later.
                Err(GatewayError::Store(StoreError::Journal(JournalError::InUse { .. })))
                | Err(GatewayError::Lan(LanError::PortInUse { .. }))
                    if began.elapsed() < PATIENCE =>
                {
                    std::thread::sleep(Duration::from_millis(10));
                }
                opened => break opened?,
            }
        };
        let house = gateway.house();
        let (trigger, shutdown) = Shutdown::new();
        let task = runtime.spawn(async move { gateway.run(shutdown).await.unwrap() });
        self.running = Some(Running {
            runtime,
            trigger,
            task,
            house,
        });
        Ok(())
    }

    /// Connected, plan in force, shutter alive.
    pub fn settle(&self) {
        until("the house is ready", || {
            let view = self.house().view();
            let is_seen = |device: &tomori_gateway::DeviceView| device.reports.contains_key(&name::open_close_status());
            view.plan_version > 0 && view.devices.iter().all(|device| device.is_alive && is_seen(device))
        });
    }

    pub fn house(&self) -> House {
        self.running.as_ref().unwrap().house.clone()
    }

    /// A clean stop.
    pub fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.trigger.stop();
        running.runtime.block_on(running.task).unwrap();
    }

    /// The power goes.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            drop(running.house);
            running.runtime.shutdown_background();
        }
    }

    pub fn command(&self, wish: &str) -> Command {
        self.command_from(
            wish,
            Origin::Resident {
                resident: self.resident.clone(),
            },
        )
    }

    pub fn command_from(&self, wish: &str, origin: Origin) -> Command {
        let now = self.clock.now();
        Command {
            id: CommandId::from_random(bytes(&SystemEntropy)),
            device: self.device.clone(),
            property: name::open_close_operation(),
            value: PropertyValue::word(wish),
            origin,
            // The wire has microseconds.
            issued_at: Timestamp::from_microsecond(now.as_microsecond()).unwrap(),
            expires_at: Timestamp::from_microsecond(now.as_microsecond()).unwrap() + Command::LIFETIME,
        }
    }

    /// A resident at home presses a button.
    pub fn press(&self, wish: &str) -> Result<Command, tomori_smart_home::Reason> {
        let house = self.house();
        let (device, resident) = (self.device.clone(), self.resident.clone());
        let value = PropertyValue::word(wish);
        self.running.as_ref().unwrap().runtime.block_on(house.command(
            device,
            name::open_close_operation(),
            value,
            resident,
        ))
    }

    /// Everything the platform got was right, and it got everything.
    pub fn reconciled(&self) {
        let board = self.platform.board();
        assert_eq!(board.broken, Vec::<String>::new());
        let numbers: Vec<u64> = board.events.keys().copied().collect();
        let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, expected);
    }

    pub fn later(&self, seconds: i64) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(seconds)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.kill();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A gateway that was killed lets go of its directory a moment later.
pub fn open(path: &Path) -> DataDir {
    let began = Instant::now();
    loop {
        match DataDir::open(path) {
            Ok(data) => return data,
            Err(error) if began.elapsed() > PATIENCE => panic!("{error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
