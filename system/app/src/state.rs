//! What the app may say about a house and its devices: decided here, purely, from what was reported.
//!
//! Architecture invariant: no state comes from a wish. A command that was sent makes a device "sent", never "open";
//! only a report of the device itself does that. What is older than the line it came over is "unknown since".

use jiff::{SignedDuration, Timestamp};
use tomori_look::Tone;
use tomori_smart_home::{DeviceKind, Stage};

use crate::port::{CommandView, DeviceView, Happened, HistoryEntry, HouseView, Link, Reach, Vantage};

/// How long the app reminds of a command that came to nothing.
const REMIND: SignedDuration = SignedDuration::from_hours(1);

/// How a shutter stands, by property 0x0263 EA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Open,
    Closed,
    Halfway,
    Opening,
    Closing,
}

/// The main fact about a device, as the device itself reported it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fact {
    /// A shutter, and how far open in percent if it says so.
    Shutter(Position, Option<u8>),
    /// Shining or not.
    Power(bool),
    /// At work or not.
    Running(bool),
    /// Locked or not.
    Locked(bool),
    /// Somebody or something is noticed.
    Detection(bool),
    /// A window or a door is open, or closed.
    Contact(bool),
    /// Degrees Celsius.
    Temperature(f64),
}

/// How much is known of a device now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing {
    /// No node is adopted for it.
    NotAdopted,
    /// It has never said anything.
    NeverHeard,
    /// What was known is of the past.
    Unknown { since: Timestamp },
    /// It reports a fault.
    Fault { since: Timestamp },
    /// It reports that it moves.
    Moving { opening: bool, since: Timestamp },
    /// A wish is on its way to it.
    Sent { since: Timestamp },
    /// It said so itself.
    Confirmed { at: Timestamp },
}

/// Why no wish can be sent to a device now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocked {
    NotAdopted,
    HouseUnreachable,
    DeviceUnreachable,
    Prohibited,
    Held { until: Timestamp },
}

/// What a person can do with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Controls {
    /// Nothing: it only tells, or it is a lock, which has its own rules.
    None,
    /// Open, stop, close; and a position when it reports one.
    Shutter { position: bool },
    /// On, off.
    Power,
}

/// All that the app says of a device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeviceState<'a> {
    pub(crate) standing: Standing,
    /// The last fact and when it was reported; of the past when the standing is `Unknown`.
    pub(crate) fact: Option<(Fact, Timestamp)>,
    /// It lets nobody operate it from afar.
    pub(crate) prohibited: bool,
    /// Somebody's hand holds it.
    pub(crate) hold_until: Option<Timestamp>,
    /// A command that is under way.
    pub(crate) pending: Option<&'a CommandView>,
    /// The newest command, if it came to nothing lately.
    pub(crate) failed: Option<&'a CommandView>,
    pub(crate) controls: Controls,
    pub(crate) blocked: Option<Blocked>,
}

/// Something that somebody who lives there should look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Concern<'a> {
    /// A device does not answer.
    Silent { device: &'a DeviceView, since: Timestamp },
    /// A device reports a fault.
    Fault { device: &'a DeviceView },
    /// A command came to nothing.
    Failed {
        device: &'a DeviceView,
        command: &'a CommandView,
    },
    /// Something notable happened.
    Notable { entry: &'a HistoryEntry },
}

/// The answer to "is my house all right?".
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict<'a> {
    /// There is nothing to look after yet.
    Empty,
    /// All that should answer answers, and nothing needs a look.
    Well,
    /// Something needs a look.
    Look(Vec<Concern<'a>>),
    /// Nobody can tell: the line to the house is away.
    Unseen { since: Option<Timestamp> },
}

impl Position {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "fullyOpen" => Some(Self::Open),
            "fullyClosed" => Some(Self::Closed),
            "stoppedHalfway" => Some(Self::Halfway),
            "opening" => Some(Self::Opening),
            "closing" => Some(Self::Closing),
            _ => None,
        }
    }
}

impl Standing {
    /// The tone it is shown in.
    pub(crate) fn tone(self) -> Tone {
        match self {
            Self::NotAdopted => Tone::Resting,
            Self::NeverHeard | Self::Unknown { .. } => Tone::Unknown,
            Self::Fault { .. } => Tone::Attention,
            Self::Moving { .. } => Tone::Moving,
            Self::Sent { .. } => Tone::Sent,
            Self::Confirmed { .. } => Tone::Confirmed,
        }
    }
}

impl Verdict<'_> {
    /// The tone of the answer.
    pub(crate) fn tone(&self) -> Tone {
        match self {
            Self::Empty => Tone::Resting,
            Self::Well => Tone::Confirmed,
            Self::Look(_) => Tone::Attention,
            Self::Unseen { .. } => Tone::Unknown,
        }
    }
}

/// Decides what to say of a device.
pub(crate) fn device_state<'a>(view: &'a DeviceView, vantage: &Vantage, now: Timestamp) -> DeviceState<'a> {
    let fact = fact(view);
    let pending = view.command.as_ref().filter(|command| !command.stage.is_final());
    let failed = view.command.as_ref().filter(|command| came_to_nothing(command, now));
    let prohibited = boolean(view, "remoteOperation").is_some_and(|(permitted, _)| !permitted);
    let hold_until = view.hold_until.filter(|until| *until > now);
    let standing = standing(view, vantage, fact, pending);
    DeviceState {
        standing,
        fact,
        prohibited,
        hold_until,
        pending,
        failed,
        controls: controls(view),
        blocked: blocked(view, vantage, prohibited, hold_until),
    }
}

/// Answers "is my house all right?".
pub(crate) fn verdict(house: &HouseView, now: Timestamp) -> Verdict<'_> {
    match house.vantage {
        Vantage::Platform {
            gateway: Link::Down { since },
        } => return Verdict::Unseen { since: Some(since) },
        Vantage::Platform { gateway: Link::Never } => return Verdict::Unseen { since: None },
        Vantage::Platform { gateway: Link::Up } | Vantage::Home { .. } => {}
    }
    if house.devices.is_empty() {
        return Verdict::Empty;
    }
    let mut concerns: Vec<_> = house
        .notable
        .iter()
        .filter(|entry| needs_a_look(entry))
        .map(|entry| Concern::Notable { entry })
        .collect();
    for device in &house.devices {
        let state = device_state(device, &house.vantage, now);
        match state.standing {
            Standing::Fault { .. } => concerns.push(Concern::Fault { device }),
            Standing::Unknown { since } => concerns.push(Concern::Silent { device, since }),
            _ => {
                if let Some(command) = state.failed {
                    concerns.push(Concern::Failed { device, command });
                }
            }
        }
    }
    if concerns.is_empty() {
        Verdict::Well
    } else {
        Verdict::Look(concerns)
    }
}

fn needs_a_look(entry: &HistoryEntry) -> bool {
    matches!(
        entry.what,
        Happened::UnknownNode | Happened::Impersonation { .. } | Happened::FiringMissed { .. }
    )
}

fn standing(
    view: &DeviceView,
    vantage: &Vantage,
    fact: Option<(Fact, Timestamp)>,
    pending: Option<&CommandView>,
) -> Standing {
    let device_lost = match view.reach {
        Reach::NotAdopted => return Standing::NotAdopted,
        Reach::Lost { last_heard: None } => return Standing::NeverHeard,
        Reach::Lost { last_heard: Some(at) } => Some(at),
        Reach::Answering => None,
    };
    let house_lost = match vantage {
        Vantage::Platform { gateway: Link::Never } => return Standing::NeverHeard,
        Vantage::Platform {
            gateway: Link::Down { since },
        } => Some(*since),
        Vantage::Platform { gateway: Link::Up } | Vantage::Home { .. } => None,
    };
    // Whichever went first: from then on nothing was heard.
    if let Some(since) = [device_lost, house_lost].into_iter().flatten().min() {
        return Standing::Unknown { since };
    }
    if let Some((true, since)) = boolean(view, "faultStatus") {
        return Standing::Fault { since };
    }
    match (fact, pending) {
        (Some((Fact::Shutter(Position::Opening, _), since)), _) => Standing::Moving { opening: true, since },
        (Some((Fact::Shutter(Position::Closing, _), since)), _) => Standing::Moving { opening: false, since },
        (_, Some(command)) => Standing::Sent {
            since: command.issued_at,
        },
        (Some((_, at)), None) => Standing::Confirmed { at },
        (None, None) => Standing::NeverHeard,
    }
}

fn controls(view: &DeviceView) -> Controls {
    match view.device.kind {
        DeviceKind::ElectricRainDoor => Controls::Shutter {
            position: number(view, "degreeOfOpening").is_some(),
        },
        DeviceKind::GeneralLighting | DeviceKind::HomeAirConditioner => Controls::Power,
        _ => Controls::None,
    }
}

fn blocked(view: &DeviceView, vantage: &Vantage, prohibited: bool, hold_until: Option<Timestamp>) -> Option<Blocked> {
    match (vantage, view.reach) {
        (_, Reach::NotAdopted) => Some(Blocked::NotAdopted),
        (
            Vantage::Platform {
                gateway: Link::Down { .. } | Link::Never,
            },
            _,
        ) => Some(Blocked::HouseUnreachable),
        (_, Reach::Lost { .. }) => Some(Blocked::DeviceUnreachable),
        // Inside the house nobody operates "from afar": the gateway decides, and tells.
        (Vantage::Home { .. }, Reach::Answering) => None,
        (Vantage::Platform { gateway: Link::Up }, Reach::Answering) => {
            if prohibited {
                Some(Blocked::Prohibited)
            } else {
                hold_until.map(|until| Blocked::Held { until })
            }
        }
    }
}

fn came_to_nothing(command: &CommandView, now: Timestamp) -> bool {
    matches!(
        command.stage,
        Stage::Refused { .. } | Stage::Expired | Stage::Failed { .. }
    ) && now.duration_since(command.stage_at) < REMIND
}

fn fact(view: &DeviceView) -> Option<(Fact, Timestamp)> {
    match view.device.kind {
        DeviceKind::ElectricRainDoor => {
            let (word, at) = word(view, "openCloseStatus")?;
            let degree = number(view, "degreeOfOpening").map(|(degree, _)| percent(degree));
            Some((Fact::Shutter(Position::from_word(word)?, degree), at))
        }
        DeviceKind::ElectricLock => boolean(view, "mainElectricLock").map(|(locked, at)| (Fact::Locked(locked), at)),
        DeviceKind::GeneralLighting => boolean(view, "operationStatus").map(|(on, at)| (Fact::Power(on), at)),
        DeviceKind::HomeAirConditioner => boolean(view, "operationStatus").map(|(on, at)| (Fact::Running(on), at)),
        DeviceKind::TemperatureSensor => number(view, "value").map(|(degrees, at)| (Fact::Temperature(degrees), at)),
        DeviceKind::HumanDetectionSensor
        | DeviceKind::CrimePreventionSensor
        | DeviceKind::EmergencyButton
        | DeviceKind::FireSensor => boolean(view, "detection").map(|(noticed, at)| (Fact::Detection(noticed), at)),
        DeviceKind::OpenCloseSensor => contact(view),
        _ => None,
    }
}

/// A window or a door: the state that the sensor has, by ECHONET Lite the one (B1) or the other (E0).
fn contact(view: &DeviceView) -> Option<(Fact, Timestamp)> {
    let (open, at) = match word(view, "openCloseDetection").or_else(|| word(view, "openStatus")) {
        Some(("open", at)) => (true, at),
        Some(("close", at)) => (false, at),
        // Some steps open.
        _ => (true, number(view, "openStatus")?.1),
    };
    Some((Fact::Contact(open), at))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100 before; a device that reports no number at all counts as 0"
)]
fn percent(degree: f64) -> u8 {
    degree.round().clamp(0.0, 100.0) as u8
}

fn report<'a>(view: &'a DeviceView, name: &str) -> Option<&'a tomori_smart_home::Report> {
    view.known
        .iter()
        .find(|known| known.property.as_str() == name)
        .map(|known| &known.report)
}

fn boolean(view: &DeviceView, name: &str) -> Option<(bool, Timestamp)> {
    let report = report(view, name)?;
    match report.value {
        tomori_smart_home::PropertyValue::Boolean(value) => Some((value, report.at)),
        _ => None,
    }
}

fn number(view: &DeviceView, name: &str) -> Option<(f64, Timestamp)> {
    let report = report(view, name)?;
    report.value.as_number().map(|value| (value, report.at))
}

fn word<'a>(view: &'a DeviceView, name: &str) -> Option<(&'a str, Timestamp)> {
    let report = report(view, name)?;
    report.value.as_word().map(|value| (value, report.at))
}

#[cfg(test)]
mod tests;
