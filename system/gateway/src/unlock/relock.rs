//! Locks doors again, by time and behind whoever went in, and tells of a door that stands open.

use jiff::SignedDuration;
use tomori_smart_home::IncidentId;
use tomori_smart_home::unlock::UnixMillis;

use super::model::Driven;
use super::port::Told;
use super::service::{Room, UnlockRoom, later};

/// How soon a lock is told again that did not show that it locked.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// A door that was seen open.
pub(super) struct SeenOpen {
    since: UnixMillis,
    is_told: bool,
}

impl UnlockRoom {
    /// Looks at the doors that have to be locked again; whether there are any.
    pub(super) async fn look(&self) -> bool {
        let mut room = self.inner.room.lock().await;
        self.attest(&mut room).await;
        let due: Vec<_> = room
            .memory
            .attempts()
            .filter_map(|(incident, attempt)| {
                let driven = attempt.driven.as_ref().filter(|driven| driven.outcome.is_some())?;
                Some((incident.clone(), driven.clone(), driven.relock_at?))
            })
            .collect();
        for (incident, driven, relock_at) in &due {
            self.look_at(&mut room, incident, driven, *relock_at).await;
        }
        !due.is_empty()
    }

    async fn look_at(&self, room: &mut Room, incident: &IncidentId, driven: &Driven, relock_at: UnixMillis) {
        let (parts, now) = (&self.inner.parts, self.now());
        let seen = room.seen_open.get_mut(incident);
        let is_due = match (parts.locks.door_is_open(&driven.lock), seen) {
            (Some(true), None) => {
                let seen = SeenOpen {
                    since: now,
                    is_told: false,
                };
                room.seen_open.insert(incident.clone(), seen);
                false
            }
            (Some(true), Some(seen)) => {
                if !seen.is_told && now >= later(seen.since, parts.left_open_after) {
                    let (incident, lock) = (incident.clone(), driven.lock.clone());
                    seen.is_told = parts.journal.tell(Told::LeftOpen { incident, lock }).await;
                }
                // A bolt that is thrown while the door stands open keeps nobody out.
                false
            }
            // Somebody went in and closed the door behind them.
            (Some(false), Some(_)) => true,
            (Some(false) | None, _) => now >= relock_at,
        };
        if !is_due {
            return;
        }
        let is_confirmed = parts.locks.lock(&driven.lock).await;
        let told = Told::Relocked {
            incident: incident.clone(),
            lock: driven.lock.clone(),
            is_confirmed,
        };
        // Not confirmed: it is tried again in a minute, and told again.
        let next = (!is_confirmed).then(|| later(now, AGAIN));
        if let Some(attempt) = room.memory.attempt_mut(incident, now)
            && let Some(driven) = &mut attempt.driven
        {
            driven.relock_at = next;
        }
        room.seen_open.remove(incident);
        let _ = self.seal(&room.memory).await;
        parts.journal.tell(told).await;
    }
}
