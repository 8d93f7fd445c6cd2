//! The port: all that the app asks of whoever knows the house.
//!
//! The platform answers it from anywhere; the gateway answers it inside the house when the platform is away (EP⑩).
//! The app cannot tell them apart except through [`Abilities`] and [`Vantage`], and it knows neither of them.
//!
//! Architecture invariant: **who may see what is decided behind the port.** Each method gets the viewer and must
//! refuse a home that is not the viewer's, a device that is not that home's, a schedule, phone or session that is not
//! theirs, with [`PortError::NotFound`]: not even the existence of somebody else's thing is told (T3-10 EP①, T3-11 EP⑨).

mod error;
mod guard;
mod view;

use std::net::IpAddr;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{CommandId, DeviceId, GrantId, HomeId, PropertyName, PropertyValue, Schedule, ScheduleId};

pub use error::{CommandError, PairError, PasswordError, PortError, ScheduleError, SignInError};
pub use guard::{
    CloseError, CodesError, DoorStep, Given, GuardPort, GuardView, IncidentEntry, IncidentStep, IncidentStory,
    IncidentView, NewCodes, OrderError, SignedRecord,
};
pub use view::{
    CommandView, DeviceName, DeviceView, Draft, Happened, HistoryEntry, HistoryPage, HomeName, HouseView, Known, Link,
    Opened, Pairing, PhoneView, Reach, ScheduleView, SessionView, Vantage, Viewer, Who,
};

/// How a person proves who they are on this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMode {
    /// Login, password and a one-time code (SR2-A-1).
    Password,
    /// A link made on the platform, once, for this phone; its secret is exchanged for a session (EP⑩).
    Paired,
}

/// What this side can do beyond showing and operating the house. What it cannot is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// How one signs in.
    pub sign_in: SignInMode,
    /// Schedules can be changed here. Where they cannot, they are shown and go on running.
    pub edit_schedules: bool,
    /// Phones can be paired with the house here.
    pub pair: bool,
    /// The password can be changed here.
    pub change_password: bool,
    /// Sessions can be listed and ended here.
    pub sessions: bool,
}

/// What somebody gave to sign in. `Debug` shows neither password nor code.
#[derive(Clone)]
pub struct SignIn {
    /// Login or e-mail address, at most 254 bytes.
    pub login: String,
    /// Password, at most 512 bytes.
    pub password: String,
    /// One-time code, at most 12 bytes; spaces removed.
    pub code: String,
    /// Where the request came from, for the lockout.
    pub from: Option<IpAddr>,
    /// What the browser calls itself, at most 200 characters, for the list of sessions.
    pub agent: String,
    /// The mark this side gave to this browser at an earlier sign-in ([`Opened::known_device`]): strangers who fail on
    /// purpose in somebody's name do not keep a browser out that brings one.
    pub known_device: Option<String>,
    /// The session the browser held before; it ends with this one's beginning (session fixation).
    pub replaces: Option<String>,
}

/// What somebody gave to change their password. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PasswordChange {
    /// The current password, at most 512 bytes.
    pub current: String,
    /// One-time code, at most 12 bytes; spaces removed.
    pub code: String,
    /// The new password, at most 512 bytes.
    pub new: String,
}

/// A wish of a person: one property of one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The device.
    pub device: DeviceId,
    /// The property to set.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// The same key from the same viewer means the same wish, sent twice: it is acted on once. 16 to 64 characters of
    /// `0-9a-zA-Z_-`.
    pub key: String,
}

/// That something in the house or its schedules changed; what, the app asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The device, when it is about one.
    pub device: Option<DeviceId>,
}

/// All that the app asks. Methods must be quick or bounded in time; the app waits for them.
#[async_trait]
pub trait HousePort: GuardPort {
    /// What this side can do. Constant.
    fn abilities(&self) -> Abilities;

    /// The moment, by the house clock: reports, commands, schedules and history are told in it.
    fn now(&self) -> Timestamp;

    /// The moment, by the wall clock: sessions, pairings and their ends are told in it. The same as [`HousePort::now`]
    /// except where a house's day runs faster than the world's.
    fn wall_now(&self) -> Timestamp {
        self.now()
    }

    /// Opens a session for a person, [`SignInMode::Password`].
    async fn sign_in(&self, given: SignIn) -> Result<Opened, SignInError>;

    /// Opens a session for a paired phone, [`SignInMode::Paired`]. `secret` is what the link carried.
    async fn redeem(&self, secret: &str, from: Option<IpAddr>) -> Result<Opened, SignInError>;

    /// Whose session a token opens now; `None` when it opens nothing (any more).
    async fn viewer(&self, token: &str) -> Result<Option<Viewer>, PortError>;

    /// Ends the session of a token. An unknown token is no error.
    async fn sign_out(&self, token: &str) -> Result<(), PortError>;

    /// The house as it is known now.
    async fn house(&self, viewer: &Viewer, home: &HomeId) -> Result<HouseView, PortError>;

    /// Takes a wish; durable when this returns.
    async fn command(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<CommandId, CommandError>;

    /// What happened, newest first, at most `limit` entries, older than the cursor; of one device or of the house.
    async fn history(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        device: Option<&DeviceId>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, PortError>;

    /// Tells of changes from now on. Never ends by itself while the home exists; a listener that is too slow may miss
    /// some, and then gets one more.
    fn changes(&self, viewer: &Viewer, home: &HomeId) -> BoxStream<'static, Change>;

    /// The home's schedules, of all its residents.
    async fn schedules(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<ScheduleView>, PortError>;

    /// Takes a new schedule.
    async fn create_schedule(&self, viewer: &Viewer, home: &HomeId, draft: Draft) -> Result<Schedule, ScheduleError>;

    /// Changes a schedule whose version the viewer saw; anybody else's change since then is a
    /// [`ScheduleError::Conflict`].
    async fn edit_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
        draft: Draft,
    ) -> Result<Schedule, ScheduleError>;

    /// Deletes a schedule whose version the viewer saw.
    async fn delete_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
    ) -> Result<(), ScheduleError>;

    /// The phones that are paired with the house.
    async fn phones(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<PhoneView>, PortError>;

    /// Pairs one phone of the viewer. The secret in the answer is told once.
    async fn pair(&self, viewer: &Viewer, home: &HomeId) -> Result<Pairing, PairError>;

    /// Takes a pairing back.
    async fn unpair(&self, viewer: &Viewer, home: &HomeId, grant: &GrantId) -> Result<(), PortError>;

    /// The viewer's sessions.
    async fn sessions(&self, viewer: &Viewer) -> Result<Vec<SessionView>, PortError>;

    /// Ends one of the viewer's sessions.
    async fn end_session(&self, viewer: &Viewer, session: &str) -> Result<(), PortError>;

    /// Changes the viewer's password for somebody who shows both factors once more, and ends the other sessions.
    async fn change_password(&self, viewer: &Viewer, given: PasswordChange) -> Result<(), PasswordError>;

    /// Remembers the viewer's language.
    async fn set_language(&self, viewer: &Viewer, lang: Lang) -> Result<(), PortError>;
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("login", &"…")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordChange").finish_non_exhaustive()
    }
}
