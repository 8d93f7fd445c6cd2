//! The core: events in, effects out.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_device_link::discovery::{self, MOST_ENTITIES, Told};
use tomori_device_link::topic::{self, TopicError};
use tomori_device_link::wire::{Delivery, Hello, Published, Refusal};
use tomori_runtime::clock::after;
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_smart_home::{DeviceId, Equipment};

use super::device::Device;
use super::session::{Session, SessionId};
use super::setting::Waiting;
use crate::lan::{Known, LanEvent, Moment, SetError};
use crate::mqtt::config::MqttConfig;
use crate::mqtt::refusals::Refusals;

/// Connections of one device at the same time: one that it uses, one that it has not noticed to be dead, and some for an
/// installer's tools.
const MOST_SESSIONS: usize = 4;
/// Filters of one connection.
const MOST_FILTERS: usize = 16;
/// The longest name of a client, in bytes.
const LONGEST_CLIENT: usize = 128;
/// Messages of one connection. A device that says more is not heard until it is quiet again.
const RATE: Refill = Refill {
    burst: 200.0,
    per_second: 20.0,
};
/// After so many unheard messages the connection ends.
const MOST_UNHEARD: u32 = 500;
/// So many of them are forgiven with each that is heard.
const FORGIVEN: u32 = 10;
/// Somebody's reaching for another device's topics is told at most this often.
const REACHING_EVERY: Duration = Duration::from_secs(60);

/// Who waits for a command to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Ticket(u64);

/// What a device has told of itself for good, as it lies on the disk: a gateway that starts anew knows what its devices
/// are before they say so again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Kept {
    /// The certificate under which it was told.
    pub(in super::super) generation: u32,
    /// Its discovery messages, by topic.
    pub(in super::super) discovery: BTreeMap<String, String>,
}

/// What the shell shall do.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Effect {
    /// Publish to a connection.
    Send {
        session: SessionId,
        message: Published,
        with: Delivery,
        expires_s: Option<u32>,
        ticket: Option<Ticket>,
    },
    /// End a connection.
    Close(SessionId, Refusal),
    /// Tell.
    Tell(LanEvent),
    /// A command was taken, or not.
    SetDone(Ticket, Result<(), SetError>),
    /// What devices told of themselves for good has changed.
    Keep,
}

/// The core.
#[derive(Debug)]
pub(in super::super) struct Core {
    pub(super) config: MqttConfig,
    pub(super) devices: BTreeMap<DeviceId, Device>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) waiting: BTreeMap<Ticket, Waiting>,
    pub(super) effects: Vec<Effect>,
    remembered: BTreeMap<DeviceId, Kept>,
    rate: RateLimiter<SessionId>,
    unheard: BTreeMap<SessionId, u32>,
    refusals: Refusals,
    next: u64,
}

impl Core {
    /// A core that knows what devices told of themselves in the last run.
    pub(in super::super) fn new(config: MqttConfig, remembered: BTreeMap<DeviceId, Kept>) -> Self {
        Self {
            config,
            devices: BTreeMap::new(),
            sessions: BTreeMap::new(),
            waiting: BTreeMap::new(),
            effects: Vec::new(),
            remembered,
            rate: RateLimiter::new(RATE, 1024),
            unheard: BTreeMap::new(),
            refusals: Refusals::default(),
            next: 1,
        }
    }

    /// Takes the equipment list. What is no longer on it, or got a new certificate, is cut off at once.
    pub(in super::super) fn set_equipment(&mut self, now: Moment, equipment: &[Equipment]) {
        let mut before = std::mem::take(&mut self.devices);
        for line in equipment {
            let Some(fresh) = Device::of(line, now) else {
                continue;
            };
            let same = before
                .remove(&fresh.id)
                .filter(|known| known.generation == fresh.generation && known.kind == fresh.kind);
            let device = match same {
                Some(known) => known,
                None => self.recall(fresh),
            };
            self.devices.insert(device.id.clone(), device);
        }
        let devices = &self.devices;
        let is_cut_off = |session: &Session| {
            let known = devices.get(&session.device);
            // Whose device was put anew has no connections in it.
            known.is_none_or(|known| known.connected == 0)
        };
        let cut_off: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(_, session)| is_cut_off(session))
            .map(|(id, _)| *id)
            .collect();
        for id in cut_off {
            self.sessions.remove(&id);
            self.unheard.remove(&id);
            self.give_up(|waiting| waiting.session == id);
            self.effects.push(Effect::Close(id, Refusal::Revoked));
        }
    }

    fn recall(&self, mut fresh: Device) -> Device {
        let kept = self
            .remembered
            .get(&fresh.id)
            .filter(|kept| kept.generation == fresh.generation);
        for (topic, config) in kept.iter().flat_map(|kept| &kept.discovery) {
            if let Ok(Told::Entities(entities)) = discovery::read(topic, config.as_bytes(), &fresh.id) {
                fresh.keep(topic, config.as_bytes());
                fresh.describe(topic, entities);
            }
        }
        fresh
    }

    /// Whether a certificate of this generation is the one that counts.
    pub(in super::super) fn counts(&mut self, device: &DeviceId, generation: u32) -> bool {
        let counts = self
            .devices
            .get(device)
            .is_some_and(|known| known.generation == generation);
        if !counts {
            self.refusals.revoked += 1;
        }
        counts
    }

    /// Lets a device in that said hello.
    ///
    /// # Errors
    /// Why not.
    pub(in super::super) fn open(
        &mut self,
        now: Moment,
        device: &DeviceId,
        generation: u32,
        hello: Hello,
        address: Option<Ipv4Addr>,
    ) -> Result<SessionId, Refusal> {
        // The list may have changed since the handshake.
        if !self.counts(device, generation) {
            return Err(Refusal::Revoked);
        }
        if hello.client.len() > LONGEST_CLIENT {
            self.refusals.malformed += 1;
            return Err(Refusal::PayloadInvalid);
        }
        if let Some(will) = &hello.will {
            self.check(now, topic::check_publish(&will.topic, device), address)?;
        }
        let own = |session: &Session| session.device == *device;
        let same = |session: &Session| own(session) && !hello.client.is_empty() && session.client == hello.client;
        let taken_over = self
            .sessions
            .iter()
            .find(|(_, session)| same(session))
            .map(|(id, _)| *id);
        if let Some(id) = taken_over {
            self.close(now, id, false);
            self.effects.push(Effect::Close(id, Refusal::TakenOver));
        }
        if self.sessions.values().filter(|session| own(session)).count() >= MOST_SESSIONS {
            self.refusals.sessions += 1;
            return Err(Refusal::QuotaExceeded);
        }
        let id = SessionId(self.number());
        let session = Session {
            device: device.clone(),
            client: hello.client,
            address,
            will: hello.will,
            filters: Vec::new(),
        };
        self.sessions.insert(id, session);
        if let Some(known) = self.devices.get_mut(device) {
            known.came();
            known.address = address.or(known.address);
            known.last_heard = Some(now.wall);
        }
        self.settle(now, device);
        Ok(id)
    }

    /// A device publishes.
    ///
    /// # Errors
    /// Why that is not taken.
    pub(in super::super) fn publish(&mut self, now: Moment, id: SessionId, message: &Published) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get(&id) else {
            return Err(Refusal::Revoked);
        };
        let (device, address) = (session.device.clone(), session.address);
        self.bear(now, id)?;
        self.check(now, topic::check_publish(&message.topic, &device), address)?;
        if let Some(known) = self.devices.get_mut(&device) {
            known.last_heard = Some(now.wall);
        }
        let taken = self.take(now, &device, message);
        self.settle(now, &device);
        taken
    }

    fn take(&mut self, now: Moment, device: &DeviceId, message: &Published) -> Result<(), Refusal> {
        let Some(known) = self.devices.get_mut(device) else {
            return Err(Refusal::Revoked);
        };
        let told = discovery::read(&message.topic, &message.payload, device).map_err(|error| {
            self.refusals.discovery += 1;
            tracing::warn!(%device, topic = message.topic, error = %tomori_runtime::remedy::chain(&error), "a discovery message is refused");
            Refusal::PayloadInvalid
        })?;
        let mut outcome = Ok(());
        let is_discovery = match told {
            Told::Entities(entities) => {
                if known.entities().saturating_add(entities.len()) > MOST_ENTITIES * 2 {
                    self.refusals.discovery += 1;
                    return Err(Refusal::QuotaExceeded);
                }
                known.describe(&message.topic, entities);
                true
            }
            Told::Nothing => {
                if let Err(error) = known.hear(now, &message.topic, &message.payload) {
                    self.refusals.unreadable += 1;
                    tracing::info!(%device, topic = message.topic, %error, "a state is not understood");
                    outcome = Err(Refusal::PayloadInvalid);
                }
                false
            }
        };
        if message.retain {
            if known.keep(&message.topic, &message.payload) {
                if is_discovery {
                    self.effects.push(Effect::Keep);
                }
            } else {
                self.refusals.unkept += 1;
                outcome = Err(Refusal::QuotaExceeded);
            }
        }
        self.route(device, message);
        outcome
    }

    /// Passes a message on to the device's other connections that want to hear it.
    fn route(&mut self, device: &DeviceId, message: &Published) {
        for (id, session) in self.sessions.iter().filter(|(_, session)| session.device == *device) {
            if let Some(with) = session.wants(&message.topic) {
                self.effects.push(Effect::Send {
                    session: *id,
                    message: Published {
                        retain: false,
                        ..message.clone()
                    },
                    with: with.min(Delivery::Acknowledged),
                    expires_s: None,
                    ticket: None,
                });
            }
        }
    }

    /// A device wants to hear. For each filter, what it is granted.
    pub(in super::super) fn subscribe(
        &mut self,
        now: Moment,
        id: SessionId,
        filters: Vec<(String, Delivery)>,
    ) -> Vec<Result<Delivery, Refusal>> {
        filters
            .into_iter()
            .map(|(filter, with)| self.subscribe_one(now, id, filter, with))
            .collect()
    }

    fn subscribe_one(
        &mut self,
        now: Moment,
        id: SessionId,
        filter: String,
        with: Delivery,
    ) -> Result<Delivery, Refusal> {
        self.bear(now, id)?;
        let session = self.sessions.get(&id).ok_or(Refusal::Revoked)?;
        let (device, address) = (session.device.clone(), session.address);
        self.check(now, topic::check_subscribe(&filter, &device), address)?;
        let with = with.min(Delivery::Acknowledged);
        let session = self.sessions.get_mut(&id).ok_or(Refusal::Revoked)?;
        session.filters.retain(|(known, _)| *known != filter);
        if session.filters.len() >= MOST_FILTERS {
            return Err(Refusal::QuotaExceeded);
        }
        session.filters.push((filter.clone(), with));
        let kept = self.devices.get(&device).into_iter().flat_map(Device::kept);
        let mut kept: Vec<(String, Vec<u8>)> = kept
            .filter(|(topic, _)| topic::matches(&filter, topic))
            .map(|(topic, payload)| (topic.clone(), payload.clone()))
            .collect();
        if filter == topic::BIRTH {
            kept.push((topic::BIRTH.to_owned(), topic::ONLINE.to_vec()));
        }
        for (topic, payload) in kept {
            self.effects.push(Effect::Send {
                session: id,
                message: Published {
                    topic,
                    payload,
                    retain: true,
                },
                with,
                expires_s: None,
                ticket: None,
            });
        }
        Ok(with)
    }

    /// A device wants to hear no more.
    pub(in super::super) fn unsubscribe(&mut self, id: SessionId, filters: &[String]) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.filters.retain(|(filter, _)| !filters.contains(filter));
        }
    }

    /// A connection ended; its last will is published if it ended badly.
    pub(in super::super) fn close(&mut self, now: Moment, id: SessionId, with_will: bool) {
        self.unheard.remove(&id);
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        self.give_up(|waiting| waiting.session == id);
        if let Some(known) = self.devices.get_mut(&session.device) {
            known.went(now);
        }
        if let Some(will) = session.will.filter(|_| with_will) {
            // A will was checked when it was made.
            let _ = self.take(now, &session.device, &will);
        }
        self.settle(now, &session.device);
    }

    /// A connection was cut off for what came over it.
    pub(in super::super) fn count(&mut self, change: impl FnOnce(&mut Refusals)) {
        change(&mut self.refusals);
    }

    /// What was turned away so far.
    pub(in super::super) fn refusals(&self) -> Refusals {
        self.refusals
    }

    /// Lets time pass.
    pub(in super::super) fn tick(&mut self, now: Moment) {
        let devices: Vec<DeviceId> = self.devices.keys().cloned().collect();
        devices.iter().for_each(|device| self.settle(now, device));
        self.give_up(|waiting| waiting.until <= now.run);
    }

    /// When something is due by itself, in run time.
    pub(in super::super) fn next_due(&self) -> Option<Timestamp> {
        let devices = self
            .devices
            .values()
            .filter_map(|known| known.next_due(self.config.lost_after));
        devices.chain(self.waiting.values().map(|waiting| waiting.until)).min()
    }

    /// Tells presence and every property again.
    pub(in super::super) fn tell_everything_again(&mut self, now: Moment) {
        self.devices.values_mut().for_each(Device::was_never_told);
        self.tick(now);
    }

    /// What is known of a device; `None` when it is none of those that prove themselves.
    pub(in super::super) fn known(&self, device: &DeviceId) -> Option<Known> {
        self.devices.get(device).map(Device::known)
    }

    /// The certificate that counts for a device.
    pub(in super::super) fn generation(&self, device: &DeviceId) -> Option<u32> {
        self.devices.get(device).map(|known| known.generation)
    }

    /// What devices have told of themselves for good.
    pub(in super::super) fn kept(&self) -> BTreeMap<DeviceId, Kept> {
        let of = |known: &Device| {
            let discovery = known.kept().filter(|(topic, _)| topic.starts_with(topic::PREFIX));
            let text = |payload: &Vec<u8>| String::from_utf8(payload.clone()).ok();
            Kept {
                generation: known.generation,
                discovery: discovery
                    .filter_map(|(topic, payload)| Some((topic.clone(), text(payload)?)))
                    .collect(),
            }
        };
        self.devices.iter().map(|(id, known)| (id.clone(), of(known))).collect()
    }

    /// What is to be done, taken out.
    pub(in super::super) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn next_ticket(&mut self) -> Ticket {
        Ticket(self.number())
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    /// Whether one more message of a connection is heard.
    fn bear(&mut self, now: Moment, id: SessionId) -> Result<(), Refusal> {
        if self.rate.take(&id, 1.0, now.run).is_ok() {
            // Forgiven slowly: a flood is heard now and then, too.
            if let Some(unheard) = self.unheard.get_mut(&id) {
                *unheard = unheard.saturating_sub(FORGIVEN);
            }
            return Ok(());
        }
        self.refusals.flooded += 1;
        let unheard = self.unheard.entry(id).or_insert(0);
        *unheard += 1;
        if *unheard == MOST_UNHEARD {
            self.effects.push(Effect::Close(id, Refusal::RateTooHigh));
        }
        Err(Refusal::QuotaExceeded)
    }

    /// Counts a topic that is not the device's, and tells when it is another's (T3-11 EP⑧, impersonation).
    fn check(
        &mut self,
        now: Moment,
        checked: Result<(), TopicError>,
        address: Option<Ipv4Addr>,
    ) -> Result<(), Refusal> {
        let Err(error) = checked else {
            return Ok(());
        };
        if error == TopicError::Malformed {
            self.refusals.malformed += 1;
            return Err(Refusal::TopicInvalid);
        }
        self.refusals.foreign_topics += 1;
        if let TopicError::Foreign { owner } = error
            && let Some(owner) = self.devices.get_mut(&owner)
            && owner
                .reached_for_at
                .is_none_or(|told| after(told, REACHING_EVERY) <= now.run)
        {
            owner.reached_for_at = Some(now.run);
            self.effects.push(Effect::Tell(LanEvent::Impersonation {
                device: owner.id.clone(),
                address: address.unwrap_or(Ipv4Addr::UNSPECIFIED),
            }));
        }
        Err(Refusal::NotAuthorized)
    }

    /// Tells what of a device is to be told now.
    fn settle(&mut self, now: Moment, device: &DeviceId) {
        let Some(known) = self.devices.get_mut(device) else {
            return;
        };
        let news = known.pass(now, self.config.lost_after, self.config.repeat_every);
        let last_heard = known.last_heard;
        let device = || device.clone();
        if news.appeared {
            self.effects.push(Effect::Tell(LanEvent::Appeared { device: device() }));
        }
        for (property, report) in news.reports {
            self.effects.push(Effect::Tell(LanEvent::Reported {
                device: device(),
                property,
                report,
            }));
        }
        if news.lost {
            self.effects.push(Effect::Tell(LanEvent::Lost {
                device: device(),
                last_heard: last_heard.unwrap_or(now.wall),
            }));
        }
    }
}
