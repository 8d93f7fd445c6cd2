//! The rotating code: eight digits that only this gateway can know and that it shows at the door.
//!
//! It is HMAC-SHA-256 over incident, nonce and half-minute, by a key that is derived from the gateway's own and never
//! leaves it. Whoever knows today's code stood here today: the platform and the call centre see it only in an arrival
//! that is already signed, and cannot make the next one (T3-10 EP①, EP③).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use tomori_runtime::seal::MacKey;
use tomori_smart_home::unlock::{GatewayCode, UnixMillis};
use tomori_smart_home::{IncidentId, Nonce};

/// For how long a code is shown, in milliseconds.
pub(crate) const STEP_MS: u64 = 30_000;
/// How many steps earlier or later a code still counts: the time of reading it, typing it, and clocks that differ.
const STEPS_AROUND: u64 = 1;
const DOMAIN: &[u8] = b"tomori/unlock/code/1";

/// Makes and checks codes.
#[derive(Clone)]
pub(crate) struct Codes {
    key: MacKey,
}

impl Codes {
    pub(crate) fn new(key: MacKey) -> Self {
        Self { key }
    }

    /// The code that is shown for an incident at a moment, and for how many more milliseconds.
    pub(crate) fn shown(&self, incident: &IncidentId, nonce: &Nonce, now: UnixMillis) -> (GatewayCode, u64) {
        let left = STEP_MS.saturating_sub(now.millis() % STEP_MS);
        (self.of_step(incident, nonce, step(now)), left)
    }

    /// Whether this code was shown around a moment.
    pub(crate) fn was_shown(&self, code: &GatewayCode, incident: &IncidentId, nonce: &Nonce, at: UnixMillis) -> bool {
        let around = step(at).saturating_sub(STEPS_AROUND)..=step(at).saturating_add(STEPS_AROUND);
        // All steps are tried, so that time does not tell which one it was.
        around.fold(false, |found, step| {
            let ours = self.of_step(incident, nonce, step);
            found | verify_slices_are_equal(ours.as_str().as_bytes(), code.as_str().as_bytes()).is_ok()
        })
    }

    fn of_step(&self, incident: &IncidentId, nonce: &Nonce, step: u64) -> GatewayCode {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(DOMAIN);
        context.update(nonce.as_bytes());
        context.update(&step.to_be_bytes());
        // The only part of no fixed length comes last: two inputs never make the same bytes.
        context.update(incident.as_str().as_bytes());
        let tag = context.sign();
        let number = tag
            .as_ref()
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        GatewayCode::from_number(number)
    }
}

fn step(at: UnixMillis) -> u64 {
    at.millis() / STEP_MS
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn codes(secret: u8) -> Codes {
        Codes::new(hmac::Key::new(hmac::HMAC_SHA256, &[secret; 32]))
    }

    fn incident(number: u8) -> IncidentId {
        IncidentId::from_random([number; 10])
    }

    fn at(millis: u64) -> UnixMillis {
        UnixMillis::from_millis(millis).unwrap()
    }

    const NOW: u64 = 1_000_000 * STEP_MS;

    #[test]
    fn a_code_counts_a_step_around_the_moment_it_was_shown_and_no_longer() {
        let (codes, nonce) = (codes(1), Nonce::from([1; 32]));
        let (code, left) = codes.shown(&incident(1), &nonce, at(NOW + 10_000));
        assert_eq!(left, 20_000);
        let counts = |millis| codes.was_shown(&code, &incident(1), &nonce, at(millis));
        assert!(counts(NOW) && counts(NOW + STEP_MS - 1), "in its step");
        assert!(counts(NOW - 1) && counts(NOW + STEP_MS), "beside it");
        assert!(!counts(NOW - STEP_MS - 1), "a code that was not shown yet");
        assert!(!counts(NOW + 2 * STEP_MS), "a code of an earlier step");
    }

    #[test]
    fn codes_of_other_gateways_incidents_and_nonces_are_others() {
        let nonce = Nonce::from([1; 32]);
        let of = |codes: &Codes, number, nonce: &Nonce| codes.shown(&incident(number), nonce, at(NOW)).0;
        let all = BTreeSet::from([
            of(&codes(1), 1, &nonce).as_str().to_owned(),
            of(&codes(2), 1, &nonce).as_str().to_owned(),
            of(&codes(1), 2, &nonce).as_str().to_owned(),
            of(&codes(1), 1, &Nonce::from([2; 32])).as_str().to_owned(),
        ]);
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn codes_do_not_repeat_themselves_and_use_all_digits() {
        let (codes, nonce) = (codes(3), Nonce::from([3; 32]));
        let shown: Vec<_> = (0..1000)
            .map(|step| codes.shown(&incident(1), &nonce, at(NOW + step * STEP_MS)).0)
            .collect();
        let different: BTreeSet<_> = shown.iter().map(GatewayCode::as_str).collect();
        assert!(
            different.len() >= 999,
            "two of a thousand codes of eight digits may be the same, hardly more"
        );
        let digits: BTreeSet<char> = shown.iter().flat_map(|code| code.as_str().chars()).collect();
        assert_eq!(digits.len(), 10);
    }
}
