//! What the link tells and asks: a gateway's comings and goings, its events, and the commands for it.

use jiff::Timestamp;
use tomori_smart_home::{Command, Event, GatewayId, HomeId, Stage};

use super::super::model::{Changed, Happened};
pub use super::super::store::batch::BatchError;
pub use super::super::store::homes::Connected;
use super::super::store::{self, history::Entry};
use super::{Service, StateError};

impl Service {
    /// A gateway connected and said who it is. Returns the number through which its events are stored.
    ///
    /// # Errors
    /// When the home does not exist, or the store fails.
    pub async fn gateway_connected(&self, home: &HomeId, connected: Connected) -> Result<u64, StateError> {
        let now = self.inner.clock.now();
        let home_id = home.clone();
        let through = self
            .inner
            .database
            .try_write(move |tx| {
                let gateway = connected.gateway.clone();
                if store::homes::connected(tx, &home_id, &connected, now)? == 0 {
                    return Err(StateError::NoSuchHome(home_id));
                }
                let happened = Happened::GatewayConnected {
                    gateway: gateway.clone(),
                };
                store::history::append(tx, &home_id, now, now, &Entry::Happened(&happened))?;
                Ok(store::batch::stored_through(tx, &home_id, &gateway)?)
            })
            .await?;
        self.changed(home, None, Changed::Gateway);
        Ok(through)
    }

    /// A gateway's connection, by the number it was told with, ended; `since` is when it was last heard of. Nothing
    /// changes when a newer connection has taken over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gateway_lost(
        &self,
        home: &HomeId,
        gateway: &GatewayId,
        connection: u64,
        since: Timestamp,
    ) -> Result<(), StateError> {
        let now = self.inner.clock.now();
        let (home_id, gateway) = (home.clone(), gateway.clone());
        let lost = self
            .inner
            .database
            .write(move |tx| {
                if store::homes::disconnected(tx, &home_id, connection, since)? == 0 {
                    return Ok(false);
                }
                let happened = Happened::GatewayLost { gateway };
                store::history::append(tx, &home_id, since, now, &Entry::Happened(&happened))?;
                Ok(true)
            })
            .await?;
        if lost {
            self.changed(home, None, Changed::Gateway);
        }
        Ok(())
    }

    /// The number through which a gateway's events are stored.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gateway_stored_through(&self, home: &HomeId, gateway: &GatewayId) -> Result<u64, StateError> {
        let (home, gateway) = (home.clone(), gateway.clone());
        Ok(self
            .inner
            .database
            .write(move |tx| store::batch::stored_through(tx, &home, &gateway))
            .await?)
    }

    /// Stores a batch whole, or not at all; every event of it at most once. Returns the number through which all is
    /// stored, after the commit. `None` is an event that this version has no words for: it is counted and left out.
    /// `resuming` says that the batch is the first of its stream.
    ///
    /// # Errors
    /// [`BatchError`]; nothing of the batch is stored then.
    pub async fn store_batch(
        &self,
        home: &HomeId,
        gateway: &GatewayId,
        first_seq: u64,
        events: Vec<Option<Event>>,
        resuming: bool,
    ) -> Result<u64, BatchError> {
        let now = self.inner.clock.now();
        let (home_id, gateway_id) = (home.clone(), gateway.clone());
        let stored = self
            .inner
            .database
            .try_write(move |tx| store::batch::store(tx, &home_id, &gateway_id, first_seq, events, resuming, now))
            .await?;
        if let Some((from, to)) = stored.missing {
            tracing::warn!(%home, %gateway, from, to, "the gateway no longer has events that are not stored here");
            let detail = format!("{from} to {to}, {home}");
            self.inner
                .audit
                .record(gateway.as_str(), "events.missing", gateway.as_str(), &detail)
                .await;
        }
        if let Some(first) = stored.nobodys.first() {
            let detail = format!("{} in all, {first} among them", stored.nobodys.len());
            self.inner
                .audit
                .record_refusal(gateway.as_str(), "events.unknownDevice", home.as_str(), &detail)
                .await;
        }
        // Alarms first: whoever waits for them waits for nothing else.
        if stored.alarms {
            self.inner
                .guard_news
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        if stored.guard {
            self.changed(home, None, Changed::Guard);
        }
        for device in stored.devices {
            self.changed(home, Some(device), Changed::Twin);
        }
        for (device, command) in stored.commands {
            self.changed(home, Some(device), Changed::Command { command });
        }
        if stored.unknown_nodes {
            self.changed(home, None, Changed::Equipment);
        }
        if stored.history {
            self.changed(home, None, Changed::History);
        }
        Ok(stored.through)
    }

    /// Commands of a home that its gateway is to have now, oldest first: accepted, not expired, and not confirmed by
    /// the gateway yet. They count as handed over from here on, durably: whatever happens next, nobody may call them
    /// expired without the gateway's word.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_for_delivery(&self, home: &HomeId) -> Result<Vec<Command>, StateError> {
        let now = self.inner.clock.now();
        let home_id = home.clone();
        let waiting = self
            .inner
            .database
            .read(move |reader| {
                let mut open = store::commands::open(reader, &home_id)?;
                open.retain(|record| record.stage == Stage::Accepted && !record.command.is_expired(now));
                Ok(open)
            })
            .await?;
        if waiting.iter().all(|record| record.sent_at.is_some()) {
            return Ok(waiting.into_iter().map(|record| record.command).collect());
        }
        Ok(self
            .inner
            .database
            .write(move |tx| {
                let mut commands = Vec::with_capacity(waiting.len());
                for record in waiting {
                    // Between the look and this moment it may have ended or been replaced by a newer wish.
                    let still = store::commands::one(tx, &record.command.id)?
                        .is_some_and(|known| known.stage == Stage::Accepted);
                    if still {
                        store::commands::mark_sent(tx, &record.command.id, now)?;
                        commands.push(record.command);
                    }
                }
                Ok(commands)
            })
            .await?)
    }
}
