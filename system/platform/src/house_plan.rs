//! The house plan is put together from what several rooms own; this is what they hand over, and how they say that
//! theirs changed. No room reads another's store for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::Notify;
use tomori_smart_home::arming::{Order, Security};
use tomori_smart_home::plan::Grant;
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{CompanyId, HomeId, IncidentId, Schedule};

/// One room's part of a house plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<T> {
    /// Counts up with each change of this part, in the same transaction; never down. The version of the whole plan
    /// is the sum of its parts' versions, so it counts up with each change of any of them and needs no store of its
    /// own that a crash could leave behind.
    pub version: u64,
    /// The content.
    pub content: T,
}

/// A part of the plan cannot be told now.
#[derive(Debug, Error)]
#[error("{part} cannot be read for the house plan")]
pub struct PartError {
    /// Which part.
    pub part: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Where the link takes the parts of a plan that are not equipment.
#[async_trait]
pub trait PlanParts: Send + Sync + 'static {
    /// How the home is called.
    async fn home_name(&self, home: &HomeId) -> Result<Part<String>, PartError>;
    /// Its schedules.
    async fn schedules(&self, home: &HomeId) -> Result<Part<Vec<Schedule>>, PartError>;
    /// Its paired phones.
    async fn grants(&self, home: &HomeId) -> Result<Part<Vec<Grant>>, PartError>;
    /// What it is guarded by.
    async fn security(&self, home: &HomeId) -> Result<Part<Security>, PartError>;
}

/// What else the link is to tell a home's gateway: nothing that a plan could carry, because it is said once.
#[async_trait]
pub trait Errands: Send + Sync + 'static {
    /// Orders of residents that wait; each is given out once.
    fn orders(&self, home: &HomeId) -> Vec<Order>;
    /// Closed incidents of which the gateway does not know that; told with each stream until it does.
    async fn closed_incidents(&self, home: &HomeId) -> Result<Vec<IncidentId>, PartError>;
    /// The roster of the home's security company, unless it is the one that the stream has carried.
    async fn roster(&self, home: &HomeId, carried: Option<&RosterMark>) -> Result<Option<SignedRoster>, PartError>;
    /// Bundles that wait for the gateway's answer and have not expired.
    async fn bundles(&self, home: &HomeId) -> Result<Vec<WaitingBundle>, PartError>;
    /// The time by which bundles expire.
    fn now(&self) -> Timestamp;
    /// A bundle is being handed to the stream.
    async fn bundle_sent(&self, bundle: &Digest) -> Result<(), PartError>;
}

/// Which roster it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterMark {
    /// The company.
    pub company: CompanyId,
    /// The version.
    pub version: u64,
}

/// A security company's roster on its way to a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRoster {
    /// Which one.
    pub mark: RosterMark,
    /// As it was signed.
    pub bytes: Vec<u8>,
}

/// A bundle on its way to a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingBundle {
    /// SHA-256 of it.
    pub digest: Digest,
    /// How often the company handed it over; each time it is sent.
    pub asked: u64,
    /// From this moment on it is not sent.
    pub expires_at: Timestamp,
    /// As it was signed.
    pub bytes: Vec<u8>,
}

/// Wakes the session of a home's gateway: there is a command to deliver, or the plan is another. It carries nothing;
/// the session looks into the stores, so that a ring that nobody heard is made good by the next look.
#[derive(Debug, Clone, Default)]
pub struct Doorbell {
    bells: Arc<Mutex<HashMap<HomeId, Weak<Notify>>>>,
}

impl Doorbell {
    /// Wakes the session of this home, if there is one.
    pub fn ring(&self, home: &HomeId) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(home).and_then(Weak::upgrade) {
            bell.notify_one();
        }
    }

    /// The bell of a home; whoever holds it is woken.
    pub(crate) fn bell(&self, home: &HomeId) -> Arc<Notify> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(home).and_then(Weak::upgrade) {
            return bell;
        }
        let bell = Arc::new(Notify::new());
        bells.insert(home.clone(), Arc::downgrade(&bell));
        bell
    }

    /// Forgets the bell of a home that nobody listens to any more.
    pub(crate) fn forget(&self, home: &HomeId) {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if bells.get(home).is_some_and(|bell| bell.strong_count() == 0) {
            bells.remove(home);
        }
    }
}
