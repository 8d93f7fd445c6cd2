//! One connection: TLS bytes to MQTT, MQTT to the core, and back.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tomori_device_link::wire::{Delivery, FromDevice, Receipt, Refusal, ServerWire};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Accepted, Connection};

use super::authority::Holder;
use super::model::{SessionId, Ticket};
use super::service::{Mark, Shared, ToSession};

/// How long a client may take to say hello after the handshake.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// How long a client may take to take what is sent to it.
const TAKE_WITHIN: Duration = Duration::from_secs(10);
const BUFFER: usize = 4 * 1024;
/// Messages that are not answered yet; a client that sends more is not read until some are.
const MOST_UNANSWERED: usize = 256;
/// How long, and for how many bytes, a client whose connection ends is still listened to.
const FAREWELL_WITHIN: Duration = Duration::from_secs(1);
const MOST_UNREAD: usize = 1024 * 1024;

/// A connection under way.
struct Session {
    shared: Arc<Shared>,
    stream: Connection,
    wire: ServerWire,
    holder: Holder,
    address: Option<Ipv4Addr>,
    entered: Option<(SessionId, mpsc::Receiver<ToSession>)>,
    silence: Duration,
    /// Commands whose arrival is awaited, by the number on the wire.
    awaited: HashMap<u16, Ticket>,
    /// Messages whose sender waits to be told that they have arrived, in their order.
    unanswered: VecDeque<(Mark, Receipt, Option<Refusal>)>,
    /// Whether the client took its leave, and wants no will.
    said_goodbye: bool,
}

/// Serves a connection to its end.
pub(super) async fn serve(shared: Arc<Shared>, accepted: Accepted, shutdown: Shutdown) {
    let holder = accepted.client_certificate.as_deref().and_then(Holder::of);
    let Some(holder) = holder.filter(|holder| shared.home.as_ref() == Some(&holder.home)) else {
        shared.with(|core, _| core.count(|refusals| refusals.revoked += 1));
        return;
    };
    let address = match accepted.peer.ip() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    };
    let mut session = Session {
        wire: ServerWire::new(format!("{}-{}", holder.device, accepted.peer.port())),
        shared,
        stream: accepted.stream,
        holder,
        address,
        entered: None,
        silence: HELLO_WITHIN,
        awaited: HashMap::new(),
        unanswered: VecDeque::new(),
        said_goodbye: false,
    };
    session.run(shutdown).await;
    session.end().await;
}

impl Session {
    async fn run(&mut self, shutdown: Shutdown) {
        let mut buffer = vec![0; BUFFER];
        let mut heard_at = Instant::now();
        let mut progress = self.shared.progress();
        while self.flush().await && !self.wire.is_over() {
            let line = self.entered.as_mut().map(|(_, line)| line);
            tokio::select! {
                read = self.stream.read(&mut buffer), if self.unanswered.len() < MOST_UNANSWERED => match read {
                    Ok(0) | Err(_) => return,
                    Ok(count) => {
                        let heard = self.wire.hear(buffer.get(..count).unwrap_or_default());
                        heard.into_iter().for_each(|heard| self.take(heard));
                        // Until it has said hello its time runs, however slowly it spells it.
                        if self.entered.is_some() {
                            heard_at = Instant::now();
                        }
                    }
                },
                told = next(line) => self.tell(told),
                Ok(()) = progress.changed(), if !self.unanswered.is_empty() => self.answer(),
                () = tokio::time::sleep_until(heard_at + self.silence) => {
                    self.shared.with(|core, _| core.count(|refusals| refusals.silent += 1));
                    if self.entered.is_some() {
                        self.wire.dismiss(Refusal::Silent);
                    } else {
                        return;
                    }
                }
                () = shutdown.wait() => self.wire.dismiss(Refusal::ShuttingDown),
            }
        }
    }

    fn take(&mut self, heard: FromDevice) {
        if self.wire.is_over() && !matches!(heard, FromDevice::Goodbye { .. }) {
            return;
        }
        match (heard, self.entered.as_ref().map(|(id, _)| *id)) {
            (FromDevice::Hello(hello), None) => {
                let Holder { device, generation, .. } = &self.holder;
                let silence = Duration::from_secs(hello.silence_s.into());
                let entered = self
                    .shared
                    .enter(|core, now| core.open(now, device, *generation, hello, self.address));
                match entered {
                    Ok(entered) => {
                        self.silence = silence;
                        self.wire.welcome();
                        tracing::info!(%device, "a device is connected");
                        self.entered = Some(entered);
                    }
                    Err(refusal) => {
                        tracing::warn!(%device, %refusal, "a device is turned away");
                        self.wire.turn_away(refusal);
                    }
                }
            }
            (FromDevice::Published(message, receipt), Some(id)) => {
                let (taken, mark) = self.shared.publish(id, &message);
                if let Err(refusal) = taken {
                    tracing::debug!(device = %self.holder.device, topic = message.topic, %refusal, "a message is refused");
                }
                if receipt.is_awaited() {
                    self.unanswered.push_back((mark, receipt, taken.err()));
                    self.answer();
                }
            }
            (FromDevice::Subscribe { id: number, filters }, Some(id)) => {
                let granted = self.shared.with(|core, now| core.subscribe(now, id, filters));
                self.wire.grant(number, &granted);
            }
            (FromDevice::Unsubscribe { id: number, filters }, Some(id)) => {
                self.shared.with(|core, _| core.unsubscribe(id, &filters));
                self.wire.forget(number, filters.len());
            }
            (FromDevice::Arrived(number), Some(_)) => {
                if let Some(ticket) = self.awaited.remove(&number) {
                    self.shared.with(|core, _| core.arrived(ticket));
                }
            }
            (FromDevice::Goodbye { with_will }, _) => self.said_goodbye = !with_will,
            // The wire lets nobody say anything else before hello, or hello twice.
            (_, _) => self.wire.dismiss(Refusal::NotAuthorized),
        }
    }

    /// Tells the client what has arrived: what it led to is with the guard, and an alarm on the disk.
    fn answer(&mut self) {
        while let Some((mark, receipt, refusal)) = self.unanswered.front().copied()
            && self.shared.is_taken_in(mark)
        {
            self.unanswered.pop_front();
            self.wire.acknowledge(receipt, refusal);
        }
    }

    fn tell(&mut self, told: Option<ToSession>) {
        match told {
            Some(ToSession::Publish {
                message,
                with,
                expires_s,
                ticket,
            }) => {
                let (number, is_sent) = self.wire.publish(&message, with, expires_s);
                match (ticket, number) {
                    (Some(ticket), Some(number)) if is_sent => {
                        self.awaited.insert(number, ticket);
                    }
                    // The core gives a command up by itself that nobody tells it to have arrived.
                    (_, None) if !is_sent && with != Delivery::Hope => {
                        self.shared.with(|core, _| core.count(|refusals| refusals.flooded += 1));
                    }
                    _ => {}
                }
            }
            Some(ToSession::Close(refusal)) => self.wire.dismiss(refusal),
            // The room let go of the line: too much waited on it.
            None => self.wire.dismiss(Refusal::QuotaExceeded),
        }
    }

    /// Sends what is to be sent; `false` when the client does not take it.
    async fn flush(&mut self) -> bool {
        let bytes = self.wire.to_send();
        if bytes.is_empty() {
            return true;
        }
        let sending = async {
            self.stream.write_all(&bytes).await?;
            self.stream.flush().await
        };
        matches!(timeout(TAKE_WITHIN, sending).await, Ok(Ok(())))
    }

    async fn end(mut self) {
        if let Some(fault) = self.wire.fault() {
            tracing::warn!(device = %self.holder.device, %fault, "a connection ended for what came over it");
            let is_too_large = fault.is_too_large();
            self.shared.with(|core, _| {
                core.count(|refusals| match is_too_large {
                    true => refusals.oversized += 1,
                    false => refusals.malformed += 1,
                });
            });
        }
        if let Some((id, _)) = self.entered.take() {
            self.shared.leave(id, !self.said_goodbye);
        }
        // What the peer had sent already is taken in and thrown away: otherwise the system would take back the reason that
        // was just sent, and a device would not know why it was cut off.
        let farewell = async {
            self.stream.shutdown().await?;
            let mut nothing = [0; BUFFER];
            let mut most = MOST_UNREAD;
            while most > 0 {
                match self.stream.read(&mut nothing).await? {
                    0 => break,
                    count => most = most.saturating_sub(count),
                }
            }
            Ok::<_, std::io::Error>(())
        };
        let _ = timeout(FAREWELL_WITHIN, farewell).await;
    }
}

/// The next word of the room; for ever nothing while there is no line.
async fn next(line: Option<&mut mpsc::Receiver<ToSession>>) -> Option<ToSession> {
    match line {
        Some(line) => line.recv().await,
        None => std::future::pending().await,
    }
}
