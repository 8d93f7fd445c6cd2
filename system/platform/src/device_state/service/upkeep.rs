//! What time brings: commands lapse, and what is old is forgotten.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::HomeId;

use super::super::store;
use super::{Service, StateError};

/// How often the clock is asked for commands whose time is over.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How often old history is looked for.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Rows that one transaction deletes at most, so that nobody waits long behind it.
const CHUNK: u32 = 500;

/// How much of the past is kept for each home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Days.
    pub days: u16,
    /// History entries.
    pub entries: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            days: 400,
            entries: 20_000,
        }
    }
}

impl Service {
    /// Lets commands lapse and forgets what is old, until the shutdown.
    pub async fn run_upkeep(&self, shutdown: Shutdown) {
        let mut forget_at = self.inner.clock.now();
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = self.inner.clock.sleep(SWEEP_EVERY) => {}
            }
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "commands whose time is over could not be ended");
            }
            let now = self.inner.clock.now();
            if now >= forget_at {
                forget_at = now + FORGET_EVERY;
                if let Err(error) = self.forget(now, &shutdown).await {
                    tracing::error!(%error, "old history could not be forgotten");
                }
            }
        }
    }

    /// Ends the commands whose time is over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self) -> Result<(), StateError> {
        let now = self.inner.clock.now();
        let overdue = self
            .inner
            .database
            .read(move |reader| {
                let mut lapsing = Vec::new();
                for record in store::commands::overdue(reader, now, CHUNK)? {
                    if let Some((_, gateway)) = store::homes::one(reader, &record.home)?
                        && let Some(stage) = record.lapse(now, gateway.reachability)
                    {
                        lapsing.push((record.command.id, gateway.reachability, stage));
                    }
                }
                Ok(lapsing)
            })
            .await?;
        if overdue.is_empty() {
            return Ok(());
        }
        let ended = self
            .inner
            .database
            .write(move |tx| {
                let mut ended = Vec::new();
                for (id, gateway, _) in overdue {
                    let Some(mut record) = store::commands::one(tx, &id)? else {
                        continue;
                    };
                    // Decided again on what is there now: the gateway may have spoken in between.
                    let Some(stage) = record.lapse(now, gateway) else {
                        continue;
                    };
                    if record.advance(stage, now) {
                        store::commands::update(tx, &record)?;
                        ended.push(record);
                    }
                }
                Ok(ended)
            })
            .await?;
        for record in ended {
            self.told(&record);
        }
        Ok(())
    }

    async fn forget(&self, now: Timestamp, shutdown: &Shutdown) -> Result<(), StateError> {
        let before = now - SignedDuration::from_hours(24 * i64::from(self.inner.keep.days));
        for home in self.homes().await? {
            while !shutdown.is_set() && self.forget_some(&home.id, before).await? >= u64::from(CHUNK) {}
        }
        Ok(())
    }

    async fn forget_some(&self, home: &HomeId, before: Timestamp) -> Result<u64, StateError> {
        let (home, keep) = (home.clone(), u64::from(self.inner.keep.entries));
        Ok(self
            .inner
            .database
            .write(move |tx| {
                let entries = store::history::forget(tx, &home, before, keep, CHUNK)?;
                let commands = store::commands::forget(tx, &home, before, CHUNK)?;
                Ok(entries.max(commands))
            })
            .await?)
    }
}
