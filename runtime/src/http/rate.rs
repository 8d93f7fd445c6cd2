//! Rate limits: a token bucket for each key, a bounded number of keys.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// How a bucket fills.
#[derive(Debug, Clone, Copy)]
pub struct Refill {
    /// Tokens a bucket holds at most, and at first.
    pub burst: f64,
    /// Tokens that come back in a second.
    pub per_second: f64,
}

/// Token buckets by key.
#[derive(Debug)]
pub struct RateLimiter<K> {
    refill: Refill,
    most_keys: usize,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl<K: Eq + Hash + Clone> RateLimiter<K> {
    /// A limiter that remembers at most `most_keys` keys. When it is full, the key that is nearest to a full bucket
    /// makes room: forgetting it gives away the least.
    #[must_use]
    pub fn new(refill: Refill, most_keys: usize) -> Self {
        Self {
            refill,
            most_keys: most_keys.max(1),
            buckets: Mutex::default(),
        }
    }

    /// Takes tokens for a key.
    ///
    /// # Errors
    /// When there are not enough: how long to wait until there are.
    pub fn take(&self, key: &K, tokens: f64, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(key) && buckets.len() >= self.most_keys {
            let fullest = buckets
                .iter()
                .map(|(key, bucket)| (key.clone(), self.level(bucket, now)))
                .max_by(|(_, left), (_, right)| left.total_cmp(right));
            if let Some((fullest, _)) = fullest {
                buckets.remove(&fullest);
            }
        }
        let bucket = buckets.entry(key.clone()).or_insert(Bucket {
            tokens: self.refill.burst,
            at: now,
        });
        bucket.tokens = self.level(bucket, now);
        bucket.at = now;
        if bucket.tokens >= tokens {
            bucket.tokens -= tokens;
            return Ok(());
        }
        let missing = (tokens - bucket.tokens) / self.refill.per_second.max(f64::MIN_POSITIVE);
        Err(Duration::try_from_secs_f64(missing)
            .unwrap_or(Duration::from_secs(3600))
            .min(Duration::from_secs(3600)))
    }

    fn level(&self, bucket: &Bucket, now: Timestamp) -> f64 {
        // A clock that went back gives nothing and takes nothing.
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        (bucket.tokens + passed * self.refill.per_second).min(self.refill.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_burst_then_a_rate() {
        let limiter = RateLimiter::new(
            Refill {
                burst: 3.0,
                per_second: 1.0,
            },
            10,
        );
        for _ in 0..3 {
            limiter.take(&"a", 1.0, at(0)).unwrap();
        }
        assert_eq!(limiter.take(&"a", 1.0, at(0)), Err(Duration::from_secs(1)));
        limiter.take(&"b", 1.0, at(0)).unwrap();
        limiter.take(&"a", 1.0, at(1)).unwrap();
        assert!(limiter.take(&"a", 1.0, at(1)).is_err());
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let limiter = RateLimiter::new(
            Refill {
                burst: 1.0,
                per_second: 1.0,
            },
            10,
        );
        limiter.take(&1, 1.0, at(100)).unwrap();
        assert!(limiter.take(&1, 1.0, at(0)).is_err());
        assert!(limiter.take(&1, 1.0, at(0)).is_err());
    }

    #[test]
    fn many_keys_are_bounded_and_the_busiest_is_remembered() {
        let limiter = RateLimiter::new(
            Refill {
                burst: 2.0,
                per_second: 0.001,
            },
            3,
        );
        limiter.take(&0, 2.0, at(0)).unwrap();
        for key in 1..100 {
            limiter.take(&key, 1.0, at(0)).unwrap();
        }
        assert!(limiter.take(&0, 1.0, at(0)).is_err());
        assert!(limiter.buckets.lock().unwrap().len() <= 3);
    }
}
