//! What every machine needs that becomes ours, a gateway as well as a company's server: a code that serves once and not for
//! long, few tries, and a certificate that is renewed in time.

use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use tomori_runtime::entropy::{Entropy, bytes};
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_runtime::pki::CertificateAuthority;
use tomori_smart_home::EnrolmentCode as PrintedCode;

/// How long the certificates of machines are valid; they are renewed at two thirds.
pub(super) const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long an enrolment code is worth something.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// How a person's few tries pass and a machine's many do not.
const TRIES_OF_ONE: Refill = Refill {
    burst: 10.0,
    per_second: 1.0 / 6.0,
};
/// A machine renews every twenty days; one that asks all the time is not well.
const RENEWALS: Refill = Refill {
    burst: 5.0,
    per_second: 1.0 / 600.0,
};
const MOST_COUNTED: usize = 10_000;

/// What somebody types at a machine that is to become ours. Shown once; the platform keeps only a hash of its secret.
#[derive(Clone)]
pub struct EnrolmentCode {
    /// Groups of letters and digits: the secret, the fingerprint of the platform's authority, and a check.
    pub text: String,
    /// From then on it is worth nothing.
    pub expires_at: Timestamp,
}

impl EnrolmentCode {
    /// A new one, and what is kept of it.
    pub(super) fn make(authority: &CertificateAuthority, now: Timestamp, entropy: &dyn Entropy) -> (Self, String) {
        let code = PrintedCode::new(bytes(entropy), &authority.fingerprint());
        let made = Self {
            text: code.to_string(),
            expires_at: now + CODE_LIFE,
        };
        (made, hash_secret(&code.secret()))
    }
}

/// What is kept of a code: the secret has 80 bits of its own, so a plain hash gives nothing away.
pub(super) fn hash_secret(secret: &str) -> String {
    let plain: String = secret
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let labelled = format!("tomori enrolment code {plain}");
    data_encoding::HEXLOWER.encode(digest(&SHA256, labelled.as_bytes()).as_ref())
}

/// Counts who tries codes, to slow guessers down.
pub(super) struct Tries {
    of_one: RateLimiter<IpAddr>,
    of_all: RateLimiter<()>,
}

impl Tries {
    /// `of_all` is what all together may try: it guards the processor rather than the secret.
    pub(super) fn new(of_all: Refill) -> Self {
        Self {
            of_one: RateLimiter::new(TRIES_OF_ONE, MOST_COUNTED),
            of_all: RateLimiter::new(of_all, 1),
        }
    }

    /// Counts a try; an error is how long to wait before the next.
    pub(super) fn count(&self, from: IpAddr, now: Timestamp) -> Result<(), Duration> {
        self.of_one.take(&neighbourhood(from), 1.0, now)?;
        self.of_all.take(&(), 1.0, now)
    }

    /// A try that succeeded was nobody's guess: an installer with fifty true codes is no guesser.
    pub(super) fn forgive(&self, from: IpAddr, now: Timestamp) {
        let _ = self.of_one.take(&neighbourhood(from), -1.0, now);
        let _ = self.of_all.take(&(), -1.0, now);
    }
}

/// Counts who renews.
pub(super) fn renewals<Id: Clone + Eq + Hash>() -> RateLimiter<Id> {
    RateLimiter::new(RENEWALS, MOST_COUNTED)
}

/// The neighbourhood that a rate limit counts: one address, or the network that one customer has in IPv6.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hashed_as_it_is_meant() {
        assert_eq!(hash_secret("ABCD-EFGH"), hash_secret(" abcdefgh "));
        assert_ne!(hash_secret("ABCDEFGH"), hash_secret("ABCDEFGJ"));
        assert_eq!(hash_secret("A").len(), 64);
    }

    #[test]
    fn one_customer_is_one_neighbourhood() {
        let at = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

    #[test]
    fn guessers_are_slowed_down_and_installers_are_not() {
        let tries = Tries::new(Refill {
            burst: 50.0,
            per_second: 5.0,
        });
        let (from, now) = ("192.0.2.1".parse().unwrap(), Timestamp::UNIX_EPOCH);
        for _ in 0..40 {
            assert_eq!(tries.count(from, now), Ok(()));
            tries.forgive(from, now);
        }
        let guesses = (0..40).take_while(|_| tries.count(from, now).is_ok()).count();
        assert!((5..15).contains(&guesses), "{guesses}");
    }
}
