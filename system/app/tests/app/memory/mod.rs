//! A house in memory behind the app's port: two homes, three residents, and everything a test wants to happen.
//!
//! It is strict where the real ones must be: whoever asks for what is not theirs gets `NotFound`.

mod data;
pub(crate) mod guard;
pub(crate) mod people;
mod port;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use tokio::sync::broadcast;
use tomori_app::port::{
    Abilities, Change, CommandView, DeviceView, HistoryEntry, HomeName, HouseView, Known, ScheduleView, SignInMode,
    Viewer, Wish,
};
use tomori_runtime::clock::SharedClock;
use tomori_smart_home::property::{PropertyName, Source};
use tomori_smart_home::{CommandId, DeviceId, HomeId, PropertyValue, Report, ResidentId, Stage};

pub(crate) use people::Person;

/// The two homes.
pub(crate) const HOME: &str = "home_a";
pub(crate) const OTHER_HOME: &str = "home_b";
/// Hanako and Taro live in the first, Jiro in the second.
pub(crate) const HANAKO: &str = "hanako";
pub(crate) const TARO: &str = "taro";
pub(crate) const JIRO: &str = "jiro";
/// Their password; their one-time codes come from [`one_time_code`] with [`TOTP_SECRET`].
pub(crate) const PASSWORD: &str = "a calm light at night";
pub(crate) const TOTP_SECRET: &[u8] = b"12345678901234567890";

/// A wish that arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) by: ResidentId,
    pub(crate) wish: Wish,
    pub(crate) command: CommandId,
}

pub(crate) struct Memory {
    pub(crate) homes: BTreeMap<HomeId, Home>,
    pub(crate) people: Vec<Person>,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) arrived: Vec<Arrived>,
    pub(crate) refuse_commands: Option<tomori_smart_home::Reason>,
    pub(crate) unavailable: bool,
    pub(crate) wrong_tries: u32,
    pub(crate) links: HashMap<String, ResidentId>,
    pub(crate) next_number: u64,
}

pub(crate) struct Home {
    pub(crate) house: HouseView,
    pub(crate) schedules: Vec<ScheduleView>,
    pub(crate) history: Vec<HistoryEntry>,
    pub(crate) phones: Vec<(tomori_smart_home::GrantId, ResidentId, Timestamp)>,
    pub(crate) last_editor: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) guard: guard::Guard,
}

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) resident: ResidentId,
    pub(crate) id: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) agent: String,
}

/// The house.
pub(crate) struct MemoryHouse {
    clock: SharedClock,
    abilities: Abilities,
    inner: Arc<Mutex<Memory>>,
    changes: broadcast::Sender<(HomeId, Change)>,
}

impl MemoryHouse {
    /// As the platform sees it.
    pub(crate) fn platform(clock: SharedClock) -> Arc<Self> {
        let everything = Abilities {
            sign_in: SignInMode::Password,
            edit_schedules: true,
            pair: true,
            change_password: true,
            sessions: true,
        };
        Self::with(clock, everything)
    }

    /// As the gateway sees it.
    pub(crate) fn gateway(clock: SharedClock) -> Arc<Self> {
        let at_home = Abilities {
            sign_in: SignInMode::Paired,
            edit_schedules: false,
            pair: false,
            change_password: false,
            sessions: false,
        };
        Self::with(clock, at_home)
    }

    /// The gateway's side of the very same house.
    pub(crate) fn at_home(&self) -> Arc<Self> {
        let gateway = Self::gateway(self.clock.clone());
        Arc::new(Self {
            clock: self.clock.clone(),
            abilities: gateway.abilities,
            inner: self.inner.clone(),
            changes: self.changes.clone(),
        })
    }

    fn with(clock: SharedClock, abilities: Abilities) -> Arc<Self> {
        let memory = data::memory(clock.now());
        Arc::new(Self {
            clock,
            abilities,
            inner: Arc::new(Mutex::new(memory)),
            changes: broadcast::channel(256).0,
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.inner.lock().unwrap()
    }

    pub(crate) fn clock(&self) -> SharedClock {
        self.clock.clone()
    }

    /// Everything that arrived so far.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.lock().arrived.clone()
    }

    /// Changes one home and tells everybody who listens.
    pub(crate) fn change(&self, home: &str, work: impl FnOnce(&mut Home)) {
        let home: HomeId = home.parse().unwrap();
        work(self.lock().homes.get_mut(&home).unwrap());
        self.tell(&home, None);
    }

    /// Changes one device of the first home.
    pub(crate) fn device(&self, device: &str, work: impl FnOnce(&mut DeviceView)) {
        let id: DeviceId = device.parse().unwrap();
        self.change(HOME, |home| {
            work(home.house.devices.iter_mut().find(|view| view.device.id == id).unwrap());
        });
    }

    /// A device says something about itself, now.
    pub(crate) fn report(&self, device: &str, property: &'static str, value: PropertyValue) {
        let at = self.clock.now();
        self.device(device, |view| report(view, property, value, at));
    }

    /// The newest command of a device comes to a stage, now; history follows.
    pub(crate) fn progress(&self, device: &str, stage: Stage) {
        let at = self.clock.now();
        let id: DeviceId = device.parse().unwrap();
        self.change(HOME, |home| {
            let view = home.house.devices.iter_mut().find(|view| view.device.id == id).unwrap();
            let Some(command) = view.command.as_mut() else { return };
            command.stage = stage;
            command.stage_at = at;
            let command = command.clone();
            for entry in &mut home.history {
                if let tomori_app::port::Happened::Command { command: told, .. } = &mut entry.what
                    && told.id == command.id
                {
                    *told = command.clone();
                }
            }
        });
    }

    fn tell(&self, home: &HomeId, device: Option<DeviceId>) {
        let _ = self.changes.send((home.clone(), Change { device }));
    }
}

/// Writes a report into a device.
pub(crate) fn report(view: &mut DeviceView, property: &'static str, value: PropertyValue, at: Timestamp) {
    let property = PropertyName::known(property);
    let report = Report {
        value,
        at,
        source: Source::Announced,
    };
    match view.known.iter_mut().find(|known| known.property == property) {
        Some(known) => known.report = report,
        None => view.known.push(Known { property, report }),
    }
}

impl Memory {
    /// A number nobody had before.
    pub(crate) fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    pub(crate) fn person(&self, id: &ResidentId) -> &Person {
        self.people.iter().find(|person| person.id == *id).unwrap()
    }

    pub(crate) fn viewer(&self, session: &Session) -> Viewer {
        let person = self.person(&session.resident);
        let homes = person
            .homes
            .iter()
            .map(|id| HomeName {
                id: id.clone(),
                name: self.homes[id].house.name.clone(),
            })
            .collect();
        Viewer {
            resident: person.id.clone(),
            name: person.name.clone(),
            lang: person.lang,
            homes,
            session: session.id.clone(),
        }
    }

    /// Remembers a command as the newest of its device and in the history.
    pub(crate) fn take(&mut self, home: &HomeId, device: &DeviceId, command: CommandView) {
        let home = self.homes.get_mut(home).unwrap();
        let view = home
            .house
            .devices
            .iter_mut()
            .find(|view| view.device.id == *device)
            .unwrap();
        view.command = Some(command.clone());
        let name = data::name_of(&view.device);
        home.history.insert(
            0,
            HistoryEntry {
                at: command.issued_at,
                what: tomori_app::port::Happened::Command { device: name, command },
            },
        );
    }
}
