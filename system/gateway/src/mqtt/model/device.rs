//! One device: what it said of itself, what of that holds, and what was told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_device_link::discovery::{Component, Entity, LockWords, Said, Unreadable};
use tomori_runtime::clock::after;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{DeviceId, DeviceKind, Equipment, PropertyName, PropertyValue, Report};

use super::super::meaning::{Meaning, Trouble};
use crate::lan::{Known, Moment};

/// How many reports of one device are told at once, and how long until one more may be.
const TELLINGS: (u32, Duration) = (60, Duration::from_millis(250));
/// Messages that are kept for one device, and their bytes together.
const KEPT: (usize, usize) = (64, 64 * 1024);

/// Moments that are not told yet, at most: twice as many reports.
const MOST_HAPPENED: usize = 32;

/// A value, and what was told of it.
#[derive(Debug, Clone)]
struct Fact {
    report: Report,
    told_at: Option<Timestamp>,
    /// Whether the device said so since it came, and has not taken it back.
    holds: bool,
}

/// An entity as it stands.
#[derive(Debug, Clone)]
struct Standing {
    entity: Entity,
    meaning: Meaning,
    /// When it last said how it is, in run time.
    heard_at: Option<Timestamp>,
    /// When its "on" is over by itself.
    over_at: Option<Timestamp>,
}

/// A device of the equipment list that proves itself.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) id: DeviceId,
    pub(super) kind: DeviceKind,
    pub(super) generation: u32,
    /// By discovery topic, then by the entity's name in it.
    entities: BTreeMap<String, BTreeMap<String, Standing>>,
    kept: BTreeMap<String, Vec<u8>>,
    available: BTreeMap<String, bool>,
    facts: BTreeMap<PropertyName, Fact>,
    troubles: BTreeSet<Trouble>,
    /// What happened in a moment and is not told yet.
    happened: Vec<(PropertyName, Report)>,
    pub(super) alive: bool,
    pub(super) last_heard: Option<Timestamp>,
    /// When its last connection ended, in run time; `None` while it has one or never had.
    pub(super) gone_at: Option<Timestamp>,
    pub(super) connected: usize,
    pub(super) address: Option<Ipv4Addr>,
    /// When somebody's reaching for its topics was last told.
    pub(super) reached_for_at: Option<Timestamp>,
    tellings: u32,
    tellings_at: Timestamp,
}

/// What came of a change: what to tell, and whether it is there.
#[derive(Debug, Default, PartialEq)]
pub(super) struct News {
    pub(super) reports: Vec<(PropertyName, Report)>,
    pub(super) appeared: bool,
    pub(super) lost: bool,
}

impl Device {
    /// The device of a line; `None` when it does not prove itself.
    pub(super) fn of(line: &Equipment, now: Moment) -> Option<Self> {
        Some(Self {
            id: line.device.id.clone(),
            kind: line.device.kind,
            generation: line.certificate?,
            entities: BTreeMap::new(),
            kept: BTreeMap::new(),
            available: BTreeMap::new(),
            facts: BTreeMap::new(),
            troubles: BTreeSet::new(),
            happened: Vec::new(),
            alive: false,
            last_heard: None,
            gone_at: None,
            connected: 0,
            address: None,
            reached_for_at: None,
            tellings: TELLINGS.0,
            tellings_at: now.run,
        })
    }

    /// A connection of it was let in. The first one after an absence: nothing that was said before holds.
    pub(super) fn came(&mut self) {
        if self.connected == 0 {
            self.available.clear();
            self.facts.values_mut().for_each(|fact| fact.holds = false);
            let standings = self.entities.values_mut().flat_map(BTreeMap::values_mut);
            standings.for_each(|standing| (standing.heard_at, standing.over_at) = (None, None));
        }
        self.connected += 1;
        self.gone_at = None;
    }

    /// A connection of it ended.
    pub(super) fn went(&mut self, now: Moment) {
        self.connected = self.connected.saturating_sub(1);
        if self.connected == 0 {
            self.gone_at = Some(now.run);
        }
    }

    /// Takes what stands in a discovery message. Returns whether that is news.
    pub(super) fn describe(&mut self, topic: &str, entities: Vec<(String, Entity)>) -> bool {
        let before = self.entities.remove(topic).unwrap_or_default();
        let mut standing = BTreeMap::new();
        for (name, entity) in entities {
            let Some(meaning) = Meaning::of(self.kind, &entity.component) else {
                continue;
            };
            let same = before.get(&name).filter(|before| before.entity == entity);
            let one = same.cloned().unwrap_or(Standing {
                entity,
                meaning,
                heard_at: None,
                over_at: None,
            });
            standing.insert(name, one);
        }
        let is_news = standing.len() != before.len()
            || standing
                .iter()
                .any(|(name, one)| before.get(name).map(|b| &b.entity) != Some(&one.entity));
        if !standing.is_empty() {
            self.entities.insert(topic.to_owned(), standing);
        }
        is_news
    }

    /// How many entities it has.
    pub(super) fn entities(&self) -> usize {
        self.entities.values().map(BTreeMap::len).sum()
    }

    /// The retained messages that a filter matches.
    pub(super) fn kept(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.kept.iter()
    }

    /// Keeps a message for who comes later; an empty one takes it back. `false` when there are too many.
    pub(super) fn keep(&mut self, topic: &str, payload: &[u8]) -> bool {
        if payload.is_empty() {
            self.kept.remove(topic);
            return true;
        }
        let others = self.kept.iter().filter(|(kept, _)| *kept != topic);
        let (count, bytes) = others.fold((0, 0), |(count, bytes), (topic, payload)| {
            (count + 1, bytes + topic.len() + payload.len())
        });
        let fits = count < KEPT.0 && bytes + topic.len() + payload.len() <= KEPT.1;
        if fits {
            self.kept.insert(topic.to_owned(), payload.to_vec());
        }
        fits
    }

    /// Takes a message on one of its topics. Several entities may read the same one.
    pub(super) fn hear(&mut self, now: Moment, topic: &str, payload: &[u8]) -> Result<(), Unreadable> {
        let mut outcome = Ok(());
        let mut heard = Vec::new();
        for standing in self.entities.values_mut().flat_map(BTreeMap::values_mut) {
            for availability in standing.entity.availability.iter().filter(|it| it.topic == topic) {
                match availability.is_available(payload) {
                    Ok(is) => {
                        self.available.insert(topic.to_owned(), is);
                    }
                    Err(error) => outcome = Err(error),
                }
            }
            if standing.entity.state_topic != topic {
                continue;
            }
            match standing.entity.hear(payload) {
                Ok(said) => {
                    standing.heard_at = Some(now.run);
                    standing.over_at = match (&standing.entity.component, &said) {
                        (
                            Component::BinarySensor {
                                off_delay_s: Some(seconds),
                                ..
                            },
                            Said::Is(true),
                        ) => Some(now.after(Duration::from_secs(u64::from(*seconds)))),
                        _ => None,
                    };
                    heard.push((standing.meaning.clone(), said));
                }
                // A message for several entities need not speak of each.
                Err(Unreadable::NoMember) if serde_json::from_slice::<serde_json::Value>(payload).is_ok() => {}
                Err(error) => outcome = Err(error),
            }
        }
        for (meaning, said) in heard {
            self.believe(now, &meaning, &said);
        }
        outcome
    }

    fn believe(&mut self, now: Moment, meaning: &Meaning, said: &Said) {
        if let Some((property, value)) = meaning.value(said) {
            self.fact(now, property, value);
        }
        match (meaning, said) {
            (Meaning::Bolt, Said::Locked(_)) => self.trouble(now, Trouble::Jam, false),
            (Meaning::Bolt, Said::Jammed) => {
                self.doubt(meaning);
                self.trouble(now, Trouble::Jam, true);
            }
            // A call for help is over in a moment; that it came is told before that it is over, and neither is merged.
            (Meaning::Call, Said::Happened(word)) if word != "release" && self.happened.len() < MOST_HAPPENED => {
                let call = |is| Report {
                    value: PropertyValue::Boolean(is),
                    at: now.wall,
                    source: Source::Announced,
                };
                self.happened.push((name::detection(), call(true)));
                self.happened.push((name::detection(), call(false)));
                self.fact(now, name::detection(), PropertyValue::Boolean(false));
                if let Some(fact) = self.facts.get_mut(&name::detection()) {
                    fact.told_at = Some(now.wall);
                }
            }
            (Meaning::Wrong(trouble), Said::Is(on)) => self.trouble(now, *trouble, *on),
            // On the way is not there, and what the device does not know, nobody does.
            (_, Said::Moving | Said::Unknown) => self.doubt(meaning),
            _ => {}
        }
    }

    fn doubt(&mut self, meaning: &Meaning) {
        if let Some(fact) = self.facts.get_mut(&meaning.property()) {
            fact.holds = false;
            fact.told_at = None;
        }
    }

    /// What is wrong with a device is a fault, but for two things that a lock tells by properties of its own: a lock
    /// whose battery is low, or that somebody tampers with, must still be told to lock.
    fn trouble(&mut self, now: Moment, trouble: Trouble, on: bool) {
        if on {
            self.troubles.insert(trouble);
        } else {
            self.troubles.remove(&trouble);
        }
        let is_lock = self.kind == DeviceKind::ElectricLock;
        match trouble {
            Trouble::Tamper if is_lock => {
                let word = if on { "tampered" } else { "normal" };
                self.fact(now, name::alarm_status(), PropertyValue::word(word));
            }
            Trouble::Battery if is_lock => {
                self.fact(
                    now,
                    PropertyName::known("replaceBatteryLevel"),
                    PropertyValue::Boolean(on),
                );
            }
            _ => {
                let own = |trouble: &&Trouble| !is_lock || matches!(trouble, Trouble::Jam | Trouble::Problem);
                let worst = self.troubles.iter().find(own).copied();
                let described = worst.map_or("noFault", Trouble::description);
                self.fact(now, name::fault_status(), PropertyValue::Boolean(worst.is_some()));
                self.fact(now, name::fault_description(), PropertyValue::word(described));
            }
        }
    }

    fn fact(&mut self, now: Moment, property: PropertyName, value: PropertyValue) {
        let before = self.facts.get(&property);
        let is_same = before.is_some_and(|fact| fact.holds && fact.report.value == value);
        let told_at = before.and_then(|fact| fact.told_at).filter(|_| is_same);
        let report = Report {
            value,
            at: now.wall,
            source: Source::Announced,
        };
        let fact = Fact {
            report,
            told_at,
            holds: true,
        };
        self.facts.insert(property, fact);
    }

    /// Lets time pass, and gathers what is to be told now.
    pub(super) fn pass(&mut self, now: Moment, lost_after: Duration, repeat_every: Duration) -> News {
        let mut over = Vec::new();
        for standing in self.entities.values_mut().flat_map(BTreeMap::values_mut) {
            if standing.over_at.is_some_and(|at| at <= now.run) {
                standing.over_at = None;
                over.push(standing.meaning.clone());
            }
        }
        for meaning in over {
            self.believe(now, &meaning, &Said::Is(false));
        }
        let mut news = News::default();
        let is_there = self.is_there(now, lost_after);
        if is_there && !self.alive {
            news.appeared = true;
            self.facts.values_mut().for_each(|fact| fact.told_at = None);
        }
        news.lost = self.alive && !is_there;
        self.alive = is_there;
        if is_there {
            news.reports = std::mem::take(&mut self.happened);
            news.reports.extend(self.untold(now, repeat_every));
        }
        news
    }

    /// Whether it is there: connected, or away for a moment only; described; and every part of it says that it is
    /// available and has not been silent for longer than it promised.
    fn is_there(&self, now: Moment, lost_after: Duration) -> bool {
        let is_near = self.connected > 0 || self.gone_at.is_some_and(|gone| now.run < after(gone, lost_after));
        let mut standings = self.entities.values().flat_map(BTreeMap::values).peekable();
        is_near
            && standings.peek().is_some()
            && standings.all(|standing| {
                let says_so = |topic: &String| self.available.get(topic) == Some(&true);
                let is_available = standing.entity.availability.iter().all(|it| says_so(&it.topic));
                let is_fresh = match (standing.entity.expire_after_s, standing.heard_at) {
                    (Some(seconds), Some(heard)) => now.run < after(heard, Duration::from_secs(seconds.into())),
                    _ => true,
                };
                is_available && is_fresh
            })
    }

    fn untold(&mut self, now: Moment, repeat_every: Duration) -> Vec<(PropertyName, Report)> {
        let due = |fact: &Fact| {
            let again = |told: Timestamp| after(told, repeat_every) <= now.wall && fact.report.at > told;
            fact.holds && fact.told_at.is_none_or(again)
        };
        let waiting = self.facts.iter().filter(|(_, fact)| due(fact));
        let waiting: Vec<PropertyName> = waiting.map(|(property, _)| property.clone()).collect();
        let mut told = Vec::new();
        for property in waiting {
            if !self.may_tell(now.run) {
                break;
            }
            if let Some(fact) = self.facts.get_mut(&property) {
                fact.told_at = Some(now.wall);
                told.push((property, fact.report.clone()));
            }
        }
        told
    }

    /// Whether one more report may be told now: a device that changes without end fills no journal. What may not be told
    /// now is told a moment later, as it is then.
    fn may_tell(&mut self, run: Timestamp) -> bool {
        while self.tellings < TELLINGS.0 && after(self.tellings_at, TELLINGS.1) <= run {
            self.tellings += 1;
            self.tellings_at = after(self.tellings_at, TELLINGS.1);
        }
        if self.tellings == TELLINGS.0 {
            self.tellings_at = run;
        }
        let may = self.tellings > 0;
        self.tellings = self.tellings.saturating_sub(1);
        may
    }

    /// When something is due by itself, in run time.
    pub(super) fn next_due(&self, lost_after: Duration) -> Option<Timestamp> {
        let gone = self.gone_at.filter(|_| self.alive).map(|gone| after(gone, lost_after));
        let standings = self.entities.values().flat_map(BTreeMap::values);
        let own = standings.flat_map(|standing| {
            let expires = standing
                .entity
                .expire_after_s
                .zip(standing.heard_at)
                .filter(|_| self.alive);
            let expires = expires.map(|(seconds, heard)| after(heard, Duration::from_secs(seconds.into())));
            [expires, standing.over_at]
        });
        let is_waiting = self.alive && self.facts.values().any(|fact| fact.holds && fact.told_at.is_none());
        let telling = is_waiting.then(|| after(self.tellings_at, TELLINGS.1));
        own.chain([gone, telling]).flatten().min()
    }

    /// Nothing of what is known counts as told.
    pub(super) fn was_never_told(&mut self) {
        self.alive = false;
    }

    /// The words and the command topic of its lock.
    pub(super) fn bolt(&self) -> Option<(&str, &LockWords)> {
        let mut standings = self.entities.values().flat_map(BTreeMap::values);
        standings.find_map(|standing| match &standing.entity.component {
            Component::Lock { command_topic, words } => Some((command_topic.as_str(), words)),
            Component::BinarySensor { .. } | Component::Event { .. } => None,
        })
    }

    /// What holds of these properties.
    pub(super) fn holding(&self, properties: &[PropertyName]) -> Vec<(PropertyName, Report)> {
        let holding = |property: &PropertyName| {
            let fact = self.facts.get(property).filter(|fact| fact.holds)?;
            Some((property.clone(), fact.report.clone()))
        };
        properties.iter().filter_map(holding).collect()
    }

    pub(super) fn known(&self) -> Known {
        Known {
            reports: self
                .facts
                .iter()
                .map(|(name, fact)| (name.clone(), fact.report.clone()))
                .collect(),
            alive: self.alive,
            last_heard: self.last_heard,
            address: self.address,
        }
    }
}
