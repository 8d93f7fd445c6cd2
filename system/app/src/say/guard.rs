//! The guard and incidents, in words.

use tomori_look::{Tone, When};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::arming::{Arming, Fault, Mode, Outcome, Phase};
use tomori_smart_home::{Hazard, Trust};

use super::Say;
use crate::port::{DoorStep, IncidentStep};

impl Say {
    /// How a house is guarded.
    pub(crate) fn mode(self, mode: Mode) -> String {
        match mode {
            Mode::Disarmed => self.text("mode-disarmed"),
            Mode::Home => self.text("mode-home"),
            Mode::Away => self.text("mode-away"),
            Mode::Night => self.text("mode-night"),
        }
    }

    /// Where the guard stands, in a sentence and a tone: `外出警戒中`.
    pub(crate) fn guard(self, arming: &Arming, when: &When) -> (Tone, String) {
        if arming.incident.is_some() {
            return (Tone::Alarm, self.text("guard-alarm"));
        }
        let mode = self.mode(arming.mode);
        let until = |until| when.moment(until);
        match arming.phase {
            Phase::Disarmed => (Tone::Resting, self.text("guard-disarmed")),
            Phase::Leaving { until: end } => (
                Tone::Moving,
                self.with("guard-leaving", &[("mode", mode.into()), ("until", until(end).into())]),
            ),
            Phase::Entering { until: end } => (
                Tone::Attention,
                self.with("guard-entering", &[("until", until(end).into())]),
            ),
            Phase::Armed if arming.obstacles.is_empty() => {
                (Tone::Confirmed, self.with("guard-armed", &[("mode", mode.into())]))
            }
            Phase::Armed => (
                Tone::Attention,
                self.with("guard-armed-unclear", &[("mode", mode.into())]),
            ),
        }
    }

    /// Why a sensor stands in the way.
    pub(crate) fn guard_fault(self, fault: Fault) -> String {
        match fault {
            Fault::Open => self.text("fault-open"),
            Fault::Unavailable => self.text("fault-unavailable"),
            Fault::Unread => self.text("fault-unread"),
            Fault::Tampered => self.text("fault-tampered"),
        }
    }

    /// What became of an order.
    pub(crate) fn outcome(self, outcome: Outcome) -> (Tone, String) {
        match outcome {
            Outcome::Done => (Tone::Confirmed, self.text("outcome-done")),
            Outcome::NotReady => (Tone::Attention, self.text("outcome-not-ready")),
            Outcome::WrongCode => (Tone::Attention, self.text("outcome-wrong-code")),
            Outcome::Locked => (Tone::Prohibited, self.text("outcome-locked")),
            Outcome::NoCode => (Tone::Attention, self.text("outcome-no-code")),
            Outcome::NoZone => (Tone::Attention, self.text("outcome-no-zone")),
            Outcome::DisarmFirst => (Tone::Attention, self.text("outcome-disarm-first")),
            Outcome::Expired => (Tone::Attention, self.text("outcome-expired")),
            Outcome::NotRemembered => (Tone::Attention, self.text("outcome-not-remembered")),
        }
    }

    /// What threatens.
    pub(crate) fn hazard(self, hazard: Hazard) -> String {
        match hazard {
            Hazard::Fire => self.text("hazard-fire"),
            Hazard::Duress => self.text("hazard-duress"),
            Hazard::Emergency => self.text("hazard-emergency"),
            Hazard::GlassBreak => self.text("hazard-glass-break"),
            Hazard::Tamper => self.text("hazard-tamper"),
            Hazard::Silence => self.text("hazard-silence"),
            _ => self.text("hazard-intrusion"),
        }
    }

    /// How an incident ended.
    pub(crate) fn closing(self, closing: Closing) -> String {
        match closing {
            Closing::FalseAlarm => self.text("closing-false-alarm"),
            Closing::Test => self.text("closing-test"),
            Closing::HandedOver => self.text("closing-handed-over"),
            _ => self.text("closing-resolved"),
        }
    }

    /// One entry of an incident's story: the sentence, and what was written with it.
    pub(crate) fn incident_step(self, step: &IncidentStep) -> (Tone, String, String) {
        match step {
            IncidentStep::Alarm {
                hazard,
                room,
                name,
                trust,
            } => {
                let hazard = self.hazard(*hazard);
                let what = if name.is_empty() {
                    hazard
                } else {
                    let place = self.room_and_name(room, name);
                    self.with("step-alarm", &[("hazard", hazard.into()), ("place", place.into())])
                };
                let source = match trust {
                    Trust::Authenticated => self.text("trust-authenticated"),
                    Trust::Unauthenticated => self.text("trust-unauthenticated"),
                };
                (Tone::Alarm, what, source)
            }
            IncidentStep::Disclosed => (Tone::Sent, self.text("step-disclosed"), String::new()),
            IncidentStep::Door(step) => self.door_step(*step),
            IncidentStep::Did(did) => (Tone::Confirmed, self.text(deed(*did)), String::new()),
            IncidentStep::Note { text } => (Tone::Confirmed, self.text("step-note"), text.clone()),
            IncidentStep::Closed { closing, report } => (
                Tone::Resting,
                self.text_of("step-closed", "closing", &self.closing(*closing)),
                report.clone(),
            ),
        }
    }

    /// What happened to a door that was to be opened from afar.
    fn door_step(self, step: DoorStep) -> (Tone, String, String) {
        let none = String::new;
        match step {
            DoorStep::Attested => (Tone::Resting, self.text("step-attested"), none()),
            DoorStep::Asked => (Tone::Sent, self.text("step-unlock-asked"), none()),
            DoorStep::Waits => (Tone::Attention, self.text("step-unlock-waits"), none()),
            DoorStep::Unanswered => (Tone::Alarm, self.text("step-unlock-unanswered"), none()),
            DoorStep::NeverSent => (Tone::Attention, self.text("step-unlock-unsent"), none()),
            DoorStep::Opened => (Tone::Attention, self.text("step-opened"), none()),
            DoorStep::Unsure => (Tone::Alarm, self.text("step-unsure"), none()),
            DoorStep::Refused(why) => {
                let why = why.map(|why| match self.lang {
                    Lang::Ja => why.ja(),
                    Lang::En => why.en(),
                });
                (Tone::Alarm, self.text("step-refused"), why.unwrap_or_default())
            }
            DoorStep::Locked => (Tone::Confirmed, self.text("step-locked"), none()),
            DoorStep::NotLocked => (Tone::Alarm, self.text("step-not-locked"), none()),
            DoorStep::LeftOpen => (Tone::Alarm, self.text("step-left-open"), none()),
        }
    }
}

/// Key of what the company did.
fn deed(did: Did) -> &'static str {
    match did {
        Did::Taken => "did-taken",
        Did::GuardSent => "did-guard-sent",
        Did::GuardUnderWay => "did-guard-under-way",
        Did::GuardArrived => "did-guard-arrived",
        Did::GuardLeft => "did-guard-left",
    }
}
