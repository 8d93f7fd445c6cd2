//! What this room needs from outside the company: the house of a case, and the road to its gateway.

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use tomori_smart_home::unlock::IncidentOpened;
use tomori_smart_home::{CaseId, DeviceId, HomeId, IncidentId};

/// The house of a case whose door can be opened from afar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// The incident, as the gateway calls it.
    pub incident: IncidentId,
    /// The home.
    pub home: HomeId,
    /// The gateway's own signed word of the incident, with its nonce; `None` until it has come.
    pub opened: Option<IncidentOpened>,
    /// The locks of the home.
    pub locks: Vec<Lock>,
}

/// A lock of a house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Which.
    pub id: DeviceId,
    /// What the residents call it.
    pub name: String,
    /// Whether it proves itself to the gateway. No other is opened from afar.
    pub is_trusted: bool,
}

/// Why nothing is known of a house now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("what is known of the house cannot be read now: {0}")]
pub struct HouseError(pub String);

/// Why something did not go to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RoadError {
    /// There is no road: this server is not enrolled at a platform.
    #[error("this server is not enrolled at a platform")]
    NoRoad,
    /// The platform did not answer; it may have heard. The same bytes again have no second effect.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// The platform refused it, for good.
    #[error("the platform refused it: {0}")]
    Refused(String),
}

/// Knows houses.
#[async_trait]
pub trait Houses: Send + Sync + 'static {
    /// The house of a case; `None` for a panel of another maker.
    ///
    /// # Errors
    /// When it cannot be told now.
    async fn house(&self, case: &CaseId) -> Result<Option<House>, HouseError>;
}

/// The road to the platform.
#[async_trait]
pub trait Road: Send + Sync + 'static {
    /// Sends a bundle towards the gateway. `Ok`: the platform has it. The same bytes again have no second effect.
    ///
    /// # Errors
    /// [`RoadError`].
    async fn send_bundle(&self, bundle: &[u8]) -> Result<(), RoadError>;

    /// Sends a signed roster towards every gateway of the company. `Ok`: the platform has it.
    ///
    /// # Errors
    /// [`RoadError`].
    async fn send_roster(&self, signed: &[u8]) -> Result<(), RoadError>;
}

/// Both, as a server is opened with them.
#[derive(Clone)]
pub struct Outside {
    /// Knows houses.
    pub houses: Arc<dyn Houses>,
    /// The road to the platform.
    pub road: Arc<dyn Road>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            houses: Arc::new(Alone),
            road: Arc::new(Alone),
        }
    }
}

/// A company without a platform: its houses have panels of other makers only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

#[async_trait]
impl Houses for Alone {
    async fn house(&self, _: &CaseId) -> Result<Option<House>, HouseError> {
        Ok(None)
    }
}

#[async_trait]
impl Road for Alone {
    async fn send_bundle(&self, _: &[u8]) -> Result<(), RoadError> {
        Err(RoadError::NoRoad)
    }

    async fn send_roster(&self, _: &[u8]) -> Result<(), RoadError> {
        Err(RoadError::NoRoad)
    }
}
