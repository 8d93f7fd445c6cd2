//! One gateway's stream: what it says is stored and acknowledged, what it is to know is told.
//!
//! A session is a stream that is polled when there is room to send. Nothing is queued for a gateway that does not
//! listen, and nothing more is read from one that does not take its answers: the flow control of HTTP/2 bounds both
//! directions. What is to be delivered waits in the rooms.

mod telling;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::{Notify, watch};
use tomori_gateway_link::v1::{self, gateway_message, goodbye::Why, platform_message};
use tomori_runtime::clock::after;
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{CommandId, DeviceId, IncidentId};
use tonic::{Status, Streaming};

use super::door::Link;
use super::model::{Allowance, Farewell};
use super::registry::{End, Place};
use crate::auth::gateways::Identity;
use crate::device_state::{BatchError, Connected, StateError};
use crate::house_plan::{RosterMark, WaitingBundle};

/// A gateway that has connected says hello within this time.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long after a failed look into the rooms the session looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Messages that are not batches: a few at once, then one a second.
const CONTROL_BURST: f64 = 30.0;
/// What a batch costs at least, so that a flood of tiny ones is a flood.
const LEAST_COST: f64 = 10.0;

/// No plan is changed so often. A version that a gateway claims is counted on from.
const MOST_VERSIONS: u64 = 1 << 40;

type Outgoing = platform_message::Message;

/// One stream.
pub(super) struct Session {
    link: Arc<Link>,
    identity: Identity,
    inbound: Streaming<v1::GatewayMessage>,
    end: Arc<End>,
    ending: watch::Receiver<Option<Farewell>>,
    /// Taken with the gateway's hello.
    greeted: Option<Greeted>,
    outgoing: VecDeque<Outgoing>,
    over: bool,
}

struct Greeted {
    /// Before the place, and so dropped before it: a departure finds nobody at the bell.
    bell: Arc<Notify>,
    _place: Place,
    /// The plan that the gateway has, as far as we know.
    plan_version: u64,
    /// Whether its plan has to be taken anew, whatever its version: the platform forgot (a backup was put back).
    forgotten: bool,
    /// What the gateway was told is stored.
    welcomed: u64,
    /// The devices of that plan, once it was composed for this stream.
    listed: HashSet<DeviceId>,
    /// Commands that this stream has carried and that the gateway has not confirmed.
    carried: HashSet<CommandId>,
    /// The next batch is the first of this stream.
    resuming: bool,
    events: Allowance,
    control: Allowance,
    /// Nothing is read until then.
    paused_until: Option<jiff::Timestamp>,
    look_for_commands: bool,
    look_for_plan: bool,
    look_for_errands: bool,
    /// Incidents that this stream has told to be closed.
    told_closed: HashSet<IncidentId>,
    /// The roster that this stream has carried.
    roster: Option<RosterMark>,
    /// Bundles that this stream has carried, and how often they had been asked for then.
    bundles_carried: HashSet<(Digest, u64)>,
    /// Bundles that go when everything else has gone, unless they have expired by then.
    bundles: VecDeque<WaitingBundle>,
    /// A look failed: look again although nobody rings.
    look_again: bool,
}

/// What wakes a session.
enum Woken {
    End,
    Bell,
    LookAgain,
    Unpaused,
    Silent,
    Inbound(Result<Option<v1::GatewayMessage>, Status>),
}

impl Session {
    pub(super) fn new(
        link: Arc<Link>,
        identity: Identity,
        inbound: Streaming<v1::GatewayMessage>,
        end: Arc<End>,
    ) -> Self {
        Self {
            link,
            identity,
            inbound,
            ending: end.subscribe(),
            end,
            greeted: None,
            outgoing: VecDeque::new(),
            over: false,
        }
    }

    /// A stream that says farewell and nothing else.
    pub(super) fn farewell(farewell: &Farewell) -> impl Stream<Item = Result<v1::PlatformMessage, Status>> + use<> {
        let message = Some(Outgoing::Goodbye(farewell.message()));
        futures_util::stream::iter([Ok(v1::PlatformMessage { message })])
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<v1::PlatformMessage, Status>> {
        futures_util::stream::unfold(self, |mut session| async move {
            let message = session.next().await?;
            Some((Ok(v1::PlatformMessage { message: Some(message) }), session))
        })
    }

    /// The next message for the gateway; `None` at the end.
    async fn next(&mut self) -> Option<Outgoing> {
        loop {
            if let Some(message) = self.outgoing.pop_front() {
                return Some(message);
            }
            if self.over {
                return None;
            }
            self.look().await;
            if !self.outgoing.is_empty() || self.over {
                continue;
            }
            if let Some(bundle) = self.next_bundle().await {
                return Some(bundle);
            }
            match self.wait().await {
                Woken::End => {
                    let farewell = self.ending.borrow_and_update().clone();
                    self.leave(farewell.unwrap_or_else(|| Farewell::new(Why::Unspecified, "", Duration::ZERO)));
                }
                Woken::Silent => self.leave(Farewell::protocol("no hello came")),
                Woken::Bell | Woken::LookAgain => self.look_everywhere(),
                Woken::Unpaused => {
                    if let Some(greeted) = &mut self.greeted {
                        greeted.paused_until = None;
                    }
                }
                Woken::Inbound(Ok(Some(message))) => self.hear(message).await,
                Woken::Inbound(Ok(None)) => self.over = true,
                Woken::Inbound(Err(status)) => self.misheard(&status).await,
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let clock = &self.link.wall;
        let Some(greeted) = &self.greeted else {
            return tokio::select! {
                biased;
                Ok(_) = self.ending.wait_for(Option::is_some) => Woken::End,
                message = self.inbound.message() => Woken::Inbound(message),
                () = tokio::time::sleep(HELLO_WITHIN) => Woken::Silent,
            };
        };
        let paused_until = greeted.paused_until;
        tokio::select! {
            biased;
            Ok(_) = self.ending.wait_for(Option::is_some) => Woken::End,
            () = greeted.bell.notified() => Woken::Bell,
            () = clock.sleep_until(paused_until.unwrap_or_default()), if paused_until.is_some() => Woken::Unpaused,
            () = tokio::time::sleep(LOOK_AGAIN), if greeted.look_again => Woken::LookAgain,
            message = self.inbound.message(), if paused_until.is_none() => Woken::Inbound(message),
        }
    }

    /// Looks into the rooms for what the gateway is to have: commands first, they are in a hurry, but never ahead of the
    /// plan that lists their device; the plan when no command waits to be sent.
    async fn look(&mut self) {
        let Some(greeted) = &mut self.greeted else { return };
        if std::mem::take(&mut greeted.look_for_commands) {
            if self.link.gateways.has_ended(&self.identity.gateway) {
                self.leave(Farewell::revoked("the gateway's right has ended; enrol it again"));
                return;
            }
            match self.link.device_state.take_for_delivery(&self.identity.home).await {
                Ok(commands) => self.hand_over(commands).await,
                Err(error) => {
                    tracing::error!(home = %self.identity.home, %error, "commands for a gateway cannot be read");
                    greeted.look_again = true;
                }
            }
        }
        self.look_for_errands().await;
        let wants_plan = self.greeted.as_ref().is_some_and(|greeted| greeted.look_for_plan);
        if self.outgoing.is_empty() && wants_plan {
            self.look_for_plan().await;
        }
    }

    fn look_everywhere(&mut self) {
        if let Some(greeted) = &mut self.greeted {
            greeted.look_for_commands = true;
            greeted.look_for_plan = true;
            greeted.look_for_errands = true;
            greeted.look_again = false;
        }
    }

    async fn hear(&mut self, message: v1::GatewayMessage) {
        match (message.message, self.greeted.is_some()) {
            (Some(gateway_message::Message::Hello(hello)), false) => self.greet(hello).await,
            (Some(gateway_message::Message::Hello(_)), true) => self.broken("a second hello on one stream").await,
            (Some(gateway_message::Message::Batch(batch)), true) => self.store(batch).await,
            (Some(gateway_message::Message::PlanAck(_)) | None, true) => self.control(),
            (_, false) => self.broken("the stream did not begin with a hello").await,
        }
    }

    /// A message that is not a batch: a word on a plan, or of a newer contract.
    fn control(&mut self) {
        let now = self.link.wall.now();
        if let Some(greeted) = &mut self.greeted
            && !greeted.control.take(1.0, now).is_zero()
        {
            let pause = Duration::from_secs(60);
            self.leave(Farewell::new(
                Why::Flood,
                "more messages than a gateway has reason to send",
                pause,
            ));
        }
    }

    async fn greet(&mut self, hello: v1::Hello) {
        if let Err(error) = hello.check() {
            return self.broken(&format!("hello: {error}")).await;
        }
        if hello.plan_version > MOST_VERSIONS {
            return self.broken("hello: plan_version is no version of a plan of ours").await;
        }
        // The bell first, then the look at who has lost their right: whoever loses it in between is rung for.
        let bell = self.link.doorbell.bell(&self.identity.home);
        if self.link.gateways.has_ended(&self.identity.gateway) {
            return self.leave(Farewell::revoked("the gateway's right has ended; enrol it again"));
        }
        let Ok(place) = self.link.registry.enter(&self.identity, Arc::clone(&self.end)) else {
            let (least, most) = (Duration::from_secs(20), Duration::from_secs(60));
            return self.leave(Farewell::later(
                "all places are taken",
                least,
                most,
                &*self.link.entropy,
            ));
        };
        let connected = Connected {
            connection: place.generation(),
            gateway: self.identity.gateway.clone(),
            software: hello.software,
            local_url: hello.local_url,
            plan_version: hello.plan_version,
        };
        let stored_through = match self
            .link
            .device_state
            .gateway_connected(&self.identity.home, connected)
            .await
        {
            Ok(stored_through) => stored_through,
            Err(StateError::NoSuchHome(home)) => {
                return self.leave(Farewell::revoked(format!("there is no home {home}")));
            }
            Err(error) => return self.unwell(&error),
        };
        let now = self.link.wall.now();
        let limits = self.link.limits;
        self.greeted = Some(Greeted {
            bell,
            _place: place,
            plan_version: hello.plan_version,
            forgotten: false,
            welcomed: stored_through,
            listed: HashSet::new(),
            carried: HashSet::new(),
            resuming: true,
            events: Allowance::new(limits.events_burst, limits.events_per_second, now),
            control: Allowance::new(CONTROL_BURST, 1.0, now),
            paused_until: None,
            look_for_commands: true,
            look_for_plan: true,
            look_for_errands: true,
            told_closed: HashSet::new(),
            roster: None,
            bundles_carried: HashSet::new(),
            bundles: VecDeque::new(),
            look_again: false,
        });
        self.outgoing.push_back(Outgoing::Welcome(v1::Welcome {
            stored_through,
            now: self.link.house.now().as_microsecond(),
        }));
    }

    async fn store(&mut self, batch: v1::Batch) {
        if let Err(error) = batch.check() {
            return self.broken(&format!("batch: {error}")).await;
        }
        let first_seq = batch.first_seq;
        let mut events = Vec::with_capacity(batch.events.len());
        for (index, event) in batch.events.into_iter().enumerate() {
            match tomori_smart_home::Event::try_from(event) {
                Ok(event) => events.push(Some(event)),
                // A newer gateway may have words that this platform does not know yet. It is not to be stopped by that.
                Err(error) if error.newer => events.push(None),
                Err(error) => return self.broken(&format!("batch: events[{index}].{error}")).await,
            }
        }
        let Some(greeted) = &mut self.greeted else { return };
        let now = self.link.wall.now();
        let cost = u32::try_from(events.len()).map_or(f64::MAX, f64::from).max(LEAST_COST);
        let pause = greeted.events.take(cost, now);
        greeted.paused_until = (!pause.is_zero()).then(|| after(now, pause));
        let resuming = std::mem::replace(&mut greeted.resuming, false);
        // Numbers that we do not have and that the gateway need not keep any more: we had them once.
        let forgotten = resuming && first_seq > greeted.welcomed.saturating_add(1);
        let Identity { gateway, home, .. } = &self.identity;
        let stored = self
            .link
            .device_state
            .store_batch(home, gateway, first_seq, events, resuming);
        match stored.await {
            Ok(stored_through) => {
                self.outgoing.push_back(Outgoing::Ack(v1::Ack { stored_through }));
                if let Some(greeted) = self.greeted.as_mut().filter(|_| forgotten) {
                    greeted.forgotten = true;
                    greeted.look_for_plan = true;
                }
            }
            Err(error @ (BatchError::Gap { .. } | BatchError::Foreign(_))) => self.broken(&error.to_string()).await,
            Err(BatchError::NoSuchHome(home)) => self.leave(Farewell::revoked(format!("there is no home {home}"))),
            Err(error @ BatchError::Storage(_)) => self.unwell(&error),
        }
    }

    /// What came was no message, or the connection is gone.
    async fn misheard(&mut self, status: &Status) {
        match status.code() {
            tonic::Code::OutOfRange | tonic::Code::ResourceExhausted => {
                self.broken("a message is larger than 1 MiB").await
            }
            tonic::Code::Internal | tonic::Code::InvalidArgument if !is_lost(status) => {
                self.broken("a message cannot be read").await;
            }
            _ => {
                tracing::debug!(gateway = %self.identity.gateway, %status, "a stream ended");
                self.over = true;
            }
        }
    }

    /// The gateway broke the contract: it is noted and told, and the stream ends.
    async fn broken(&mut self, how: &str) {
        let (gateway, home) = (self.identity.gateway.as_str(), self.identity.home.as_str());
        tracing::warn!(gateway, home, how, "a gateway broke the contract");
        self.link.audit.record_refusal(gateway, "link.broken", home, how).await;
        self.leave(Farewell::protocol(how));
    }

    /// It is us who cannot.
    fn unwell(&mut self, error: &dyn std::error::Error) {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(gateway = %self.identity.gateway, %error, cause, "a gateway cannot be served now");
        let (least, most) = (Duration::from_secs(5), Duration::from_secs(20));
        self.leave(Farewell::later(
            "nothing can be stored now",
            least,
            most,
            &*self.link.entropy,
        ));
    }

    fn leave(&mut self, farewell: Farewell) {
        self.outgoing.clear();
        if farewell.why != Why::Unspecified {
            self.outgoing.push_back(Outgoing::Goodbye(farewell.message()));
        }
        // The connection gives it a moment to arrive.
        self.end
            .send_if_modified(|end| end.is_none() && end.replace(farewell).is_none());
        self.over = true;
    }
}

/// Whether a status speaks of a connection that is gone rather than of a message that is wrong.
fn is_lost(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}
