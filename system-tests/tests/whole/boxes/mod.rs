//! Platform, gateway and a company's server as processes of their own, so that they can be killed: the test program starts itself again as a
//! box. A box is told what it needs by environment variables, speaks lines that begin with `box: ` on its standard
//! output, takes lines on its standard input, and ends cleanly when that ends.

mod acts;
mod recipe;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tomori_gateway::{Gateway, UplinkState};
use tomori_platform::device_state::NewCommand;
use tomori_platform::server::Platform;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::config::load_valid;
use tomori_runtime::data_dir::{DataDir, DataDirError};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::property::name;
use tomori_smart_home::{DeviceId, Origin, PropertyValue, ResidentId, StaffId};
use tomori_system_tests::dial::Dial;
use tomori_third_party::cases::{Case, Line, Outcome, script};
use tomori_third_party::people::{Role, Viewer};
use tomori_third_party::server::{Services, ThirdParty};

pub use recipe::{Disk, Recipe};

const BOX: &str = "TOMORI_BOX";
const CONFIG: &str = "TOMORI_BOX_CONFIG";
const DATA: &str = "TOMORI_BOX_DATA";
const CLOCK: &str = "TOMORI_BOX_CLOCK";
const PREFIX: &str = "box: ";

/// How long a box may take to start, or to answer.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A box that runs. Dropping it kills it.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Running {
    /// Waits for the next line that begins so, and answers the rest of it; `None` when the box died or says nothing.
    pub fn hear(&self, beginning: &str) -> Option<String> {
        let began = Instant::now();
        loop {
            let left = PATIENCE.checked_sub(began.elapsed())?;
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(beginning) {
                        return Some(rest.trim().to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Whether it has said so by now, without waiting.
    pub fn has_said(&self, beginning: &str) -> bool {
        self.lines.try_iter().any(|line| line.starts_with(beginning))
    }

    /// Tells it a line; false when it is dead.
    pub fn tell(&mut self, line: &str) -> bool {
        let Some(stdin) = &mut self.stdin else { return false };
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).is_ok()
    }

    /// Tells it a line, and waits for what begins so.
    pub fn ask(&mut self, line: &str, beginning: &str) -> String {
        assert!(self.tell(line), "the box is dead");
        self.hear(beginning).unwrap_or_else(|| panic!("no answer to `{line}`"))
    }

    /// Waits until it has ended by itself; whether that was a good end.
    pub fn end(mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// kill −9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// A clean stop.
    pub fn stop(mut self) {
        drop(self.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "a box ended with {status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a box begins. Started as an ordinary test it has nothing to do: what it does as a box is proved by the tests
/// that start it.
#[test]
fn box_entry() {
    let Ok(kind) = std::env::var(BOX) else { return };
    tomori_runtime::log::init("info,tomori_gateway=debug", false);
    let variable = |name| PathBuf::from(std::env::var_os(name).unwrap());
    let clock = std::env::var(CLOCK).unwrap();
    let [anchor, start, speed] = clock.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let clock = Dial::anchored(anchor.parse().unwrap(), start.parse().unwrap(), speed.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (config, data) = (variable(CONFIG), variable(DATA));
    match kind.as_str() {
        "platform" => runtime.block_on(platform(&config, &data, clock)),
        "company" => runtime.block_on(company(&config, &data)),
        _ => runtime.block_on(gateway(&config, &data, clock)),
    }
}

/// An error with all its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source()).map(|cause| format!(": {cause}"));
    std::iter::once(error.to_string()).chain(causes).collect()
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{PREFIX}{line}").unwrap();
    out.flush().unwrap();
}

/// The lines of standard input; the channel ends with it.
fn asked() -> tokio::sync::mpsc::Receiver<String> {
    let (to, from) = tokio::sync::mpsc::channel(64);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if to.blocking_send(line).is_err() {
                return;
            }
        }
    });
    from
}

/// A process that was killed may hold its directory for a moment longer than its end is known.
async fn open(data: &Path) -> DataDir {
    let began = Instant::now();
    loop {
        match DataDir::open(data) {
            Ok(data) => return data,
            Err(error) if began.elapsed() > PATIENCE || !matches!(error, DataDirError::InUse { .. }) => {
                panic!("{}", chain(&error))
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What every box does when asked; false when this is not such a thing.
fn common(words: &[&str], data: &Path) -> bool {
    let filler = data.join("filler");
    match words {
        ["fill"] => {
            let mut file = std::fs::File::create(&filler).unwrap();
            let mut size = 64 * 1024;
            while size > 0 {
                if file.write_all(&vec![0; size]).is_err() {
                    size /= 2;
                }
            }
            say("full");
        }
        ["free"] => {
            std::fs::remove_file(&filler).unwrap();
            say("free");
        }
        _ => return false,
    }
    true
}

async fn platform(config: &Path, data: &Path, clock: Dial) {
    let clocks = tomori_platform::server::Clocks {
        house: clock.shared(),
        wall: Arc::new(SystemClock),
    };
    let config = load_valid(config).unwrap();
    let platform = Platform::open(config, open(data).await, clocks, Arc::new(SystemEntropy))
        .await
        .unwrap();
    let services = platform.services().clone();
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(platform.run(axum::Router::new(), shutdown));
    say("ready");
    let mut asked = asked();
    while let Some(line) = asked.recv().await {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            _ if common(&words, data) => {}
            ["stored", home, gateway] => {
                let (home, gateway) = (home.parse().unwrap(), gateway.parse().unwrap());
                let stored = services.device_state.gateway_stored_through(&home, &gateway).await;
                say(&format!("stored {:?}", stored.ok()));
            }
            ["answers", incident] => say(&acts::answers(&services, incident).await),
            ["stage", home, command] => {
                let (home, command) = (home.parse().unwrap(), command.parse().unwrap());
                let record = services.device_state.command_record(&home, &command).await;
                say(&format!("stage {:?}", record.map(|record| record.stage)));
            }
            ["connected"] => say(&format!("connected {}", services.link.connected())),
            ["command", home, device, resident, degree, key] => {
                let new = NewCommand {
                    id: None,
                    device: device.parse::<DeviceId>().unwrap(),
                    property: name::degree_of_opening(),
                    value: PropertyValue::Number(degree.parse().unwrap()),
                    origin: Origin::Resident {
                        resident: resident.parse::<ResidentId>().unwrap(),
                    },
                    idempotency_key: Some(key.to_owned()),
                    expires_at: None,
                };
                match services.device_state.command(&home.parse().unwrap(), new).await {
                    Ok(record) => say(&format!("accepted {key} {}", record.command.id)),
                    Err(error) => say(&format!("refused {key} {}", chain(&error))),
                }
            }
            _ => panic!("not understood: {line}"),
        }
    }
    trigger.stop();
    running.await.unwrap().unwrap();
}

async fn gateway(config: &Path, data: &Path, clock: Dial) {
    let clocks = tomori_gateway::Clocks {
        house: clock.shared(),
        wall: Arc::new(SystemClock),
    };
    let config = load_valid(config).unwrap();
    let gateway = Gateway::open(config, open(data).await, clocks, Arc::new(SystemEntropy))
        .await
        .unwrap();
    let (trigger, shutdown) = Shutdown::new();
    let house = gateway.house();
    let running = tokio::spawn(gateway.run(shutdown));
    say("ready");
    let mut asked = asked();
    while let Some(line) = asked.recv().await {
        if let Some(done) = acts::at_home(&house, &line).await {
            say(&done);
            continue;
        }
        match line.as_str() {
            words if common(&[words], data) => {}
            "storage" => say(&format!("storage {:?}", house.view().storage)),
            "connected" => {
                let is_connected = matches!(house.view().uplink, UplinkState::Connected { .. });
                say(&format!("connected {is_connected}"));
            }
            _ => panic!("not understood: {line}"),
        }
    }
    trigger.stop();
    running.await.unwrap().unwrap();
}

async fn company(config: &Path, data: &Path) {
    let config = load_valid(config).unwrap();
    let server = ThirdParty::open(config, open(data).await, Arc::new(SystemClock), Arc::new(SystemEntropy));
    let server = server.await.unwrap();
    let services = server.services().clone();
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(server.run(shutdown));
    say("ready");
    let mut asked = asked();
    while let Some(line) = asked.recv().await {
        let words: Vec<&str> = line.split(' ').collect();
        if let Some(done) = acts::at_the_company(&services, data, &words).await {
            say(&done);
            continue;
        }
        match words[..] {
            ["enrol", code, address] => {
                let enrolled = services.partner.enrol(code, address).await;
                say(&format!("enrolled {:?}", enrolled.map(|company| company.to_string())));
            }
            // How many cases there are, how many alarms they count, and how many are told one by one.
            ["board"] => {
                let cases = services.cases.board(0, 100).await.unwrap().cases;
                let alarms: u32 = cases.iter().map(|case| case.alarms).sum();
                let mut told = 0;
                for case in &cases {
                    let view = services.cases.case(&case.id).await.unwrap();
                    told += view.entries.iter().filter(|entry| entry.what == "alarm").count();
                }
                say(&format!("board {} {alarms} {told}", cases.len()));
            }
            // How many entries of a kind the cases have.
            ["told", kind] => {
                let mut told = 0;
                for case in services.cases.board(0, 100).await.unwrap().cases {
                    let view = services.cases.case(&case.id).await.unwrap();
                    told += view.entries.iter().filter(|entry| entry.what == kind).count();
                }
                say(&format!("told {told}"));
            }
            // What somebody at the board does with the first case.
            ["do", what] => {
                let case = services.cases.board(0, 1).await.unwrap().cases.remove(0);
                say(&format!("did {:?}", act(&services, &case, what).await));
            }
            ["lost"] => {
                let standing = *services.partner.standing().borrow();
                say(&format!("lost {}", standing.lost_since.is_some()));
            }
            _ => panic!("not understood: {line}"),
        }
    }
    trigger.stop();
    running.await.unwrap().unwrap();
}

async fn act(services: &Services, case: &Case, what: &str) -> Result<(), Box<dyn std::error::Error>> {
    let viewer = Viewer {
        staff: StaffId::from_random([1; 10]),
        role: Role::Supervisor,
        name: "責 三郎".to_owned(),
        session: "box".to_owned(),
        since: Timestamp::now(),
        csrf: String::new(),
    };
    let cases = &services.cases;
    match what {
        "take" => cases.take(&viewer, &case.id).await?,
        "disclose" => services.partner.disclose(&case.id, &viewer.name).await?,
        // As the room says it that sends guards.
        "send" => {
            let who = Some(&viewer.staff);
            cases.tell(&case.id, who, "sent", Line::default()).await?;
        }
        "arrive" => cases.arrived(&viewer, &case.id).await?,
        "close" => {
            for step in script::steps(case.kind, case.danger) {
                cases.tick(&viewer, &case.id, *step).await?;
            }
            let report = "窓の閉め忘れ。異常なし。";
            cases.close(&viewer, &case.id, Outcome::FalseAlarm, report).await?;
        }
        _ => panic!("not understood: {what}"),
    }
    Ok(())
}
