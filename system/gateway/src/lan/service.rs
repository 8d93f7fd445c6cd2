//! The shell: sockets, the clock, and those who wait for an answer. Every decision is the [`Core`]'s.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc, oneshot};
use tomori_echonet_lite::frame::LONGEST_READ;
use tomori_runtime::clock::{Clock as _, SharedClock, SystemClock, until};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, Equipment, PropertyName, PropertyValue, Report};

use super::model::{Core, Effect, ReadResult, Ticket};
use super::moment::Moment;
use super::outbox::Outbox;
use super::socket::Sockets;
use super::{Counters, Known, LanConfig, LanError, LanEvent, ReadError, SetError};

/// Datagrams that are taken from one socket before the rest of the room has its turn.
const AT_ONCE: usize = 64;
/// After an error of a socket it is left alone for this long, so that a network that is down costs nothing.
const SOCKET_REST: Duration = Duration::from_millis(100);

/// The gateway's node on the house's network. Clones are the same node.
#[derive(Clone)]
pub struct Lan {
    shared: Arc<Shared>,
}

struct Shared {
    room: Mutex<Room>,
    wake: Notify,
    clock: SharedClock,
}

/// The core and those who wait for it.
struct Room {
    core: Core,
    sets: BTreeMap<Ticket, oneshot::Sender<Result<(), SetError>>>,
    reads: BTreeMap<Ticket, oneshot::Sender<ReadResult>>,
    merged: u64,
    open: bool,
}

/// Takes a request back when its caller stops waiting, so that nothing is sent for somebody who has gone.
struct Waiting<'a> {
    shared: &'a Shared,
    ticket: Ticket,
}

/// What runs in the background.
struct Shell {
    shared: Arc<Shared>,
    config: LanConfig,
    sockets: Sockets,
    outbox: Outbox,
    events: mpsc::Sender<LanEvent>,
    shutdown: Shutdown,
}

impl Lan {
    /// Opens the sockets, introduces the gateway and asks who is there. Runs until `shutdown`. Reports bear the time
    /// of `clock`, which may run fast; waiting for devices is done in the time that devices live in.
    ///
    /// # Errors
    /// When a setting does not fit or the sockets cannot be opened.
    pub async fn start(
        config: LanConfig,
        clock: SharedClock,
        entropy: SharedEntropy,
        shutdown: Shutdown,
    ) -> Result<(Self, mpsc::Receiver<LanEvent>), LanError> {
        config.check()?;
        let sockets = Sockets::open(&config)?;
        let (sender, events) = mpsc::channel(config.events);
        let core = Core::new(config.clone(), Moment::of(&*clock, &SystemClock), entropy);
        let shared = Arc::new(Shared {
            room: Mutex::new(Room {
                core,
                sets: BTreeMap::new(),
                reads: BTreeMap::new(),
                merged: 0,
                open: true,
            }),
            wake: Notify::new(),
            clock,
        });
        let shell = Shell {
            shared: Arc::clone(&shared),
            config,
            sockets,
            outbox: Outbox::default(),
            events: sender,
            shutdown,
        };
        tokio::spawn(shell.run());
        Ok((Self { shared }, events))
    }

    /// Replaces the equipment list: what is on it with an endpoint is controlled, all else is not (R2-2). Requests
    /// for devices that are no longer on it end.
    pub fn set_equipment(&self, equipment: Vec<Equipment>) {
        let now = self.shared.now();
        self.shared.room().core.set_equipment(now, equipment);
        self.shared.wake.notify_one();
    }

    /// Sets one property by one request that is never repeated. `remote`: the wish comes from outside the house,
    /// which the device is told where it wants to know (0x93). When the future is dropped before the request was
    /// sent, it is never sent.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set(
        &self,
        device: &DeviceId,
        property: &PropertyName,
        value: &PropertyValue,
        remote: bool,
    ) -> Result<(), SetError> {
        let now = self.shared.now();
        let (ticket, answer) = {
            let mut room = self.shared.room();
            if !room.open {
                return Err(SetError::Unreachable { maybe_acted: false });
            }
            let ticket = room.core.begin_set(now, device, property, value, remote)?;
            let (sender, answer) = oneshot::channel();
            room.sets.insert(ticket, sender);
            (ticket, answer)
        };
        let waiting = Waiting {
            shared: &self.shared,
            ticket,
        };
        self.shared.wake.notify_one();
        // Without an answer the room has stopped.
        answer
            .await
            .unwrap_or_else(|_| Err(waiting.shared.room().core.interrupted(ticket)))
    }

    /// Reads properties from the device itself, asking again when no answer comes. Those that the device does not
    /// have or refuses are left out of the answer.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read(
        &self,
        device: &DeviceId,
        properties: &[PropertyName],
        source: Source,
    ) -> Result<Vec<(PropertyName, Report)>, ReadError> {
        let now = self.shared.now();
        let (ticket, answer) = {
            let mut room = self.shared.room();
            if !room.open {
                return Err(ReadError::Unreachable);
            }
            let ticket = room.core.begin_read(now, device, properties, source)?;
            let (sender, answer) = oneshot::channel();
            room.reads.insert(ticket, sender);
            (ticket, answer)
        };
        let _waiting = Waiting {
            shared: &self.shared,
            ticket,
        };
        self.shared.wake.notify_one();
        answer.await.unwrap_or(Err(ReadError::Unreachable))
    }

    /// What is known of an adopted device; `None` when it is not adopted.
    #[must_use]
    pub fn known(&self, device: &DeviceId) -> Option<Known> {
        self.shared.room().core.known(device)
    }

    /// Asks everybody who is there, now.
    pub fn search(&self) {
        let now = self.shared.now();
        self.shared.room().core.search_now(now);
        self.shared.wake.notify_one();
    }

    /// Tells presence and every property again, with the next round of each device.
    pub fn tell_everything_again(&self) {
        let now = self.shared.now();
        self.shared.room().core.tell_everything_again(now);
        self.shared.wake.notify_one();
    }

    /// What went in and out so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let room = self.shared.room();
        Counters {
            merged: room.merged,
            ..room.core.counters()
        }
    }
}

impl Shared {
    fn room(&self) -> MutexGuard<'_, Room> {
        // The lock is never held across an await, and the core does not panic; should it, its state is still the
        // best there is.
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment::of(&*self.clock, &SystemClock)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut room = self.shared.room();
        let set = room.sets.remove(&self.ticket).is_some();
        let read = room.reads.remove(&self.ticket).is_some();
        if set || read {
            room.core.cancel(self.ticket);
        }
    }
}

impl Shell {
    async fn run(mut self) {
        let mut buffer = vec![0; LONGEST_READ + 1];
        while !self.shutdown.is_set() {
            let rest = self.let_time_pass().await;
            let Self {
                shared,
                sockets,
                outbox,
                events,
                shutdown,
                ..
            } = &mut self;
            tokio::select! {
                () = shutdown.wait() => break,
                () = shared.wake.notified() => {}
                ready = sockets.unicast.readable() => Self::drain(shared, &sockets.unicast, ready, &mut buffer).await,
                ready = sockets.group.readable() => Self::drain(shared, &sockets.group, ready, &mut buffer).await,
                permit = events.reserve(), if !outbox.is_empty() => match (permit, outbox.pop()) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    // Nobody reads events any more; devices can still be set and read.
                    (Err(_), _) => while outbox.pop().is_some() {},
                    (Ok(_), None) => {}
                },
                () = SystemClock.sleep(rest) => {}
            }
        }
        self.close();
    }

    /// Lets the core catch up with the clock and does what it wants. Returns how long it can be left alone.
    async fn let_time_pass(&mut self) -> Duration {
        let now = self.shared.now();
        let (effects, due) = {
            let mut room = self.shared.room();
            room.core.tick(now);
            (room.core.take_effects(), room.core.next_due())
        };
        for effect in effects {
            self.carry_out(effect).await;
        }
        let mut room = self.shared.room();
        room.merged = self.outbox.merged();
        until(now.run, due)
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send(to, bytes) => self.send(to, &bytes).await,
            Effect::Everyone(bytes) => {
                self.sockets.join_again(&self.config);
                self.send(self.config.multicast, &bytes).await;
            }
            Effect::Tell(event) => self.tell(event),
            Effect::SetDone(ticket, result) => {
                if let Some(waiting) = self.shared.room().sets.remove(&ticket) {
                    // Whoever does not wait any more needs no answer.
                    let _ = waiting.send(result);
                }
            }
            Effect::ReadDone(ticket, result) => {
                if let Some(waiting) = self.shared.room().reads.remove(&ticket) {
                    let _ = waiting.send(result);
                }
            }
        }
    }

    async fn send(&self, to: Ipv4Addr, bytes: &[u8]) {
        let to = SocketAddrV4::new(to, self.config.port);
        if let Err(error) = self.sockets.unicast.send_to(bytes, to).await {
            tracing::debug!(%to, %error, "a datagram could not be sent");
            self.shared.room().core.could_not_send();
        }
    }

    fn tell(&mut self, event: LanEvent) {
        if !self.outbox.is_empty() {
            self.outbox.push(event);
            return;
        }
        match self.events.try_send(event) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(event)) => self.outbox.push(event),
        }
    }

    /// Takes what has arrived, up to a bound.
    async fn drain(shared: &Shared, socket: &UdpSocket, ready: std::io::Result<()>, buffer: &mut [u8]) {
        let mut error = ready.err();
        for _ in 0..AT_ONCE {
            let (length, from) = match socket.try_recv_from(buffer) {
                Ok((length, SocketAddr::V4(from))) => (length, *from.ip()),
                Ok((_, SocketAddr::V6(_))) => continue,
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(why) => {
                    error = Some(why);
                    break;
                }
            };
            let now = shared.now();
            let bytes = buffer.get(..length).unwrap_or_default();
            shared.room().core.hear(now, from, bytes);
        }
        if let Some(error) = error {
            tracing::warn!(%error, "the house's network cannot be heard");
            tokio::time::sleep(SOCKET_REST).await;
        }
    }

    /// Nobody is left waiting.
    fn close(&mut self) {
        let mut room = self.shared.room();
        room.open = false;
        let sets = std::mem::take(&mut room.sets);
        for (ticket, waiting) in sets {
            let _ = waiting.send(Err(room.core.interrupted(ticket)));
        }
        room.reads.clear();
    }
}
