//! The shell: the doors, those who wait for an answer, and what is told. Every decision is the [`Core`]'s.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tomori_device_link::wire::{Delivery, Published, Refusal};
use tomori_runtime::clock::{Clock as _, SharedClock, SystemClock, until};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Acceptor, Limits, Tally};
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, EnrolmentCode, Equipment, HomeId, PropertyName, PropertyValue, Report};

use super::authority::{Authority, AuthorityError, Holder, Papers};
use super::codes::{CodeError, Codes};
use super::config::MqttConfig;
use super::model::{Core, Effect, Kept, SessionId, Ticket};
use super::refusals::Refusals;
use super::{enrol, session};
use crate::lan::{Known, LanEvent, Moment, Outbox, ReadError, SetError};
use crate::vault::{Vault, VaultError};

/// The sealed file with what devices told of themselves for good.
const KEPT: &str = "device-discovery";
/// How long changes of it are gathered before it is written.
const GATHER: Duration = Duration::from_secs(2);
/// What waits to be sent to one connection. One that does not take it is cut off.
const TO_SEND: usize = 128;
/// Events that wait for their reader before superseded ones are merged.
const MOST_NEWS: usize = 4096;
/// The longest the room rests.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// A house has few devices; a flood from its network must not take the gateway's memory or its time. One address is a
/// device, or an installer's laptop.
const LIMITS: Limits = Limits {
    handshake_timeout: Duration::from_secs(5),
    connections: 512,
    handshakes: 16,
    per_address: 16,
};
/// The enrolment door, used once in a device's life.
const ENROL_LIMITS: Limits = Limits {
    handshake_timeout: Duration::from_secs(5),
    connections: 16,
    handshakes: 4,
    per_address: 4,
};

/// Why the doors for devices cannot be opened.
#[derive(Debug, Error)]
pub enum MqttError {
    /// The house's own authority cannot be used.
    #[error(transparent)]
    Authority(AuthorityError),
    /// What devices told of themselves cannot be read.
    #[error(transparent)]
    Vault(VaultError),
    /// An address cannot be had.
    #[error(
        "nothing can listen on {address} for the devices of the house; stop the program that holds it, or change `devices.{key}`"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The setting.
        key: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// The devices that prove themselves. Clones are the same room.
#[derive(Clone)]
pub struct Mqtt {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    room: Mutex<Room>,
    wake: Notify,
    keep: Notify,
    clock: SharedClock,
    entropy: SharedEntropy,
    pub(super) home: Option<HomeId>,
    pub(super) authority: Authority,
    /// `host:port` that an enrolled device is told.
    pub(super) address: String,
    tallies: Vec<Arc<Tally>>,
    /// Events that their reader has taken in, of those that were handed over.
    taken_in: watch::Sender<u64>,
}

struct Room {
    core: Core,
    codes: Codes,
    sessions: BTreeMap<SessionId, mpsc::Sender<ToSession>>,
    sets: BTreeMap<Ticket, oneshot::Sender<Result<(), SetError>>>,
    /// What is to be told, in its order: that somebody came is told although he has gone.
    news: VecDeque<LanEvent>,
    /// What comes when too much waits already: there, what was superseded is merged.
    outbox: Outbox,
    /// Events that were handed over to their reader.
    handed: u64,
    open: bool,
}

/// How far the reader of events has to come until it has taken in what a message led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

/// What the room wants of a connection.
#[derive(Debug)]
pub(super) enum ToSession {
    Publish {
        message: Published,
        with: Delivery,
        expires_s: Option<u32>,
        ticket: Option<Ticket>,
    },
    Close(Refusal),
}

/// Takes a command back when its caller stops waiting.
struct Waiting<'a> {
    shared: &'a Shared,
    ticket: Ticket,
}

impl Mqtt {
    /// Opens the doors of a room by itself, without the rest of a gateway. Runs until `shutdown`. Whoever reads the events says
    /// so to [`Mqtt::taken_in`].
    ///
    /// # Errors
    /// When the data directory or an address cannot be used.
    pub async fn alone(
        config: MqttConfig,
        home: HomeId,
        data: DataDir,
        clock: SharedClock,
        entropy: SharedEntropy,
        shutdown: Shutdown,
    ) -> Result<(Self, mpsc::Receiver<LanEvent>), MqttError> {
        let vault = Vault::open(data, entropy.clone()).map_err(MqttError::Vault)?;
        let clocks = (clock.clone(), clock);
        Self::start(config, Some(home), vault, clocks, entropy, shutdown).await
    }

    /// Opens the doors. Runs until `shutdown`.
    pub(crate) async fn start(
        config: MqttConfig,
        home: Option<HomeId>,
        vault: Vault,
        (house, wall): (SharedClock, SharedClock),
        entropy: SharedEntropy,
        shutdown: Shutdown,
    ) -> Result<(Self, mpsc::Receiver<LanEvent>), MqttError> {
        let authority = Authority::open(&vault, wall, entropy.clone()).map_err(MqttError::Authority)?;
        let remembered: Option<BTreeMap<DeviceId, Kept>> = vault.read(KEPT).map_err(MqttError::Vault)?;
        let (mutual, open) = authority.doors(&config.names).map_err(MqttError::Authority)?;
        let listener = bind(config.listen, "listen").await?;
        let door = Acceptor::new(listener, Some(Arc::new(mutual)), LIMITS);
        let mut tallies = vec![door.tally()];
        let enrolment = match config.enrol {
            Some(address) => {
                let listener = bind(address, "enrol").await?;
                let door = Acceptor::new(listener, Some(Arc::new(open)), ENROL_LIMITS);
                tallies.push(door.tally());
                Some(door)
            }
            None => None,
        };
        let host = config.names.last().cloned().unwrap_or_default();
        let address = format!("{host}:{}", config.listen.port());
        let (sender, events) = mpsc::channel(config.events);
        let shared = Arc::new(Shared {
            room: Mutex::new(Room {
                core: Core::new(config, remembered.unwrap_or_default()),
                codes: Codes::default(),
                sessions: BTreeMap::new(),
                sets: BTreeMap::new(),
                news: VecDeque::new(),
                outbox: Outbox::default(),
                handed: 0,
                open: true,
            }),
            wake: Notify::new(),
            keep: Notify::new(),
            clock: house,
            entropy,
            home,
            authority,
            address,
            tallies,
            taken_in: watch::Sender::new(0),
        });
        let serving = Arc::clone(&shared);
        let ending = shutdown.clone();
        tokio::spawn(door.run(shutdown.clone(), move |accepted| {
            session::serve(Arc::clone(&serving), accepted, ending.clone())
        }));
        if let Some(door) = enrolment {
            let serving = Arc::clone(&shared);
            tokio::spawn(door.run(shutdown.clone(), move |accepted| {
                enrol::serve(Arc::clone(&serving), accepted)
            }));
        }
        tokio::spawn(keep(Arc::clone(&shared), vault, shutdown.clone()));
        tokio::spawn(run(Arc::clone(&shared), sender, shutdown));
        Ok((Self { shared }, events))
    }

    /// Replaces the equipment list. A device that is no longer on it, or whose certificate was replaced, is cut off.
    pub fn set_equipment(&self, equipment: &[Equipment]) {
        self.shared.with(|core, now| core.set_equipment(now, equipment));
        self.shared.keep.notify_one();
    }

    /// What is known of a device; `None` when it is none of those that prove themselves.
    #[must_use]
    pub fn known(&self, device: &DeviceId) -> Option<Known> {
        self.shared.with(|core, _| core.known(device))
    }

    /// The reader of events has taken in so many more. Only then are devices told that their messages have arrived: one whose
    /// alarm is not on the disk yet tells it again to the gateway that comes back.
    pub fn taken_in(&self, events: usize) {
        let more = u64::try_from(events).unwrap_or(u64::MAX);
        self.shared
            .taken_in
            .send_modify(|taken| *taken = taken.saturating_add(more));
    }

    /// Tells presence and every property again.
    pub(crate) fn tell_everything_again(&self) {
        self.shared.with(|core, now| core.tell_everything_again(now));
    }

    /// Tells a device to set a property, once.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set(&self, device: &DeviceId, property: &PropertyName, value: &PropertyValue) -> Result<(), SetError> {
        let (ticket, answer) = {
            let mut room = self.shared.room();
            if !room.open {
                return Err(SetError::Unreachable { maybe_acted: false });
            }
            let now = self.shared.now();
            let ticket = room.core.begin_set(now, device, property, value)?;
            let (sender, answer) = oneshot::channel();
            room.sets.insert(ticket, sender);
            room.carry_out(&self.shared);
            (ticket, answer)
        };
        let _waiting = Waiting {
            shared: &self.shared,
            ticket,
        };
        self.shared.wake.notify_one();
        answer.await.unwrap_or(Err(SetError::Unreachable { maybe_acted: true }))
    }

    /// What a device says of properties.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(
        &self,
        device: &DeviceId,
        properties: &[PropertyName],
        source: Source,
    ) -> Result<Vec<(PropertyName, Report)>, ReadError> {
        self.shared.with(|core, _| core.read(device, properties, source))
    }

    /// A code by which this device comes to its certificate within fifteen minutes, once.
    ///
    /// # Errors
    /// When the device is not on the list as one with a certificate.
    pub fn code(&self, device: &DeviceId) -> Result<EnrolmentCode, CodeError> {
        let code = EnrolmentCode::new(bytes(&*self.shared.entropy), &self.shared.authority.fingerprint());
        let now = self.shared.now();
        let mut room = self.shared.room();
        let generation = room.core.generation(device).ok_or(CodeError::NoSuchDevice)?;
        room.codes.give(now.run, device.clone(), generation, &code);
        Ok(code)
    }

    /// A key and a certificate as files, for a device that cannot make its own key.
    ///
    /// # Errors
    /// When the device is not on the list as one with a certificate (`Ok(None)` inside), or none can be made.
    pub fn papers(&self, device: &DeviceId) -> Result<Option<Papers>, AuthorityError> {
        match self.shared.holder(device) {
            Some(holder) => self.shared.authority.papers(&holder).map(Some),
            None => Ok(None),
        }
    }

    /// What was turned away so far.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        let told = self.shared.room().core.refusals();
        Refusals {
            crowded: self.shared.tallies.iter().map(|tally| tally.crowded()).sum(),
            handshakes: self.shared.tallies.iter().map(|tally| tally.handshakes()).sum(),
            ..told
        }
    }
}

impl Shared {
    pub(super) fn now(&self) -> Moment {
        Moment::of(&*self.clock, &SystemClock)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        // The lock is never held across an await, and the core does not panic; should it, its state is still the best
        // there is.
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the core do something, and does what it wants.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Core, Moment) -> T) -> T {
        let now = self.now();
        let mut room = self.room();
        let done = act(&mut room.core, now);
        room.carry_out(self);
        drop(room);
        self.wake.notify_one();
        done
    }

    /// Who a device's certificate says it is.
    pub(super) fn holder(&self, device: &DeviceId) -> Option<Holder> {
        let generation = self.room().core.generation(device)?;
        Some(Holder {
            home: self.home.clone()?,
            device: device.clone(),
            generation,
        })
    }

    /// Uses a code up.
    pub(super) fn redeem(&self, secret: &str) -> Result<Holder, CodeError> {
        let run = self.now().run;
        let redeemed = self.room().codes.redeem(run, secret);
        let (device, generation) = redeemed?;
        // A certificate that was replaced since the code was given is not the one it was given for.
        let holder = self.holder(&device).filter(|holder| holder.generation == generation);
        holder.ok_or(CodeError::Wrong)
    }

    /// Takes a connection in, with the line on which the room speaks to it.
    pub(super) fn enter(
        &self,
        open: impl FnOnce(&mut Core, Moment) -> Result<SessionId, Refusal>,
    ) -> Result<(SessionId, mpsc::Receiver<ToSession>), Refusal> {
        let now = self.now();
        let mut room = self.room();
        if !room.open {
            return Err(Refusal::ShuttingDown);
        }
        let opened = open(&mut room.core, now);
        let opened = opened.map(|id| {
            let (sender, line) = mpsc::channel(TO_SEND);
            room.sessions.insert(id, sender);
            (id, line)
        });
        room.carry_out(self);
        drop(room);
        self.wake.notify_one();
        opened
    }

    /// A device publishes. Whether that is taken, and when its sender may be told so.
    pub(super) fn publish(&self, id: SessionId, message: &Published) -> (Result<(), Refusal>, Mark) {
        let now = self.now();
        let mut room = self.room();
        let taken = room.core.publish(now, id, message);
        room.carry_out(self);
        let mark = Mark(room.handed.saturating_add(room.waiting()));
        drop(room);
        self.wake.notify_one();
        (taken, mark)
    }

    /// Changes when the reader of events has taken in more.
    pub(super) fn progress(&self) -> watch::Receiver<u64> {
        self.taken_in.subscribe()
    }

    /// Whether the reader of events has come that far.
    pub(super) fn is_taken_in(&self, mark: Mark) -> bool {
        let taken = *self.taken_in.borrow();
        if taken >= mark.0 {
            return true;
        }
        // What was merged with a later event is never handed over: then the mark is reached when nothing waits any more.
        let room = self.room();
        taken == room.handed && room.waiting() == 0
    }

    /// A connection ended.
    pub(super) fn leave(&self, id: SessionId, with_will: bool) {
        self.room().sessions.remove(&id);
        self.with(|core, now| core.close(now, id, with_will));
    }
}

impl Room {
    fn next_news(&mut self) -> Option<LanEvent> {
        self.news.pop_front().or_else(|| self.outbox.pop())
    }

    fn hand_over(&mut self) -> Option<LanEvent> {
        let event = self.next_news()?;
        self.handed = self.handed.saturating_add(1);
        Some(event)
    }

    /// Events that are not handed over yet.
    fn waiting(&self) -> u64 {
        let waiting = self.news.len().saturating_add(self.outbox.len());
        u64::try_from(waiting).unwrap_or(u64::MAX)
    }

    /// Does what the core wants.
    fn carry_out(&mut self, shared: &Shared) {
        for effect in self.core.take_effects() {
            match effect {
                Effect::Send {
                    session,
                    message,
                    with,
                    expires_s,
                    ticket,
                } => {
                    let publish = ToSession::Publish {
                        message,
                        with,
                        expires_s,
                        ticket,
                    };
                    let line = self.sessions.get(&session);
                    if line.is_some_and(|line| line.try_send(publish).is_err()) {
                        // Dropping the line ends the connection: it does not take what it asked for.
                        self.sessions.remove(&session);
                    }
                }
                Effect::Close(session, refusal) => {
                    if let Some(line) = self.sessions.remove(&session) {
                        let _ = line.try_send(ToSession::Close(refusal));
                    }
                }
                Effect::Tell(event) if self.outbox.is_empty() && self.news.len() < MOST_NEWS => {
                    self.news.push_back(event);
                }
                Effect::Tell(event) => self.outbox.push(event),
                Effect::SetDone(ticket, done) => {
                    if let Some(waiting) = self.sets.remove(&ticket) {
                        // Whoever does not wait any more needs no answer.
                        let _ = waiting.send(done);
                    }
                }
                Effect::Keep => shared.keep.notify_one(),
            }
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut room = self.shared.room();
        if room.sets.remove(&self.ticket).is_some() {
            room.core.cancel(self.ticket);
        }
    }
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, MqttError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| MqttError::Listen { address, key, source })
}

/// Lets time pass, and tells.
async fn run(shared: Arc<Shared>, events: mpsc::Sender<LanEvent>, shutdown: Shutdown) {
    while !shutdown.is_set() {
        let (rest, waits) = {
            let now = shared.now();
            let mut room = shared.room();
            room.core.tick(now);
            room.carry_out(&shared);
            let due = room.core.next_due();
            let rest = due.map_or(LONGEST_REST, |due| until(now.run, due).min(LONGEST_REST));
            (rest, !room.news.is_empty() || !room.outbox.is_empty())
        };
        tokio::select! {
            () = shutdown.wait() => break,
            permit = events.reserve(), if waits => {
                let event = shared.room().hand_over();
                match (permit, event) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    // Nobody reads events any more; devices can still be set and read.
                    (Err(_), _) => while shared.room().next_news().is_some() {},
                    (Ok(_), None) => {}
                }
            }
            () = shared.wake.notified() => {}
            () = SystemClock.sleep(rest.max(Duration::from_millis(1))) => {}
        }
    }
    let mut room = shared.room();
    room.open = false;
    room.sets.clear();
}

/// Writes down what devices told of themselves for good.
async fn keep(shared: Arc<Shared>, vault: Vault, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = shared.keep.notified() => {}
            () = shutdown.wait() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            () = shutdown.wait() => {}
        }
        let (kept, vault) = (shared.room().core.kept(), vault.clone());
        let written = tokio::task::spawn_blocking(move || vault.write(KEPT, &kept)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = %tomori_runtime::remedy::chain(&error), "what devices are is not written down");
            }
            Err(error) => tracing::warn!(%error, "what devices are is not written down"),
        }
    }
}
