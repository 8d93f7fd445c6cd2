//! Who is connected. At most one stream for each gateway: a newer one ends the older.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tomori_gateway_link::v1::goodbye::Why;
use tomori_smart_home::{GatewayId, HomeId};

use super::model::Farewell;
use crate::auth::gateways::Identity;

/// The end of a connection: nothing while it goes on. The session says the farewell; the connection waits a moment
/// for it to be said, and closes, whether it could be said or not.
pub(super) type End = watch::Sender<Option<Farewell>>;

/// The sessions.
#[derive(Debug)]
pub(super) struct Registry {
    sessions: Mutex<HashMap<GatewayId, Live>>,
    generations: AtomicU64,
    most: usize,
    departures: mpsc::UnboundedSender<Departure>,
}

#[derive(Debug)]
struct Live {
    generation: u64,
    not_after: Timestamp,
    end: Arc<End>,
}

/// A session's place. Dropping it, however the stream ended, tells that the gateway is gone.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    gateway: GatewayId,
    home: HomeId,
    generation: u64,
    end: Arc<End>,
}

/// A gateway whose stream has ended.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) gateway: GatewayId,
    pub(super) home: HomeId,
    /// The number of the connection.
    pub(super) generation: u64,
}

/// All places are taken.
#[derive(Debug)]
pub(super) struct Full;

impl Registry {
    pub(super) fn new(most: usize) -> (Arc<Self>, mpsc::UnboundedReceiver<Departure>) {
        // Unbounded, and bounded all the same: one departure for each place that was taken.
        let (departures, departed) = mpsc::unbounded_channel();
        let registry = Self {
            sessions: Mutex::default(),
            generations: AtomicU64::new(0),
            most,
            departures,
        };
        (Arc::new(registry), departed)
    }

    /// Takes a place; whoever holds the gateway's place now is told that it was replaced.
    pub(super) fn enter(self: &Arc<Self>, identity: &Identity, end: Arc<End>) -> Result<Place, Full> {
        let generation = self.generations.fetch_add(1, Ordering::Relaxed);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= self.most && !sessions.contains_key(&identity.gateway) {
            return Err(Full);
        }
        let live = Live {
            generation,
            not_after: identity.not_after,
            end: Arc::clone(&end),
        };
        let former = sessions.insert(identity.gateway.clone(), live);
        drop(sessions);
        if let Some(former) = former {
            let farewell = Farewell::new(
                Why::Replaced,
                "another stream of this gateway took over",
                Duration::ZERO,
            );
            former
                .end
                .send_if_modified(|end| end.is_none() && end.replace(farewell).is_none());
        }
        Ok(Place {
            registry: Arc::clone(self),
            gateway: identity.gateway.clone(),
            home: identity.home.clone(),
            generation,
            end,
        })
    }

    /// How many gateways are connected.
    pub(super) fn len(&self) -> usize {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether a gateway is connected.
    pub(super) fn contains(&self, gateway: &GatewayId) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.contains_key(gateway)
    }

    /// Ends the streams of those whose certificate has ended: the handshake looked at it only once.
    pub(super) fn end_expired(&self, now: Timestamp) {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        for live in sessions.values().filter(|live| live.not_after <= now) {
            let farewell = Farewell::revoked("the certificate has expired; enrol the gateway again");
            live.end
                .send_if_modified(|end| end.is_none() && end.replace(farewell).is_none());
        }
    }

    /// Ends every stream.
    pub(super) fn end_all(&self, farewell: impl Fn() -> Farewell) {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        for live in sessions.values() {
            live.end
                .send_if_modified(|end| end.is_none() && end.replace(farewell()).is_none());
        }
    }
}

impl Place {
    /// The number of the connection.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sessions = self.registry.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions
            .get(&self.gateway)
            .is_some_and(|live| live.generation == self.generation)
        {
            sessions.remove(&self.gateway);
        }
        drop(sessions);
        // The connection has nothing left to carry.
        let done = Farewell::new(Why::Unspecified, "", Duration::ZERO);
        self.end
            .send_if_modified(|end| end.is_none() && end.replace(done).is_none());
        // At the very end nobody listens any more, and a restart tells the rooms that everybody is away.
        let _ = self.registry.departures.send(Departure {
            gateway: self.gateway.clone(),
            home: self.home.clone(),
            generation: self.generation,
        });
    }
}
