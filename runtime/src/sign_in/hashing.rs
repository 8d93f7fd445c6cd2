//! Password hashing off the async threads, a bounded number at a time: a flood of sign-ins gets `Busy`, and takes
//! neither the memory nor the processor from the homes (T3-10 EP① サービス不能).

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::password::{self, HashError};

const WAITING_AT_MOST: usize = 32;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Hasher {
    key: Arc<Zeroizing<Vec<u8>>>,
    working: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum HasherError {
    /// Too many sign-ins are under way.
    #[error("too many passwords are being checked at the moment; try again in some seconds")]
    Busy,
    /// The hash itself failed.
    #[error("a password could not be checked")]
    Hash(#[from] HashError),
    /// The runtime is stopping.
    #[error("the work was cut off by the shutdown")]
    Stopped,
}

impl Hasher {
    /// A hasher with the pepper `key` that works on `at_once` passwords at the same time (19 MiB each).
    #[must_use]
    pub fn new(key: Zeroizing<Vec<u8>>, at_once: usize) -> Self {
        let at_once = at_once.clamp(1, 8);
        Self {
            key: Arc::new(key),
            working: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once + WAITING_AT_MOST)),
        }
    }

    /// As many at once as leave half of the processor to the homes.
    #[must_use]
    pub fn for_this_machine(key: Zeroizing<Vec<u8>>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(key, cores.div_ceil(2))
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`HasherError::Busy`] under a flood.
    pub async fn hash(&self, password: Zeroizing<String>, salt: [u8; 16]) -> Result<String, HasherError> {
        self.work(move |key| password::hash(&password, salt, key)).await
    }

    /// Whether the password is the stored one. Without a stored one the same work is done and the answer is no.
    ///
    /// # Errors
    /// [`HasherError::Busy`] under a flood.
    pub async fn verify(&self, password: Zeroizing<String>, stored: Option<String>) -> Result<bool, HasherError> {
        self.work(move |key| match stored {
            Some(stored) => password::verify(&password, &stored, key),
            None => password::verify_nobody(&password, key).map(|()| false),
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        f: impl FnOnce(&[u8]) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HasherError> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| HasherError::Busy)?;
        let working = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.working).acquire_owned())
            .await
            .map_err(|_| HasherError::Busy)?
            .map_err(|_| HasherError::Stopped)?;
        // The permits go with the work: a caller who hangs up does not make room for another one while the first
        // hash still runs.
        let permits: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (admitted, working);
        let key = Arc::clone(&self.key);
        let done = tokio::task::spawn_blocking(move || {
            let result = f(&key);
            drop(permits);
            result
        })
        .await
        .map_err(|_| HasherError::Stopped)?;
        Ok(done?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(password: &str) -> Zeroizing<String> {
        Zeroizing::new(password.to_owned())
    }

    #[tokio::test]
    async fn a_password_is_known_again() {
        let hasher = Hasher::new(Zeroizing::new(vec![1; 32]), 2);
        let stored = hasher.hash(text("tidal-meadow-47"), [2; 16]).await.unwrap();
        assert!(
            hasher
                .verify(text("tidal-meadow-47"), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(text("tidal-meadow-48"), Some(stored)).await.unwrap());
        assert!(!hasher.verify(text("tidal-meadow-47"), None).await.unwrap());
    }

    /// T3-10 EP① サービス不能: a flood of sign-ins is turned away at the door, with a bounded amount of work waiting.
    #[tokio::test]
    async fn a_login_flood_is_turned_away() {
        let hasher = Hasher::new(Zeroizing::new(vec![1; 32]), 1);
        let tries = (0..200).map(|_| hasher.verify(text("anything at all"), None));
        let answers = futures_util::future::join_all(tries).await;
        let busy = answers
            .iter()
            .filter(|answer| matches!(answer, Err(HasherError::Busy)))
            .count();
        assert!(busy >= 200 - (WAITING_AT_MOST + 1), "{busy}");
        assert!(busy < 200, "some are served");
        assert!(!hasher.verify(text("afterwards"), None).await.unwrap());
    }
}
