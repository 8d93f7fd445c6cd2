//! One adopted device: what it has, what it last said, and what it is asked in its rounds.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::class::{self, Access, Announce};
use tomori_echonet_lite::node::Maps;
use tomori_echonet_lite::{Class, Eoj, PropertySpec, epc};
use tomori_runtime::clock::after;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, Equipment, PropertyName, Report};

use super::event::Known;
use super::hand::Watch;

/// The most properties that are asked for in one frame. Every node we know answers so many.
const MOST_TOGETHER: usize = 10;
/// A property that is refused so often in a row is left out until the device appears again.
const MOST_REFUSALS: u8 = 3;
/// What identifies a product, read once.
const READ_ONCE: [u8; 3] = [epc::INSTALLATION_LOCATION, epc::MANUFACTURER, epc::PRODUCT_CODE];
/// How many reports of one device are told at once, and how long until one more may be. What may not be told now is
/// told with the next round.
const TELLINGS: (u32, Duration) = (60, Duration::from_millis(250));
/// Movements by hand of one device are told at most this often.
const HANDS_EVERY: Duration = Duration::from_secs(1);
const STATUS: u8 = 0xea;
const OPERATION: u8 = 0xe0;
const DEGREE: u8 = 0xe1;

/// What is known of the device's property maps.
#[derive(Debug, Clone, Copy)]
pub(super) enum MapsKnown {
    /// They have to be read; so many attempts came to nothing.
    Unread(u8),
    /// As the device tells.
    Read(Maps),
    /// It does not tell: what its class must have is assumed.
    Assumed,
}

/// How many properties a device is asked for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// Several.
    Many,
    /// One, to find out whether several were too many.
    Trying,
    /// One, because it answers nothing else.
    One,
}

/// The last report of a property.
#[derive(Debug, Clone)]
struct Fact {
    report: Report,
    /// When it was last told; `None` when it has to be.
    told_at: Option<Timestamp>,
}

/// One adopted device.
#[derive(Debug)]
pub(super) struct Device {
    pub id: DeviceId,
    pub endpoint: Endpoint,
    pub class: &'static Class,
    pub alive: bool,
    /// By the clock on the wall.
    pub last_heard: Option<Timestamp>,
    /// When it was first asked without having said a word since.
    pub asked_since: Option<Timestamp>,
    pub maps: MapsKnown,
    pub together: Together,
    /// When its next round begins.
    pub round_at: Timestamp,
    /// A question of its round is under way.
    pub asking: bool,
    /// What is left of the round.
    pub left: VecDeque<Vec<u8>>,
    /// Until when it is looked at often, although nothing moves yet.
    pub quick_until: Option<Timestamp>,
    /// Since when it has been looked at often.
    pub quick_since: Option<Timestamp>,
    /// When an impersonation was last told.
    pub impersonated_at: Option<Timestamp>,
    pub hand: Watch,
    hand_told_at: Option<Timestamp>,
    tellings: u32,
    tellings_at: Timestamp,
    /// How often several properties were too many and one was not.
    too_many: u8,
    read_once: bool,
    facts: BTreeMap<PropertyName, Fact>,
    refusals: BTreeMap<u8, u8>,
}

impl Device {
    /// The device of a line of the equipment list. `None` when no node is adopted for it, when the adopted object
    /// is of another class than the device, or when the node has no number that could be verified.
    pub(super) fn adopt(equipment: Equipment, now: Timestamp) -> Option<Self> {
        let endpoint = equipment.endpoint?;
        let fits = endpoint.class_code == equipment.device.kind.class_code()
            && (1..=127).contains(&endpoint.instance)
            && endpoint.node.as_bytes().first().is_some_and(|first| *first != 0);
        if !fits {
            tracing::warn!(device = %equipment.device.id, "the adopted node does not fit the device; it is not controlled");
            return None;
        }
        Some(Self {
            id: equipment.device.id,
            class: class::lookup(endpoint.class_code)?,
            endpoint,
            alive: false,
            last_heard: None,
            asked_since: None,
            maps: MapsKnown::Unread(0),
            together: Together::Many,
            round_at: now,
            asking: false,
            left: VecDeque::new(),
            quick_until: None,
            quick_since: None,
            impersonated_at: None,
            hand: Watch::default(),
            hand_told_at: None,
            tellings: TELLINGS.0,
            tellings_at: now,
            too_many: 0,
            read_once: false,
            facts: BTreeMap::new(),
            refusals: BTreeMap::new(),
        })
    }

    /// The object on its node.
    pub(super) fn eoj(&self) -> Eoj {
        Eoj::new(self.endpoint.class_code, self.endpoint.instance)
    }

    /// Whether it lets this property be read, as far as known. Maps are not always right (there are nodes that lose
    /// half of the bitmap), so what the class must have and what the device says it announces is tried, too; what it
    /// then refuses is left out.
    pub(super) fn can_read(&self, spec: &PropertySpec) -> bool {
        match self.maps {
            MapsKnown::Read(maps) => {
                maps.get.contains(spec.epc) || maps.announce.contains(spec.epc) || spec.get == Access::Required
            }
            MapsKnown::Assumed => spec.get == Access::Required,
            MapsKnown::Unread(_) => spec.get != Access::No,
        }
    }

    /// Whether it lets this property be set, as far as known.
    pub(super) fn can_set(&self, spec: &PropertySpec) -> bool {
        match (self.maps, spec.set) {
            (_, Access::No) => false,
            (_, Access::Required) => true,
            (MapsKnown::Read(maps), Access::Optional) => maps.set.contains(spec.epc),
            (MapsKnown::Assumed | MapsKnown::Unread(_), Access::Optional) => true,
        }
    }

    /// Whether it takes word of where a wish comes from (0x93).
    pub(super) fn takes_origin(&self) -> bool {
        matches!(self.maps, MapsKnown::Read(maps) if maps.set.contains(epc::REMOTE_CONTROL))
    }

    /// Whether its state is also announced or read without anybody touching it, so that it should be looked at
    /// again when it announced something: for doors, shutters and locks an announcement alone is not enough (EP⑧).
    pub(super) fn is_looked_at_again(&self) -> bool {
        matches!(self.class.code, 0x0263 | 0x026f)
    }

    /// Begins a round: the whole state, or while something moves only what moves.
    pub(super) fn begin_round(&mut self, quick: bool) {
        let wanted: Vec<u8> = if quick {
            let fault = self.hand.in_doubt().then_some(epc::FAULT_STATUS);
            [STATUS, OPERATION, DEGREE].into_iter().chain(fault).collect()
        } else {
            let once = if self.read_once { &[] as &[u8] } else { &READ_ONCE };
            let state = self.class.properties().filter(|spec| is_state(self.class.code, spec));
            state.map(|spec| spec.epc).chain(once.iter().copied()).collect()
        };
        let codes: Vec<u8> = wanted
            .into_iter()
            .filter(|code| {
                let spec = self.class.by_epc(*code);
                let given_up = self.refusals.get(code).is_some_and(|times| *times >= MOST_REFUSALS);
                !given_up && spec.is_some_and(|spec| self.can_read(spec))
            })
            .collect();
        self.left = codes.chunks(self.most_together()).map(<[u8]>::to_vec).collect();
    }

    /// How many properties may be asked for in one frame.
    pub(super) fn most_together(&self) -> usize {
        if self.together == Together::Many {
            MOST_TOGETHER
        } else {
            1
        }
    }

    /// It answered for several properties, or for one alone. One failure may be bad luck on the air; after the second
    /// it is asked one by one from now on.
    pub(super) fn answered_together(&mut self, several: bool) {
        if several {
            self.too_many = 0;
        } else if self.together == Together::Trying {
            self.too_many = self.too_many.saturating_add(1);
            self.together = if self.too_many >= 2 {
                Together::One
            } else {
                Together::Many
            };
        }
    }

    /// The round came to its end.
    pub(super) fn end_round(&mut self) {
        self.read_once = true;
    }

    /// The device is back, or seen for the first time: everything is read and told anew.
    pub(super) fn appear(&mut self) {
        self.alive = true;
        self.read_once = false;
        self.refusals.clear();
        self.hand.forget();
        self.was_never_told();
    }

    /// Nothing of what is known counts as told: what the device says next is told, whether it is new or not.
    pub(super) fn was_never_told(&mut self) {
        self.read_once = false;
        self.facts.values_mut().for_each(|fact| fact.told_at = None);
    }

    /// The device is gone.
    pub(super) fn lose(&mut self) {
        self.alive = false;
        self.maps = MapsKnown::Unread(0);
        self.together = Together::Many;
        self.too_many = 0;
        self.hand.forget();
        self.left.clear();
    }

    /// Takes a report. Whether the value is another one than before, and whether to tell it: because of that, or
    /// because it was last told before `repeat_before`.
    pub(super) fn take(
        &mut self,
        name: &PropertyName,
        report: Report,
        now: Timestamp,
        repeat_before: Timestamp,
    ) -> (bool, bool) {
        let before = self.facts.get(name);
        let changed = before.is_none_or(|fact| fact.report.value != report.value);
        let told_at = before.and_then(|fact| fact.told_at);
        let wanted = changed || told_at.is_none_or(|told| told <= repeat_before);
        let tell = wanted && self.may_tell(now);
        let fact = Fact {
            report,
            told_at: match (wanted, tell) {
                (false, _) => told_at,
                (true, true) => Some(now),
                (true, false) => None,
            },
        };
        self.facts.insert(name.clone(), fact);
        (changed, tell)
    }

    /// Whether one more report may be told now: a device that announces changes without end fills no journal.
    fn may_tell(&mut self, now: Timestamp) -> bool {
        while self.tellings < TELLINGS.0 && after(self.tellings_at, TELLINGS.1) <= now {
            self.tellings += 1;
            self.tellings_at = after(self.tellings_at, TELLINGS.1);
        }
        if self.tellings == TELLINGS.0 {
            self.tellings_at = now;
        }
        let may = self.tellings > 0;
        self.tellings = self.tellings.saturating_sub(1);
        may
    }

    /// Whether a movement by hand is to be told now.
    pub(super) fn tell_hand(&mut self, now: Timestamp) -> bool {
        let due = self.hand_told_at.is_none_or(|told| after(told, HANDS_EVERY) <= now);
        if due {
            self.hand_told_at = Some(now);
        }
        due
    }

    /// The device refused to let a property of its map be read.
    pub(super) fn refuse(&mut self, code: u8) {
        let times = self.refusals.entry(code).or_insert(0);
        *times = times.saturating_add(1);
    }

    /// The device let it be read.
    pub(super) fn grant(&mut self, code: u8) {
        self.refusals.remove(&code);
    }

    pub(super) fn known(&self, address: Option<std::net::Ipv4Addr>) -> Known {
        Known {
            reports: self
                .facts
                .iter()
                .map(|(name, fact)| (name.clone(), fact.report.clone()))
                .collect(),
            alive: self.alive,
            last_heard: self.last_heard,
            address,
        }
    }
}

/// Whether a property belongs to the state that is read in every round: what must be announced when it changes, and
/// for some classes what says most although it need not be.
fn is_state(class_code: u16, spec: &PropertySpec) -> bool {
    let more: &[u8] = match class_code {
        0x0263 => &[DEGREE],
        0x026f => &[0xe1, 0xe2, 0xe3, 0xe4, 0xe6],
        0x0130 => &[0xa0, 0xb3, 0xba, 0xbb, 0xbe],
        0x0290 => &[0xb0, 0xb1, 0xb6],
        0x0011 | 0x0029 => &[0xe0],
        0x0002 | 0x0007 => &[0xb1],
        _ => &[],
    };
    let announced = spec.announce == Announce::Required && spec.epc != epc::INSTALLATION_LOCATION;
    spec.get != Access::No && (announced || spec.epc == epc::FAULT_DESCRIPTION || more.contains(&spec.epc))
}

#[cfg(test)]
mod tests;
