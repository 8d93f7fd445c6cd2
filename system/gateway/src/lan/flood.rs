//! Who may be heard how often. A datagram is weighed before anybody looks into it, so that one shouting node costs
//! little and starves nobody.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use jiff::Timestamp;

/// Addresses that have an allowance of their own.
const MOST_ADDRESSES: usize = 512;
/// What an adopted device may send: a burst, and datagrams a second.
const DEVICE: Allowance = Allowance { burst: 200, rate: 100 };
/// What any other address may send.
const STRANGER: Allowance = Allowance { burst: 40, rate: 20 };
/// What all other addresses may send together, so that forged addresses gain nothing by being many.
const STRANGERS: Allowance = Allowance { burst: 600, rate: 200 };
/// Tokens are counted in thousandths.
const TOKEN: u64 = 1000;

#[derive(Debug, Clone, Copy)]
struct Allowance {
    burst: u64,
    rate: u64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: u64,
    filled_at: Timestamp,
}

/// The allowances of all sources.
#[derive(Debug)]
pub(super) struct Floodgate {
    addresses: BTreeMap<Ipv4Addr, Bucket>,
    strangers: Bucket,
}

impl Bucket {
    fn full(allowance: Allowance, now: Timestamp) -> Self {
        Self {
            tokens: allowance.burst * TOKEN,
            filled_at: now,
        }
    }

    fn fill(&mut self, allowance: Allowance, now: Timestamp) {
        let millis = now.duration_since(self.filled_at).as_millis();
        // A thousandth of a token a millisecond for each token a second.
        let gained = u64::try_from(millis).unwrap_or(0).saturating_mul(allowance.rate);
        if gained > 0 {
            self.tokens = self.tokens.saturating_add(gained).min(allowance.burst * TOKEN);
            self.filled_at = now;
        }
    }

    fn has_one(&self) -> bool {
        self.tokens >= TOKEN
    }
}

impl Floodgate {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            addresses: BTreeMap::new(),
            strangers: Bucket::full(STRANGERS, now),
        }
    }

    /// Whether a datagram from this address may come in. `adopted`: a device of the house answers there.
    pub(super) fn admits(&mut self, from: Ipv4Addr, adopted: bool, now: Timestamp) -> bool {
        let allowance = if adopted { DEVICE } else { STRANGER };
        if !adopted {
            self.strangers.fill(STRANGERS, now);
            if !self.strangers.has_one() {
                return false;
            }
        }
        if !self.addresses.contains_key(&from) && self.addresses.len() >= MOST_ADDRESSES {
            self.forget_one();
        }
        let bucket = self
            .addresses
            .entry(from)
            .or_insert_with(|| Bucket::full(allowance, now));
        bucket.fill(allowance, now);
        if !bucket.has_one() {
            return false;
        }
        bucket.tokens -= TOKEN;
        if !adopted {
            self.strangers.tokens -= TOKEN;
        }
        true
    }

    /// Forgets the address that was quiet longest: its allowance is fullest anyway.
    fn forget_one(&mut self) {
        let quietest = self
            .addresses
            .iter()
            .min_by_key(|(_, bucket)| bucket.filled_at)
            .map(|(address, _)| *address);
        if let Some(address) = quietest {
            self.addresses.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    const SHUTTER: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
    const STRANGE: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 9);

    #[test]
    fn a_flood_from_one_address_is_cut_and_others_are_heard() {
        let mut gate = Floodgate::new(at(0));
        let heard = (0..10_000).filter(|_| gate.admits(STRANGE, false, at(0))).count();
        assert_eq!(heard, 40);
        assert!(gate.admits(Ipv4Addr::new(127, 0, 9, 10), false, at(0)));
        assert!(gate.admits(SHUTTER, true, at(0)));
        let later = (0..10_000).filter(|_| gate.admits(STRANGE, false, at(1000))).count();
        assert_eq!(later, 20);
    }

    #[test]
    fn forged_addresses_gain_nothing_by_being_many() {
        let mut gate = Floodgate::new(at(0));
        let heard = (0..60_000_u32)
            .filter(|n| gate.admits(Ipv4Addr::from(0x7f01_0000 + n), false, at(0)))
            .count();
        assert_eq!(heard, 600);
        assert!(gate.addresses.len() <= MOST_ADDRESSES);
        assert!(
            gate.admits(SHUTTER, true, at(0)),
            "a device of the house is heard all the same"
        );
    }

    #[test]
    fn an_adopted_device_has_an_end_too() {
        let mut gate = Floodgate::new(at(0));
        assert_eq!((0..10_000).filter(|_| gate.admits(SHUTTER, true, at(0))).count(), 200);
    }
}
