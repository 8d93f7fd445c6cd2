//! Randomness as an argument: the system's for real life, a seeded one for tests that must repeat themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// A source of random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `out`.
    fn fill(&self, out: &mut [u8]);
}

/// Entropy that many tasks share.
pub type SharedEntropy = Arc<dyn Entropy>;

/// The operating system's generator through `aws-lc-rs`: good for keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

/// A repeatable sequence from a seed. For tests and simulations: never for keys.
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
}

/// `N` random bytes.
#[must_use]
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}

/// A number from 0 up to but not including `bound`, each equally likely; 0 when `bound` is 0.
///
/// For jitter and sampling. The draw is unbiased: values of the last incomplete stretch are drawn again.
#[must_use]
pub fn below(entropy: &dyn Entropy, bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    let incomplete = (u64::MAX % bound + 1) % bound;
    loop {
        let drawn = u64::from_le_bytes(bytes(entropy));
        if drawn <= u64::MAX - incomplete {
            return drawn % bound;
        }
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) {
        if SystemRandom::new().fill(out).is_err() {
            // Without randomness no key, nonce or id can be made safely, and the caller has no way to go on that
            // would be better than stopping. Zeros would be worse than an end.
            tracing::error!("the operating system gives no random bytes; stopping");
            std::process::abort();
        }
    }
}

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }

    /// SplitMix64: a Weyl sequence through a mixing function.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            for (byte, random) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                *byte = random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        // First outputs of SplitMix64 for seed 1234567, as in the reference implementation's test vectors.
        let entropy = SeededEntropy::new(1_234_567);
        assert_eq!(u64::from_le_bytes(bytes(&entropy)), 6_457_827_717_110_365_317);
        assert_eq!(u64::from_le_bytes(bytes(&entropy)), 3_203_168_211_198_807_973);
    }

    #[test]
    fn system_entropy_does_not_repeat_itself() {
        let one: [u8; 32] = bytes(&SystemEntropy);
        let other: [u8; 32] = bytes(&SystemEntropy);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let entropy = SeededEntropy::new(7);
        let mut seen = [0_u32; 10];
        for _ in 0..10_000 {
            seen[usize::try_from(below(&entropy, 10)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert_eq!(below(&entropy, 0), 0);
        assert_eq!(below(&entropy, 1), 0);
        assert!(below(&entropy, u64::MAX) < u64::MAX);
    }
}
