//! Was it us, or somebody's hand? Hand operation comes first (guideline 4.2), so the gateway has to notice it.
//!
//! A shutter says where it is and where it goes. A change that one of our own sets explains is ours; what is left is
//! somebody at the wall switch, the maker's remote control, or another controller. Slow devices, reports that
//! overtake each other and devices that stop by themselves at a fault are not hands. Where it cannot be known (the
//! first look after a start or an outage), no hand is claimed.

use std::time::Duration;

use jiff::Timestamp;
use tomori_runtime::clock::after;
use tomori_smart_home::{PropertyName, PropertyValue};

/// How long a stop against our wish waits for word of a fault before it counts as a hand.
const FAULT_WITHIN: Duration = Duration::from_secs(10);

/// Where a shutter is (0xEA).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Closed,
    Opening,
    Closing,
    Halfway,
}

/// What we wanted of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Open,
    Close,
    Stop,
    /// A degree, an angle: any movement may be part of it.
    Any,
}

#[derive(Debug, Clone, Copy)]
struct Ours {
    wish: Wish,
    at: Timestamp,
    ended: Option<Timestamp>,
}

/// What one frame told of a shutter; `None` for what it did not tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sight {
    pub status: Option<Status>,
    /// `open`, `close` or `stop` (0xE0), as a wish.
    pub operation: Option<Operation>,
    /// 0xE1, percent.
    pub degree: Option<f64>,
    pub fault: Option<bool>,
}

/// The operation a shutter says it is under (0xE0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Open,
    Close,
    Stop,
}

/// Watches one shutter.
#[derive(Debug, Default)]
pub(super) struct Watch {
    status: Option<Status>,
    operation: Option<Operation>,
    degree: Option<f64>,
    ours: Option<Ours>,
    /// A movement that is not ours is under way, and it was told (or cannot be known).
    foreign: bool,
    /// Something went against our wish at this time; a fault may yet explain it.
    doubt: Option<Timestamp>,
}

/// For how long our own sets explain what is seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub explained_for: Duration,
    pub settle: Duration,
}

impl Status {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "fullyOpen" => Some(Self::Open),
            "fullyClosed" => Some(Self::Closed),
            "opening" => Some(Self::Opening),
            "closing" => Some(Self::Closing),
            "stoppedHalfway" => Some(Self::Halfway),
            _ => None,
        }
    }

    pub(super) fn is_moving(self) -> bool {
        matches!(self, Self::Opening | Self::Closing)
    }
}

impl Operation {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "close" => Some(Self::Close),
            "stop" => Some(Self::Stop),
            _ => None,
        }
    }
}

impl Wish {
    fn allows(self, status: Status) -> bool {
        match self {
            Self::Open => matches!(status, Status::Opening | Status::Open),
            Self::Close => matches!(status, Status::Closing | Status::Closed),
            Self::Stop => !status.is_moving(),
            Self::Any => true,
        }
    }

    fn is(self, operation: Operation) -> bool {
        matches!(
            (self, operation),
            (Self::Any, _)
                | (Self::Open, Operation::Open)
                | (Self::Close, Operation::Close)
                | (Self::Stop, Operation::Stop)
        )
    }
}

impl Ours {
    /// Whether what is seen now may still come from this set.
    fn holds(&self, now: Timestamp, patience: Patience) -> bool {
        let end = self.ended.map_or_else(
            || after(self.at, patience.explained_for),
            |ended| after(ended, patience.settle),
        );
        now < end
    }
}

impl Watch {
    /// We set something. Properties that move nothing (speeds, locks of the shutter) explain nothing.
    pub(super) fn we_set(&mut self, now: Timestamp, property: &PropertyName, value: &PropertyValue) {
        let wish = match (property.as_str(), value.as_word()) {
            ("openCloseOperation", Some("open")) => Wish::Open,
            ("openCloseOperation", Some("close")) => Wish::Close,
            ("openCloseOperation", Some("stop")) => Wish::Stop,
            ("degreeOfOpening" | "blindAngle" | "selectiveDegreeOfOpening" | "slitDegreeOfOpening", _) => Wish::Any,
            _ => return,
        };
        self.ours = Some(Ours {
            wish,
            at: now,
            ended: None,
        });
        self.foreign = false;
        self.doubt = None;
    }

    /// The device refused what we set: it explains nothing.
    pub(super) fn refused(&mut self) {
        self.ours = None;
    }

    /// The device was away: what it shows next is a first look. A set of ours may be what brought it back.
    pub(super) fn forget(&mut self) {
        *self = Self {
            ours: self.ours,
            ..Self::default()
        };
    }

    /// Whether the shutter moves, as far as known.
    pub(super) fn is_moving(&self) -> bool {
        self.status.is_some_and(Status::is_moving)
    }

    /// Whether the next look should also ask for faults.
    pub(super) fn in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// Takes a look. True when a hand moved the shutter, once for each movement.
    pub(super) fn look(&mut self, now: Timestamp, sight: Sight, patience: Patience) -> bool {
        let doubted = self.settle_doubt(now, sight);
        let by_status = sight
            .status
            .is_some_and(|status| self.look_at_status(now, status, patience));
        let by_operation = sight
            .operation
            .is_some_and(|operation| self.look_at_operation(now, operation, patience));
        let by_degree = sight
            .degree
            .is_some_and(|degree| self.look_at_degree(now, degree, patience));
        let by_hand = doubted || by_status || by_operation || by_degree;
        if by_hand {
            self.ours = None;
            self.doubt = None;
            self.foreign = self.status.is_none_or(Status::is_moving);
        }
        by_hand
    }

    fn settle_doubt(&mut self, now: Timestamp, sight: Sight) -> bool {
        let Some(since) = self.doubt else { return false };
        let verdict = match sight.fault {
            Some(fault) => Some(!fault),
            None => (now >= after(since, FAULT_WITHIN)).then_some(true),
        };
        if verdict.is_some() {
            self.doubt = None;
        }
        verdict.unwrap_or(false)
    }

    fn look_at_status(&mut self, now: Timestamp, status: Status, patience: Patience) -> bool {
        let Some(before) = self.status.replace(status) else {
            // A movement that was under way at the first look may be anybody's.
            self.foreign = status.is_moving();
            return false;
        };
        if before == status {
            return false;
        }
        if let Some(ours) = self.ours.filter(|ours| ours.holds(now, patience)) {
            return self.against_our_wish(now, ours, status, patience);
        }
        let same_movement = self.foreign && before.is_moving() && !status.is_moving();
        if same_movement {
            self.foreign = false;
        }
        !same_movement
    }

    fn against_our_wish(&mut self, now: Timestamp, ours: Ours, status: Status, patience: Patience) -> bool {
        let fresh = now < after(ours.at, patience.settle);
        if fresh || ours.wish.allows(status) {
            if !status.is_moving() && !fresh {
                self.ours = Some(Ours {
                    ended: ours.ended.or(Some(now)),
                    ..ours
                });
            }
        } else {
            self.doubt = self.doubt.or(Some(now));
        }
        false
    }

    fn look_at_operation(&mut self, now: Timestamp, operation: Operation, patience: Patience) -> bool {
        let Some(before) = self.operation.replace(operation) else {
            return false;
        };
        let ours = self.ours.is_some_and(|ours| {
            let late = now < after(ours.at, patience.explained_for) && ours.wish.is(operation);
            late || now < after(ours.at, patience.settle) || self.doubt.is_some()
        });
        if before == operation || ours {
            return false;
        }
        match (operation, self.status) {
            // Many shutters fall back to `stop` by themselves at the end of their way; whether that was halfway,
            // the status tells.
            (Operation::Stop, Some(_)) => false,
            (Operation::Stop, None) => !std::mem::take(&mut self.foreign),
            (_, Some(_)) => !self.foreign,
            (_, None) => true,
        }
    }

    /// Only for shutters that do not tell their status.
    fn look_at_degree(&mut self, now: Timestamp, degree: f64, patience: Patience) -> bool {
        let Some(before) = self.degree.replace(degree) else {
            return false;
        };
        let moved = (before - degree).abs() >= 2.0;
        let ours = self.ours.is_some_and(|ours| ours.holds(now, patience));
        if self.status.is_some() || ours {
            return false;
        }
        let begun = moved && !self.foreign;
        self.foreign = moved;
        begun
    }
}

#[cfg(test)]
mod tests;
