//! What becomes of an order: arming, disarming, new codes. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tomori_smart_home::arming::{Answer, Fault, Mode, Order, Outcome, Phase, Wish};
use tomori_smart_home::{Alarm, DeviceId, Hazard, IncidentId, OrderId, Trust};

use super::code::{Codes, CodesError, Verdict};
use super::guard::{Guard, Mint};
use super::held::Attempts;

/// From where an order comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    /// From a paired phone inside the house.
    AtHome,
    /// Over the platform.
    FromAfar,
}

impl Guard {
    /// What became of an order that was obeyed or refused before.
    pub(crate) fn answered(&self, order: &OrderId) -> Option<Outcome> {
        let mut answers = self.held.answers.iter();
        answers
            .find(|answer| answer.order == *order)
            .map(|answer| answer.outcome)
    }

    /// The codes to compare a typed one with; `None` when none is taken from there now.
    pub(crate) fn codes(&self, road: Road, now: Timestamp) -> Option<Codes> {
        let attempts = match road {
            Road::AtHome => &self.held.at_home,
            Road::FromAfar => &self.held.from_afar,
        };
        self.held.codes.clone().filter(|_| !attempts.is_locked(now))
    }

    /// Obeys an order, or does not. `verdict` is what the typed code is, when it was compared. A duress code alarms; all
    /// else that a person in the house can see of it is as with the code.
    pub(crate) fn order(
        &mut self,
        order: &Order,
        verdict: Option<Verdict>,
        road: Road,
        now: Timestamp,
        mint: Mint<'_>,
    ) -> (Outcome, Vec<Alarm>) {
        if let Some(outcome) = self.answered(&order.id) {
            return (outcome, Vec::new());
        }
        let mut alarms = Vec::new();
        let outcome = match &order.wish {
            _ if now >= order.expires_at => Outcome::Expired,
            _ if self.held.codes.is_none() => Outcome::NoCode,
            Wish::Arm { mode, bypass } => {
                let bypass = bypass.iter().take(Order::MOST_BYPASSED).cloned().collect();
                self.arm(*mode, bypass, now)
            }
            Wish::Disarm { .. } => match self.attempt(verdict, road, now) {
                Ok(verdict) => {
                    self.disarm(now);
                    if verdict == Verdict::Duress {
                        alarms.push(self.alarm(Hazard::Duress, None, Trust::Authenticated, now, mint));
                    }
                    Outcome::Done
                }
                Err(outcome) => outcome,
            },
        };
        self.held.answer(Answer {
            order: order.id.clone(),
            outcome,
        });
        alarms.extend(self.settle(now, mint));
        (outcome, alarms)
    }

    /// The incident is closed.
    pub(crate) fn close(&mut self, incident: &IncidentId) {
        self.held.close(incident);
    }

    /// Takes new codes. `verdict` is what the typed present code is.
    ///
    /// # Errors
    /// When the present code is wrong, or none is taken now.
    pub(crate) fn set_codes(
        &mut self,
        codes: Codes,
        verdict: Option<Verdict>,
        now: Timestamp,
    ) -> Result<(), CodesError> {
        if self.held.codes.is_some() {
            // The duress code changes nothing: whoever threatens must not get to know the code by it.
            match self.attempt(verdict, Road::AtHome, now) {
                Ok(Verdict::Right) => {}
                Ok(_) | Err(Outcome::WrongCode) => return Err(CodesError::WrongCode),
                Err(_) => return Err(CodesError::Locked),
            }
        }
        self.held.codes = Some(codes);
        Ok(())
    }

    /// Takes new codes from the installer; wrong attempts so far are forgotten.
    pub(crate) fn replace_codes(&mut self, codes: Codes) {
        self.held.codes = Some(codes);
        self.held.at_home.was_right();
        self.held.from_afar.was_right();
    }

    fn attempt(&mut self, verdict: Option<Verdict>, road: Road, now: Timestamp) -> Result<Verdict, Outcome> {
        let attempts: &mut Attempts = match road {
            Road::AtHome => &mut self.held.at_home,
            Road::FromAfar => &mut self.held.from_afar,
        };
        match verdict {
            _ if attempts.is_locked(now) => Err(Outcome::Locked),
            None | Some(Verdict::Wrong) => {
                attempts.was_wrong(now);
                Err(Outcome::WrongCode)
            }
            Some(verdict) => {
                attempts.was_right();
                Ok(verdict)
            }
        }
    }

    fn arm(&mut self, mode: Mode, bypass: BTreeSet<DeviceId>, now: Timestamp) -> Outcome {
        if self.held.mode != Mode::Disarmed {
            // Another mode may guard less, so the code comes first.
            return if self.held.mode == mode {
                Outcome::Done
            } else {
                Outcome::DisarmFirst
            };
        }
        let security = self.in_force().clone();
        if mode == Mode::Disarmed || !security.zones.iter().any(|zone| zone.modes.contains(&mode)) {
            return Outcome::NoZone;
        }
        // Whoever leaves does so through a way in that may still be open.
        let leaves = mode == Mode::Away && security.exit_delay_s > 0;
        let in_the_way = self.obstacles(mode, &bypass).into_iter().any(|obstacle| {
            let is_way_in = security.zone_of(&obstacle.device).is_some_and(|zone| zone.is_way_in);
            !(leaves && is_way_in && obstacle.fault == Fault::Open)
        });
        if in_the_way {
            return Outcome::NotReady;
        }
        self.held.forget_zones();
        self.held.bypassed = bypass;
        self.held.bypassed.retain(|device| security.zone_of(device).is_some());
        self.held.mode = mode;
        self.held.since = now;
        self.held.phase = match now.checked_add(security.exit_delay()) {
            Ok(until) if leaves => Phase::Leaving { until },
            _ => Phase::Armed,
        };
        self.held.armed_by = Some(security);
        Outcome::Done
    }

    fn disarm(&mut self, now: Timestamp) {
        if self.held.mode == Mode::Disarmed {
            return;
        }
        self.held.forget_zones();
        self.held.bypassed.clear();
        self.held.mode = Mode::Disarmed;
        self.held.phase = Phase::Disarmed;
        self.held.since = now;
        self.held.armed_by = None;
    }
}
