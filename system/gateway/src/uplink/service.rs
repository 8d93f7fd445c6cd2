//! Keeps the way to the platform open: connects, comes back, says how it stands. The house does not wait for it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::Event;
use tomori_smart_home::event::What;

use super::identity::{DoorIdentity, Identity};
use super::model::Backoff;
use super::session::End;
use crate::arming::ArmingRoom;
use crate::command::Executor;
use crate::plan::PlanRoom;
use crate::store::{Need, Note, Store};
use crate::timekeeping::{Heard, Timekeeper};
use crate::unlock::UnlockRoom;
use crate::vault::Vault;

/// A conversation that stood for this long was a good one: the next loss begins its pauses anew.
const STOOD: Duration = Duration::from_secs(10);

/// How the way to the platform stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "uplink", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UplinkState {
    /// This gateway belongs to no platform yet.
    NotEnrolled,
    /// It is there.
    Connected {
        /// Since when.
        since: Timestamp,
    },
    /// It is not there; everything in the house goes on.
    Away {
        /// Since when.
        since: Timestamp,
        /// Why.
        why: Away,
    },
    /// The platform does not accept this gateway; it has to be enrolled again.
    NeedsEnrolment {
        /// Since when.
        since: Timestamp,
    },
}

/// Why the platform is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "away", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Away {
    /// The gateway has just started.
    Starting,
    /// The connection is not there.
    Lost {
        /// What is known of it.
        why: String,
    },
    /// Something else answers in the platform's place (T3-11 EP⑤).
    Impostor,
    /// The certificates are not valid at the time of this machine's clock.
    Clock,
}

/// The way to the platform.
pub(crate) struct Uplink {
    pub(crate) vault: Vault,
    pub(crate) store: Store,
    pub(crate) executor: Executor,
    pub(crate) arming: ArmingRoom,
    pub(crate) unlock: UnlockRoom,
    pub(crate) plan: PlanRoom,
    pub(crate) time: Timekeeper,
    pub(crate) wall: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) state: watch::Sender<UplinkState>,
    pub(crate) door: watch::Sender<Option<DoorIdentity>>,
    /// The platform's address, when it is not the one that was told at enrolment.
    pub(crate) address: Option<String>,
    /// Where residents reach the gateway inside the house.
    pub(crate) local_url: String,
    /// What its certificate for that door is made out to.
    pub(crate) local_names: Vec<String>,
}

impl Uplink {
    /// Runs until told to stop.
    pub(crate) async fn run(self, mut identity: Identity, shutdown: Shutdown) {
        let mut backoff = Backoff::default();
        let mut renewed_at = None;
        loop {
            let began = Instant::now();
            let end = self.converse(&identity, renewed_at, &shutdown).await;
            if began.elapsed() >= STOOD {
                backoff.reset();
            }
            let is_in_alarm = self.is_in_alarm();
            let pause = match end {
                End::Stopped => return,
                End::Renewed(renewed) => {
                    identity = *renewed;
                    renewed_at = Some(Instant::now());
                    self.keep(&identity).await;
                    Duration::ZERO
                }
                End::Lost { away, retry_after } => {
                    self.say_away(away);
                    backoff.next(retry_after, is_in_alarm, &*self.entropy)
                }
                End::Refused { revoked, detail } => {
                    tracing::error!(
                        %detail,
                        "the platform does not accept this gateway; enrol it again with a new code from the operator"
                    );
                    self.say(UplinkState::NeedsEnrolment { since: self.time.now() });
                    if revoked && identity.revoked_at.is_none() {
                        identity.revoked_at = Some(self.wall.now());
                        self.keep(&identity).await;
                    }
                    Backoff::refused(&*self.entropy)
                }
            };
            tokio::select! {
                () = self.rest(pause, is_in_alarm) => {}
                () = shutdown.wait() => return,
            }
        }
    }

    /// Waits; an incident that opens meanwhile is not made to wait. Pauses are about load on the platform, so they are real
    /// ones, however fast the house's clock runs.
    async fn rest(&self, pause: Duration, was_in_alarm: bool) {
        let mut tip = self.store.tip();
        let end = tokio::time::Instant::now() + pause;
        while was_in_alarm || !self.is_in_alarm() {
            tokio::select! {
                () = tokio::time::sleep_until(end) => return,
                changed = tip.changed() => if changed.is_err() {
                    return tokio::time::sleep_until(end).await;
                },
            }
        }
        let soon = tokio::time::Instant::now() + Backoff::in_alarm(&*self.entropy);
        tokio::time::sleep_until(end.min(soon)).await;
    }

    /// Whether an incident is open: then everybody waits for what this house says, and has something to say to it.
    fn is_in_alarm(&self) -> bool {
        self.store.look(|state| state.arming.incident.is_some())
    }

    /// Puts the identity on the disk and shows its certificate at the door inside the house.
    async fn keep(&self, identity: &Identity) {
        let (vault, kept) = (self.vault.clone(), identity.clone());
        match tokio::task::spawn_blocking(move || kept.save(&vault)).await {
            Ok(Ok(())) => tracing::info!("the gateway's identity was renewed"),
            // The old certificate is good for another third of its life; the next start tries again.
            Ok(Err(error)) => {
                tracing::error!(error = %tomori_runtime::remedy::chain(&error), "the renewed identity is not stored")
            }
            Err(error) => tracing::error!(%error, "the renewed identity is not stored"),
        }
        self.door.send_replace(Some(identity.door()));
    }

    /// Takes in what the platform's clock shows.
    pub(super) async fn compare_clocks(&self, platform: Timestamp) {
        let latest = self.store.look(|state| state.latest);
        match self.time.heard_platform(platform, latest) {
            Heard::Nothing => {}
            Heard::Agrees => {
                let note = Note::ClockAgreed { at: self.time.now() };
                self.remember(note.into()).await;
            }
            Heard::Differs { seconds } => {
                tracing::warn!(
                    seconds,
                    "this gateway's clock differs from the platform's; schedules wait until it is set right"
                );
                let event = Event {
                    at: self.time.now(),
                    what: What::ClockJumped {
                        seconds: seconds.saturating_neg(),
                    },
                };
                self.remember(event.into()).await;
            }
        }
    }

    async fn remember(&self, draft: crate::store::Draft) {
        if let Err(error) = self.store.remember(vec![draft], Need::BestEffort).await {
            tracing::warn!(error = %tomori_runtime::remedy::chain(&error), "the comparison of clocks is not remembered");
        }
    }

    pub(super) fn say(&self, state: UplinkState) {
        self.state.send_if_modified(|said| {
            let changed = *said != state;
            if changed && matches!(state, UplinkState::Connected { .. }) {
                tracing::info!("connected to the platform");
            }
            *said = state;
            changed
        });
    }

    fn say_away(&self, why: Away) {
        let since = match &*self.state.borrow() {
            UplinkState::Away { since, .. } => *since,
            _ => self.time.now(),
        };
        match &why {
            Away::Impostor => tracing::error!("what answers in the platform's place is not our platform"),
            Away::Clock => tracing::error!(
                now = %self.wall.now(),
                "the platform's certificate is not valid at the time of this machine's clock; set the clock"
            ),
            Away::Lost { why } => tracing::warn!(%why, "the platform is away; the house goes on by itself"),
            Away::Starting => {}
        }
        self.say(UplinkState::Away { since, why });
    }

    pub(super) fn software(&self) -> String {
        crate::SOFTWARE.to_owned()
    }
}
