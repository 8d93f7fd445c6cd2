//! What the app asks of the guard of the house and of incidents.

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::arming::{Arming, Code, Outcome, Security, Wish};
use tomori_smart_home::unlock::Refusal;
use tomori_smart_home::{Hazard, HomeId, IncidentId, OrderId, Trust};

use super::{Link, PortError, Viewer};

/// How the guard of a house stands, as far as this side knows.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardView {
    /// How it stands; `None` while the gateway has not told yet.
    pub arming: Option<Arming>,
    /// What is guarded.
    pub security: Security,
    /// The line to the gateway; `Up` inside the house. What a broken line cannot tell is not shown as the present.
    pub gateway: Link,
}

/// An incident in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentView {
    /// Its id.
    pub id: IncidentId,
    /// The most urgent hazard.
    pub hazard: Hazard,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it was closed, and how; `None` while it is open, or where this side does not know.
    pub closed: Option<(Timestamp, Closing)>,
    /// Whether a security company deals with it.
    pub has_company: bool,
    /// Whether it has said that it does.
    pub has_answered: bool,
}

/// One entry of an incident's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: IncidentStep,
}

/// What happened in an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentStep {
    /// An alarm.
    Alarm {
        /// What threatened.
        hazard: Hazard,
        /// Room and name of the device that noticed; empty when none did.
        room: String,
        /// Its name.
        name: String,
        /// Whether its message can be proved to be its own.
        trust: Trust,
    },
    /// The security company was told how to find and enter the home.
    Disclosed,
    /// A door was to be opened from afar.
    Door(DoorStep),
    /// The security company said what it did.
    Did(Did),
    /// Somebody wrote something down.
    Note {
        /// What.
        text: String,
    },
    /// It was closed.
    Closed {
        /// How.
        closing: Closing,
        /// The report.
        report: String,
    },
}

/// What happened to a door that was to be opened from afar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorStep {
    /// The gateway signed that the incident was opened.
    Attested,
    /// Guard, operator and supervisor of the security company signed that it be opened.
    Asked,
    /// The same, and the gateway could not be reached then: it waits.
    Waits,
    /// The gateway was asked and has not answered in time.
    Unanswered,
    /// What they signed expired before the gateway could be reached.
    NeverSent,
    /// The lock was opened for a guard, and shows it.
    Opened,
    /// The lock was driven, and does not show what came of it.
    Unsure,
    /// The gateway refused to open it; `None` for a reason that is not known here.
    Refused(Option<Refusal>),
    /// The lock is locked again.
    Locked,
    /// The lock was told to lock again, and does not show it.
    NotLocked,
    /// The door stands open longer than it should.
    LeftOpen,
}

/// An incident and its story, oldest entry first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStory {
    /// The incident.
    pub incident: IncidentView,
    /// Its story.
    pub entries: Vec<IncidentEntry>,
}

/// Everything that was signed in an incident, to be checked by `tomori audit verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    /// The file, JSON.
    pub file: String,
    /// The public keys that the home's gateways have signed with, as that command takes them.
    pub keys: Vec<String>,
}

/// What became of an order when this returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// It is on its way to the house; the answer stands in [`GuardView::arming`] under this id.
    Waiting(OrderId),
    /// The house answered.
    Answered(Outcome),
}

/// Why an order is not even on its way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// The port itself.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The house cannot be reached, and an order is not kept for later.
    #[error("the house cannot be reached")]
    HouseUnreachable,
    /// Others are on their way already.
    #[error("other orders are on their way")]
    Busy,
}

/// New codes.
#[derive(Debug, Clone)]
pub struct NewCodes {
    /// The code that disarms.
    pub code: Code,
    /// The code that disarms and calls for help.
    pub duress: Code,
    /// The code so far; `None` while there is none.
    pub current: Option<Code>,
}

/// Why codes are not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodesError {
    /// The port itself.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The two are the same.
    #[error("the duress code must be another one")]
    Same,
    /// The present code is wrong.
    #[error("the present code is wrong")]
    Wrong,
    /// It was wrong too often.
    #[error("the code was wrong too often")]
    Locked,
}

/// Why an incident is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CloseError {
    /// The port itself.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A security company deals with it and closes it.
    #[error("a security company deals with it")]
    NotYours,
    /// The report does not fit.
    #[error("the report does not fit")]
    Report,
}

/// What the app asks of the guard. The rules of [`HousePort`](super::HousePort) hold here too.
#[async_trait]
pub trait GuardPort: Send + Sync + 'static {
    /// Whether codes can be set here: inside the house, and nowhere else.
    fn sets_codes(&self) -> bool;

    /// How the guard stands.
    async fn guard(&self, viewer: &Viewer, home: &HomeId) -> Result<GuardView, PortError>;

    /// Arms or disarms.
    async fn order(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<Given, OrderError>;

    /// Sets the codes.
    async fn set_codes(&self, viewer: &Viewer, home: &HomeId, codes: NewCodes) -> Result<(), CodesError>;

    /// The home's incidents, the open ones first.
    async fn incidents(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<IncidentView>, PortError>;

    /// One incident.
    async fn incident(&self, viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<IncidentStory, PortError>;

    /// What was signed in an incident; `None` where nothing was, and where this side does not keep it.
    async fn record(
        &self,
        _viewer: &Viewer,
        _home: &HomeId,
        _id: &IncidentId,
    ) -> Result<Option<SignedRecord>, PortError> {
        Ok(None)
    }

    /// Closes an incident that is no company's, with a report of 1 to 2,000 characters.
    async fn close_incident(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &IncidentId,
        closing: Closing,
        report: &str,
    ) -> Result<(), CloseError>;
}
