//! What has to be done before a case may end, by its danger.

use super::model::{Danger, Kind};

/// A step of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Ask the house by telephone; under threat nobody is asked (duress).
    CallHouse,
    /// Tell the police (110).
    CallPolice,
    /// Tell the fire brigade or an ambulance (119).
    CallFire,
    /// Send a guard.
    SendGuard,
    /// Tell the customer or their contact.
    TellCustomer,
    /// Look into why nothing is heard, or have it looked into.
    CheckLine,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 6] = [
        Self::CallHouse,
        Self::CallPolice,
        Self::CallFire,
        Self::SendGuard,
        Self::TellCustomer,
        Self::CheckLine,
    ];

    /// The word in the table, the form and the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CallHouse => "callHouse",
            Self::CallPolice => "callPolice",
            Self::CallFire => "callFire",
            Self::SendGuard => "sendGuard",
            Self::TellCustomer => "tellCustomer",
            Self::CheckLine => "checkLine",
        }
    }

    /// The step of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// Key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::CallHouse => "step-call-house",
            Self::CallPolice => "step-call-police",
            Self::CallFire => "step-call-fire",
            Self::SendGuard => "step-send-guard",
            Self::TellCustomer => "step-tell-customer",
            Self::CheckLine => "step-check-line",
        }
    }
}

/// The required steps, in the order of the work.
#[must_use]
pub fn steps(kind: Kind, danger: Danger) -> &'static [Step] {
    match (kind, danger) {
        (Kind::Alarm, Danger::Fire | Danger::Gas) => {
            &[Step::CallHouse, Step::CallFire, Step::SendGuard, Step::TellCustomer]
        }
        (Kind::Alarm, Danger::Medical) => &[Step::CallHouse, Step::CallFire, Step::SendGuard],
        // Whoever calls the house under threat puts people in danger.
        (Kind::Alarm, Danger::Duress | Danger::HoldUp) => &[Step::CallPolice, Step::SendGuard],
        (Kind::Alarm, Danger::Water | Danger::Temperature) => &[Step::CallHouse, Step::TellCustomer],
        (Kind::Alarm, _) => &[Step::CallHouse, Step::SendGuard, Step::TellCustomer],
        (Kind::Silence, _) => &[Step::CheckLine, Step::TellCustomer],
        (Kind::Fault, _) => &[Step::TellCustomer],
    }
}
