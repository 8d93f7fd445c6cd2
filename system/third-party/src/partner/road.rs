//! The line as the road that signatures and rosters go.

use async_trait::async_trait;

use tokio::sync::watch;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::CaseId;

use super::line::RoadError;
use super::service::Service;
use crate::cases;
use crate::unlock::{self, House, HouseError, Houses, Lock, Road};

/// How soon an answer that could not be handed over is tried again.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

/// Hands what the gateways answered to the room that follows unlocks, until the shutdown. An answer stays on the disk until
/// that room has it.
pub async fn hand_over_answers(cases: cases::Service, unlock: unlock::Service, shutdown: Shutdown) {
    let mut changes = cases.changes();
    loop {
        changes.mark_unchanged();
        let pause = match hand_over(&cases, &unlock).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "a gateway's answer cannot be handed over yet");
                Some(AGAIN)
            }
        };
        tokio::select! {
            () = shutdown.wait() => return,
            () = next(&mut changes, pause) => {}
        }
    }
}

async fn next(changes: &mut watch::Receiver<u64>, pause: Option<std::time::Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        // The sender lives as long as the cases.
        None => drop(changes.changed().await),
    }
}

async fn hand_over(cases: &cases::Service, unlock: &unlock::Service) -> Result<(), String> {
    while let Some(answer) = cases.first_answer().await.map_err(|error| error.to_string())? {
        let taken = unlock.answered(&answer.incident, &answer.attested).await;
        taken.map_err(|error| error.to_string())?;
        cases.answer_taken(&answer).await.map_err(|error| error.to_string())?;
    }
    while let Some(over) = cases.first_unanswered().await.map_err(|error| error.to_string())? {
        let taken = unlock.unanswered(&over.incident, over.bundle, over.is_sent).await;
        taken.map_err(|error| error.to_string())?;
        let noted = cases.unanswered_taken(over.bundle).await;
        noted.map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[async_trait]
impl Houses for cases::Service {
    async fn house(&self, case: &CaseId) -> Result<Option<House>, HouseError> {
        let found = Self::house(self, case)
            .await
            .map_err(|error| HouseError(error.to_string()))?;
        Ok(found.map(|house| House {
            incident: house.incident,
            home: house.home,
            opened: house.opened,
            locks: house
                .locks
                .into_iter()
                .map(|lock| Lock {
                    id: lock.id,
                    name: lock.name,
                    is_trusted: lock.is_trusted,
                })
                .collect(),
        }))
    }
}

#[async_trait]
impl Road for Service {
    async fn send_bundle(&self, bundle: &[u8]) -> Result<(), unlock::RoadError> {
        Ok(Self::send_bundle(self, bundle).await.map(drop)?)
    }

    async fn send_roster(&self, signed: &[u8]) -> Result<(), unlock::RoadError> {
        Ok(Self::send_roster(self, signed).await?)
    }
}

impl From<RoadError> for unlock::RoadError {
    fn from(error: RoadError) -> Self {
        if error.is_for_now() {
            return match error {
                RoadError::NoRoad => Self::NoRoad,
                error => Self::Unreachable(error.to_string()),
            };
        }
        Self::Refused(error.to_string())
    }
}
