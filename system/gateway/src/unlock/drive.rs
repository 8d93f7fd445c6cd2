//! Drives a lock for a permit, once, and answers.
//!
//! The order of every drive: judge, seal the intent, look at the clock again, drive, read back, seal the outcome with the
//! signed receipt, tell. Whatever the moment at which the power fails, the lock is driven at most once: an intent that is
//! found without an outcome is answered as interrupted, and nobody drives for it again.

use tomori_smart_home::IncidentId;
use tomori_smart_home::unlock::{Outcome, Receipt, Refusal};

use super::model::{Driven, Permit};
use super::service::{Room, UnlockRoom, later};

impl UnlockRoom {
    pub(super) async fn drive(&self, room: &mut Room, permit: Permit) {
        let authority = permit.authority();
        let (bundle, incident, now) = (authority.bundle(), authority.arrival().incident.clone(), self.now());
        for counted in authority.counted() {
            tracing::info!(target: "audit", passkey = %counted.credential, counter = counted.counter, "a passkey signed");
        }
        let driven = Driven {
            bundle,
            lock: permit.lock().clone(),
            roster: authority.roster(),
            at: now,
            outcome: None,
            relock_at: Some(later(now, self.inner.parts.relock_after)),
        };
        let mut memory = room.memory.clone();
        let noted = memory
            .attempt_mut(&incident, now)
            .map(|attempt| attempt.driven = Some(driven.clone()));
        if noted.is_none() || self.seal(&memory).await.is_err() {
            return self.refuse(room, bundle, Refusal::NotRemembered, Some(incident)).await;
        }
        // The disk may have been slow, and a command never fires late.
        if let Err(why) = permit.is_in_time(self.now()) {
            return self.refuse(room, bundle, why, Some(incident)).await;
        }
        room.memory = memory;
        let trio = authority.trio();
        tracing::warn!(
            target: "audit",
            %incident, lock = %driven.lock, guard = %trio.guard(), operator = %trio.operator(),
            supervisor = %trio.supervisor(), "the lock is driven"
        );
        if let Some(outcome) = self.inner.parts.locks.unlock(&permit).await {
            return self.end(room, &incident, &driven, outcome).await;
        }
        // Nothing was sent, so nothing can happen twice: the same bundle may come again while it lives.
        if let Some(attempt) = room.memory.attempt_mut(&incident, now) {
            attempt.driven = None;
        }
        if self.seal(&room.memory).await.is_err() {
            // On the disk it stands as begun, and so it has to end.
            if let Some(attempt) = room.memory.attempt_mut(&incident, now) {
                attempt.driven = Some(driven.clone());
            }
            return self.end(room, &incident, &driven, Outcome::Interrupted).await;
        }
        self.refuse(room, bundle, Refusal::LockUnreachable, Some(incident))
            .await;
    }

    /// Seals what came of it, with the signed receipt, and tells.
    async fn end(&self, room: &mut Room, incident: &IncidentId, driven: &Driven, outcome: Outcome) {
        let (parts, now) = (&self.inner.parts, self.now());
        let receipt = Receipt {
            incident: incident.clone(),
            home: parts.home.clone(),
            gateway: parts.gateway.clone(),
            lock: driven.lock.clone(),
            bundle: driven.bundle,
            roster: driven.roster,
            outcome,
            at: driven.at,
        };
        if let Some(attempt) = room.memory.attempt_mut(incident, now)
            && let Some(driven) = &mut attempt.driven
        {
            driven.outcome = Some(outcome);
        }
        let Some(attested) = self.sign(&receipt) else {
            return;
        };
        room.memory.answered(driven.bundle, Some(incident.clone()), &attested);
        let _ = self.seal(&room.memory).await;
        self.tell_untold(room).await;
    }

    /// Answers what the last run began and did not end.
    pub(super) async fn resume(&self) {
        let mut room = self.inner.room.lock().await;
        let open: Vec<_> = room
            .memory
            .attempts()
            .filter_map(|(incident, attempt)| {
                let driven = attempt.driven.as_ref().filter(|driven| driven.outcome.is_none())?;
                Some((incident.clone(), driven.clone()))
            })
            .collect();
        for (incident, driven) in open {
            tracing::warn!(target: "audit", %incident, lock = %driven.lock, "a drive was interrupted; it is not repeated");
            self.end(&mut room, &incident, &driven, Outcome::Interrupted).await;
        }
        self.tell_untold(&mut room).await;
    }

    async fn tell_untold(&self, room: &mut Room) {
        let mut is_changed = false;
        for answer in room.memory.untold() {
            if self.inner.parts.journal.tell(answer.told()).await {
                room.memory.told(&answer.bundle);
                is_changed = true;
            }
        }
        if is_changed {
            let _ = self.seal(&room.memory).await;
        }
    }
}
