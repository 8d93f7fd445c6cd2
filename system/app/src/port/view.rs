//! What the app shows, in the words of the model. Small copies, made for one page.

use jiff::Timestamp;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
use tomori_smart_home::{
    CommandId, Device, DeviceId, GrantId, HomeId, PropertyName, PropertyValue, Report, ResidentId, Schedule, Stage,
    Trust,
};

/// A session just opened. `Debug` does not show the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What the cookie carries: at least 128 bits of chance, printable ASCII without `;`, `,`, `"`, `\` and spaces.
    pub token: String,
    /// From this moment of the wall clock on it opens nothing.
    pub expires_at: Timestamp,
    /// The mark by which this browser is known from now on, on a side that lets browsers be known; characters as in
    /// `token`.
    pub known_device: Option<String>,
}

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The person.
    pub resident: ResidentId,
    /// Their name.
    pub name: String,
    /// The language they chose, if they did.
    pub lang: Option<Lang>,
    /// Their homes, at least one, in an order that stays.
    pub homes: Vec<HomeName>,
    /// The session's public name, as in [`SessionView::id`]; not the token.
    pub session: String,
}

/// A home and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeName {
    /// Its id.
    pub id: HomeId,
    /// Its name.
    pub name: String,
}

/// From where the house is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vantage {
    /// From the platform, through the gateway.
    Platform {
        /// The line to the gateway.
        gateway: Link,
    },
    /// From inside the house, at the gateway itself.
    Home {
        /// The line to the platform.
        platform: Link,
    },
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It stands.
    Up,
    /// It is broken.
    Down {
        /// Since when.
        since: Timestamp,
    },
    /// It never stood yet.
    Never,
}

/// A house.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseView {
    /// Its id.
    pub home: HomeId,
    /// Its name.
    pub name: String,
    /// Where it is; times are told in its zone.
    pub place: Place,
    /// From where it is looked at.
    pub vantage: Vantage,
    /// Its devices, in the order of the equipment list.
    pub devices: Vec<DeviceView>,
    /// What happened in the last day that somebody who lives there should know of: unknown nodes, impersonation,
    /// missed firings. Newest first, at most 20.
    pub notable: Vec<HistoryEntry>,
}

/// Whether a device answers the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Answering,
    /// It stopped.
    Lost {
        /// When it last answered; `None` when it never did.
        last_heard: Option<Timestamp>,
    },
    /// No node is adopted for it yet.
    NotAdopted,
}

/// A property and its last report.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The property.
    pub property: PropertyName,
    /// What was last reported of it.
    pub report: Report,
}

/// A device.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceView {
    /// Id, kind, room, name.
    pub device: Device,
    /// How far what it says can be believed; `None` until something answers for it.
    pub trust: Option<Trust>,
    /// Whether it answers.
    pub reach: Reach,
    /// Its properties that were ever reported.
    pub known: Vec<Known>,
    /// Somebody operated it by hand: remote wishes wait until then (guideline 4.2).
    pub hold_until: Option<Timestamp>,
    /// The newest command for it, whatever became of it.
    pub command: Option<CommandView>,
}

/// A device that history speaks of; it may be gone from the house since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// Its room.
    pub room: String,
}

/// On whose wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A resident.
    Resident {
        /// How they are called; `None` when they are gone.
        name: Option<String>,
        /// From inside the house, at the gateway.
        at_home: bool,
    },
    /// A schedule.
    Schedule {
        /// Its moment; `None` when it is gone.
        moment: Option<Moment>,
    },
    /// The service's operator.
    Operator,
}

/// A command and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandView {
    /// Its id.
    pub id: CommandId,
    /// The property it sets.
    pub property: PropertyName,
    /// To what.
    pub value: PropertyValue,
    /// On whose wish.
    pub who: Who,
    /// When it was taken.
    pub issued_at: Timestamp,
    /// How far it came.
    pub stage: Stage,
    /// When it came there.
    pub stage_at: Timestamp,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A command.
    Command {
        /// For which device.
        device: DeviceName,
        /// The command.
        command: CommandView,
    },
    /// Somebody operated a device by hand.
    HandOperation {
        /// The device.
        device: DeviceName,
    },
    /// A device stopped answering.
    DeviceLost {
        /// The device.
        device: DeviceName,
    },
    /// A device answers again.
    DeviceAppeared {
        /// The device.
        device: DeviceName,
    },
    /// The platform lost the gateway.
    GatewayLost,
    /// The gateway is connected again.
    GatewayBack,
    /// A node that is not on the equipment list is on the house's network.
    UnknownNode,
    /// Somebody sent frames in a device's name.
    Impersonation {
        /// The device.
        device: DeviceName,
    },
    /// A schedule did not run, because the gateway was away too long.
    FiringMissed {
        /// The schedule's moment, when it still exists.
        moment: Option<Moment>,
        /// The device, when it is known.
        device: Option<DeviceName>,
    },
}

/// A page of history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPage {
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// Where the older ones begin; `None` when there are none. Printable ASCII, at most 128 characters.
    pub older: Option<String>,
}

/// A schedule and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleView {
    /// The schedule.
    pub schedule: Schedule,
    /// Who set it; `None` when they are gone.
    pub resident_name: Option<String>,
}

/// What a resident writes into a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The device.
    pub device: DeviceId,
    /// `openCloseOperation` or `degreeOfOpening`.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// On which days.
    pub weekdays: Weekdays,
    /// At which moment.
    pub moment: Moment,
    /// Whether it rests on national holidays.
    pub holidays_off: bool,
    /// Whether it rests now.
    pub pause: Pause,
}

/// A phone that is paired with the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneView {
    /// Its grant.
    pub grant: GrantId,
    /// Whose.
    pub resident_name: String,
    /// Whether it is the viewer's own.
    pub own: bool,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// A pairing just made. `Debug` does not show the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Its grant.
    pub grant: GrantId,
    /// Where the gateway answers inside the house: `https://192.168.1.2:8443`, without a slash at the end.
    pub house_address: String,
    /// The secret, told once: characters of `0-9a-zA-Z_-`.
    pub secret: String,
    /// Until when the link can be used.
    pub redeem_before: Timestamp,
    /// What the gateway's certificate says of itself, for comparing: SHA-256 in hexadecimal.
    pub certificate: Option<String>,
}

/// A session of the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its public name, 1 to 64 characters of `0-9a-zA-Z_-`.
    pub id: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// What the browser called itself.
    pub agent: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pairing")
            .field("grant", &self.grant)
            .field("house_address", &self.house_address)
            .finish_non_exhaustive()
    }
}
