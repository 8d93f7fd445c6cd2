//! What passes between a case and its shell: needs one way, news the other.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tomori_smart_home::Stage;

use super::showing::Showing;

/// How patient a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// How long a device has to reach the goal after it took the command; 90 s lets the slowest shutter run.
    pub(crate) confirm_within: SignedDuration,
    /// How long a device may stay as it was after it took the command.
    pub(crate) start_within: SignedDuration,
    /// How long after an interrupted attempt an unchanged device still proves that nothing happened. A person needs
    /// longer than this to bring a shutter back to where it was.
    pub(crate) prove_within: SignedDuration,
    /// How long a device may be silent after a drive whose answer was lost.
    pub(crate) silent_for: SignedDuration,
    /// How often to look while waiting.
    pub(crate) look_every: SignedDuration,
    /// How often the device is driven at most, each time after it was seen to be untouched by the time before.
    pub(crate) attempts: u8,
}

/// What stood before an attempt to drive; stored before the attempt is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Intent {
    /// When.
    pub(crate) at: Timestamp,
    /// The how manieth attempt, from 1.
    pub(crate) attempt: u8,
    /// What the device showed.
    pub(crate) before: Showing,
}

/// What a case needs next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Need {
    /// A look at the device; what is known counts when it is no older than `recent`.
    Look {
        /// How old it may be; zero for a look of its own.
        recent: Duration,
    },
    /// An intent made durable.
    Intend(Intent),
    /// The device driven, once.
    Drive,
    /// A stage made durable, and told.
    Tell(Stage),
    /// Some time, or news of the device.
    Wait {
        /// Until when, in run time.
        until: Timestamp,
    },
    /// Nothing any more.
    Nothing,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// The device showed this.
    Shown(Showing),
    /// The device did not answer.
    Silent,
    /// The device was not heard yet since the gateway started or the device was adopted.
    NotFound,
    /// It is durable.
    Stored,
    /// It could not be stored.
    NotStored,
    /// The device took the command.
    Taken,
    /// The device may or may not have taken the command.
    Unsure,
    /// Nobody acted; the command ends like this.
    NotDriven(Stage),
    /// The time is over, or there is news.
    Time,
    /// Somebody operated the device by hand.
    Hand {
        /// Until when that holds.
        until: Timestamp,
    },
    /// A newer command for the same part is about to drive.
    Superseded,
}

/// The house around a case at the moment it hears something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The house's time: for expiry, holds and what is written down.
    pub(crate) now: Timestamp,
    /// How long the computer has been running, as the time since the epoch: for waiting. Motors and datagrams take
    /// their own time, whoever sets the house's clock and however fast a demo lets it run.
    pub(crate) run: Timestamp,
    /// Until when hand operation holds the device.
    pub(crate) hold_until: Option<Timestamp>,
}

impl Patience {
    /// How recent a look has to be before acting for somebody in the house. Devices announce changes, and are asked in
    /// between. For everybody else, who cannot see the device, it is always looked at.
    pub(super) const RECENT_AT_HOME: Duration = Duration::from_secs(15);
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            confirm_within: SignedDuration::from_secs(90),
            start_within: SignedDuration::from_secs(5),
            prove_within: SignedDuration::from_secs(30),
            silent_for: SignedDuration::from_secs(10),
            look_every: SignedDuration::from_secs(1),
            attempts: 2,
        }
    }
}
