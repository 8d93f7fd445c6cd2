//! What the guards of the houses tell: how they stand, and alarms for whoever keeps incidents.

use tokio::sync::watch;
use tomori_smart_home::HomeId;

use super::super::model::{Guard, GuardEntry};
use super::super::store;
use super::{Service, StateError};

impl Service {
    /// How the guard of a home stands, as its gateway told it last; `None` before it ever did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn guard(&self, home: &HomeId) -> Result<Option<Guard>, StateError> {
        let home = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::guard::one(reader, &home))
            .await?)
    }

    /// Changes whenever there may be new entries. Mark it as seen, then look; what comes meanwhile wakes again.
    #[must_use]
    pub fn guard_news(&self) -> watch::Receiver<u64> {
        self.inner.guard_news.subscribe()
    }

    /// Alarms behind a number, and incidents that gateways know to be closed, in the order in which they were stored. A
    /// gateway has its acknowledgement only after its alarms stand here.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn guard_entries(&self, after: u64, most: u32) -> Result<Vec<GuardEntry>, StateError> {
        Ok(self
            .inner
            .database
            .read(move |reader| store::guard::after(reader, after, most))
            .await?)
    }

    /// Entries through this number have been taken in and need not be kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_guard_entries(&self, through: u64) -> Result<(), StateError> {
        Ok(self
            .inner
            .database
            .write(move |tx| store::guard::forget(tx, through))
            .await?)
    }
}
