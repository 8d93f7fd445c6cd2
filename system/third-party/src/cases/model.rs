//! What a case is, and who may do what with it. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_sia_dc09::{Account, Hazard};
use tomori_smart_home::{CaseId, HomeId, IncidentId, StaffId};

use super::arrival::{self, ArrivalClock};
use super::script::{self, Step};
use crate::people::Role;

/// Open cases that a server keeps; what comes beyond joins the newest case of its source, or waits at the panel.
pub const MOST_OPEN: usize = 50_000;

/// What kind of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody has to act now.
    Alarm,
    /// A panel is not heard any more: the house may be blind.
    Silence,
    /// Equipment does not work as it should.
    Fault,
}

/// The danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Danger {
    /// Fire, smoke, heat.
    Fire,
    /// Gas.
    Gas,
    /// Somebody is threatened.
    Duress,
    /// Robbery.
    HoldUp,
    /// Somebody pressed the emergency button.
    Panic,
    /// Somebody needs a doctor.
    Medical,
    /// Somebody came in.
    Intrusion,
    /// Somebody touches the equipment.
    Tamper,
    /// An alarm that does not say what it is.
    General,
    /// Water.
    Water,
    /// Too cold or too hot.
    Temperature,
    /// Nothing is heard.
    Silence,
    /// Equipment trouble.
    Trouble,
}

/// Where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A panel of another maker, over DC-09. There is no remote unlock for it.
    Panel(Account),
    /// A house of the platform, in one incident of its own.
    House {
        /// The incident, as its gateway calls it.
        incident: IncidentId,
        /// The home.
        home: HomeId,
    },
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its kind.
    pub kind: Kind,
    /// Where it comes from.
    pub source: Source,
    /// The worst danger that was told.
    pub danger: Danger,
    /// The first alarm.
    pub opened_at: Timestamp,
    /// The last thing that was told.
    pub last_at: Timestamp,
    /// How many alarms it holds.
    pub alarms: u32,
    /// Whether everything that was told came over a line that anybody can write to.
    pub is_plain: bool,
    /// Who sees to it.
    pub owner: Option<StaffId>,
    /// Whether the owner gives it away: somebody else may take it.
    pub is_offered: bool,
    /// When somebody was there.
    pub arrived_at: Option<Timestamp>,
    /// The panel says that it is over. People decide whether it is.
    pub restored_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// What it turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was what it said.
    Real,
    /// It was not.
    FalseAlarm,
    /// Somebody tested.
    Test,
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is closed.
    Closed,
    /// It is somebody else's.
    Owned,
    /// It is not theirs.
    NotYours,
    /// These steps come first.
    StepsMissing(Vec<Step>),
    /// That step is not in the script of this case.
    NoSuchStep,
    /// An end needs a report.
    NoReport,
    /// Somebody was there already.
    Arrived,
}

impl Danger {
    /// Every danger.
    pub const ALL: [Self; 13] = [
        Self::Fire,
        Self::Gas,
        Self::Duress,
        Self::HoldUp,
        Self::Panic,
        Self::Medical,
        Self::Intrusion,
        Self::Tamper,
        Self::General,
        Self::Water,
        Self::Temperature,
        Self::Silence,
        Self::Trouble,
    ];

    /// 1 is life, 2 the house, 3 the building or a blind house, 4 equipment.
    #[must_use]
    pub fn priority(self) -> u8 {
        match self {
            Self::Fire | Self::Gas | Self::Duress | Self::HoldUp | Self::Panic | Self::Medical => 1,
            Self::Intrusion | Self::Tamper | Self::General => 2,
            Self::Water | Self::Temperature | Self::Silence => 3,
            Self::Trouble => 4,
        }
    }

    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fire => "fire",
            Self::Gas => "gas",
            Self::Duress => "duress",
            Self::HoldUp => "holdUp",
            Self::Panic => "panic",
            Self::Medical => "medical",
            Self::Intrusion => "intrusion",
            Self::Tamper => "tamper",
            Self::General => "general",
            Self::Water => "water",
            Self::Temperature => "temperature",
            Self::Silence => "silence",
            Self::Trouble => "trouble",
        }
    }

    /// The danger of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|danger| danger.word() == word)
    }

    /// Key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Fire => "danger-fire",
            Self::Gas => "danger-gas",
            Self::Duress => "danger-duress",
            Self::HoldUp => "danger-hold-up",
            Self::Panic => "danger-panic",
            Self::Medical => "danger-medical",
            Self::Intrusion => "danger-intrusion",
            Self::Tamper => "danger-tamper",
            Self::General => "danger-general",
            Self::Water => "danger-water",
            Self::Temperature => "danger-temperature",
            Self::Silence => "danger-silence",
            Self::Trouble => "danger-trouble",
        }
    }
}

impl From<Hazard> for Danger {
    fn from(hazard: Hazard) -> Self {
        match hazard {
            Hazard::Fire => Self::Fire,
            Hazard::Gas => Self::Gas,
            Hazard::Duress => Self::Duress,
            Hazard::HoldUp => Self::HoldUp,
            Hazard::Panic => Self::Panic,
            Hazard::Medical => Self::Medical,
            Hazard::Intrusion => Self::Intrusion,
            Hazard::Tamper => Self::Tamper,
            Hazard::Water => Self::Water,
            Hazard::Temperature => Self::Temperature,
            Hazard::General | Hazard::Unknown => Self::General,
            Hazard::Trouble | Hazard::Arming | Hazard::Bypass | Hazard::Test => Self::Trouble,
        }
    }
}

impl From<tomori_smart_home::Hazard> for Danger {
    fn from(hazard: tomori_smart_home::Hazard) -> Self {
        use tomori_smart_home::Hazard as House;
        match hazard {
            House::Fire => Self::Fire,
            House::Duress => Self::Duress,
            House::Emergency => Self::Panic,
            House::GlassBreak | House::Intrusion => Self::Intrusion,
            House::Tamper => Self::Tamper,
            House::Silence => Self::Silence,
            _ => Self::General,
        }
    }
}

impl Source {
    /// The panel, if it is one.
    #[must_use]
    pub fn panel(&self) -> Option<&Account> {
        match self {
            Self::Panel(account) => Some(account),
            Self::House { .. } => None,
        }
    }

    /// What it is called where it comes from.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Panel(account) => account.to_string(),
            Self::House { home, .. } => home.to_string(),
        }
    }
}

impl Kind {
    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Silence => "silence",
            Self::Fault => "fault",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Alarm, Self::Silence, Self::Fault]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Real, Self::FalseAlarm, Self::Test];

    /// The word in forms, the table and the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::FalseAlarm => "falseAlarm",
            Self::Test => "test",
        }
    }

    /// The outcome of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Real => "outcome-real",
            Self::FalseAlarm => "outcome-false-alarm",
            Self::Test => "outcome-test",
        }
    }
}

impl Case {
    /// A new one, that nobody has taken: its first alarm has just come.
    #[must_use]
    pub fn opened(id: CaseId, source: Source, kind: Kind, danger: Danger, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            source,
            danger,
            opened_at: now,
            last_at: now,
            alarms: 1,
            is_plain: false,
            owner: None,
            is_offered: false,
            arrived_at: None,
            restored_at: None,
            closed_at: None,
        }
    }

    /// Another alarm of the same cause: the worst danger decides the place on the board, and one that proved itself makes the case no
    /// longer a plain one.
    pub fn join(&mut self, danger: Danger, is_plain: bool, now: Timestamp) {
        self.alarms = self.alarms.saturating_add(1);
        self.last_at = now;
        self.is_plain &= is_plain;
        self.restored_at = None;
        if (danger.priority(), danger) < (self.danger.priority(), self.danger) {
            self.danger = danger;
        }
    }

    /// The arrival clock, where somebody has to go there.
    #[must_use]
    pub fn clock(&self, forecast: Option<Timestamp>, now: Timestamp) -> Option<ArrivalClock> {
        let needed = self.kind == Kind::Alarm && script::steps(self.kind, self.danger).contains(&Step::SendGuard);
        needed.then(|| arrival::judge(self.opened_at, forecast, self.arrived_at, now))
    }

    /// Whether somebody may make the case theirs: nobody has it, its owner offers it, or a supervisor takes it over.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn may_take(&self, who: &StaffId, role: Role) -> Result<(), Refused> {
        self.is_open()?;
        let free = match &self.owner {
            None => true,
            Some(owner) => owner == who || self.is_offered || role == Role::Supervisor,
        };
        if free { Ok(()) } else { Err(Refused::Owned) }
    }

    /// Whether somebody may work on the case.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn may_work(&self, who: &StaffId) -> Result<(), Refused> {
        self.is_open()?;
        if self.owner.as_ref() == Some(who) {
            Ok(())
        } else {
            Err(Refused::NotYours)
        }
    }

    /// Whether a step is in the script and the person may tick it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn may_tick(&self, who: &StaffId, step: Step) -> Result<(), Refused> {
        self.may_work(who)?;
        if script::steps(self.kind, self.danger).contains(&step) {
            Ok(())
        } else {
            Err(Refused::NoSuchStep)
        }
    }

    /// Whether the person may end the case with this report.
    ///
    /// # Errors
    /// [`Refused`], with the steps that are missing.
    pub fn may_close(&self, who: &StaffId, done: &[Step], report: &str) -> Result<(), Refused> {
        self.may_work(who)?;
        let missing: Vec<Step> = script::steps(self.kind, self.danger)
            .iter()
            .copied()
            .filter(|step| !done.contains(step))
            .collect();
        if !missing.is_empty() {
            return Err(Refused::StepsMissing(missing));
        }
        if report.trim().is_empty() {
            return Err(Refused::NoReport);
        }
        Ok(())
    }

    fn is_open(&self) -> Result<(), Refused> {
        match self.closed_at {
            None => Ok(()),
            Some(_) => Err(Refused::Closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(danger: Danger) -> Case {
        let source = Source::Panel("1234".parse().unwrap());
        Case::opened(
            CaseId::from_random([1; 10]),
            source,
            Kind::Alarm,
            danger,
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_case_has_one_owner_and_changes_hands_when_it_is_offered() {
        let (one, other) = (StaffId::from_random([1; 10]), StaffId::from_random([2; 10]));
        let mut case = case(Danger::Intrusion);
        assert_eq!(case.may_work(&one), Err(Refused::NotYours));
        assert_eq!(case.may_take(&one, Role::Operator), Ok(()));
        case.owner = Some(one.clone());
        assert_eq!(case.may_take(&other, Role::Operator), Err(Refused::Owned));
        assert_eq!(case.may_take(&other, Role::Supervisor), Ok(()));
        case.is_offered = true;
        assert_eq!(case.may_take(&other, Role::Operator), Ok(()));
        assert_eq!(case.may_work(&other), Err(Refused::NotYours));
    }

    #[test]
    fn an_end_needs_the_steps_and_a_report() {
        let one = StaffId::from_random([1; 10]);
        let mut case = case(Danger::HoldUp);
        case.owner = Some(one.clone());
        assert_eq!(case.may_tick(&one, Step::CallHouse), Err(Refused::NoSuchStep));
        assert_eq!(
            case.may_close(&one, &[Step::SendGuard], "ok"),
            Err(Refused::StepsMissing(vec![Step::CallPolice]))
        );
        let done = [Step::CallPolice, Step::SendGuard];
        assert_eq!(case.may_close(&one, &done, "  "), Err(Refused::NoReport));
        assert_eq!(case.may_close(&one, &done, "seen to"), Ok(()));
        case.closed_at = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(case.may_close(&one, &done, "again"), Err(Refused::Closed));
    }

    #[test]
    fn words_are_read_back() {
        for danger in Danger::ALL {
            assert_eq!(Danger::from_word(danger.word()), Some(danger));
        }
        for step in Step::ALL {
            assert_eq!(Step::from_word(step.word()), Some(step));
        }
    }
}
