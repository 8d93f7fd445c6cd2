//! A step of a use case (T2-4, T2-5), as it is told.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use tomori_runtime::i18n::Lang;

use crate::screen;
use crate::words::say;

/// Which use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "u8")]
pub(super) enum UseCase {
    /// Shutters by schedule (T2-4), four steps.
    Shutters = 1,
    /// A guard is sent and the door is opened from afar (T2-5), eight steps.
    Dispatch = 2,
}

/// Tells of steps, to people or to programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller {
    /// One JSON object a line.
    pub as_json: bool,
    /// In which language.
    pub lang: Lang,
}

/// A step that was taken; one line of `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Step {
    /// The use case, 1 or 2.
    use_case: UseCase,
    /// Its step in table 2-4 or 2-5, from 1.
    step: u8,
    /// The step's name.
    title: String,
    /// When, by the clock of the house.
    at: Timestamp,
    /// What exactly.
    detail: String,
}

impl Teller {
    /// Tells of a step that was taken.
    pub(super) fn tell(self, case: UseCase, step: u8, at: Timestamp, detail: String) {
        let step = Step::new(case, step, at, detail, self.lang);
        // Those who live in the house live in Japan.
        let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
        screen::line(&if self.as_json {
            step.json()
        } else {
            step.sentence(&zone, self.lang)
        });
    }

    /// What a step that did not come to its end is called.
    #[must_use]
    pub(super) fn failed(self, case: UseCase, step: u8) -> String {
        let arguments = [
            ("case", i64::from(u8::from(case)).into()),
            ("step", i64::from(step).into()),
            ("title", case.title(step, self.lang).into()),
        ];
        say(self.lang, "demo-step-failed", &arguments)
    }
}

impl UseCase {
    fn steps(self) -> i64 {
        match self {
            Self::Shutters => 4,
            Self::Dispatch => 8,
        }
    }

    fn title(self, step: u8, lang: Lang) -> String {
        let key = match (self, step) {
            (Self::Shutters, 1) => "demo-title-1",
            (Self::Shutters, 2) => "demo-title-2",
            (Self::Shutters, 3) => "demo-title-3",
            (Self::Shutters, _) => "demo-title-4",
            (Self::Dispatch, 1) => "demo-dispatch-1",
            (Self::Dispatch, 2) => "demo-dispatch-2",
            (Self::Dispatch, 3) => "demo-dispatch-3",
            (Self::Dispatch, 4) => "demo-dispatch-4",
            (Self::Dispatch, 5) => "demo-dispatch-5",
            (Self::Dispatch, 6) => "demo-dispatch-6",
            (Self::Dispatch, 7) => "demo-dispatch-7",
            (Self::Dispatch, _) => "demo-dispatch-8",
        };
        say(lang, key, &[])
    }
}

impl From<UseCase> for u8 {
    fn from(case: UseCase) -> Self {
        case as Self
    }
}

impl Step {
    /// A step that was taken.
    #[must_use]
    pub(super) fn new(use_case: UseCase, step: u8, at: Timestamp, detail: String, lang: Lang) -> Self {
        Self {
            use_case,
            step,
            title: use_case.title(step, lang),
            at,
            detail,
        }
    }

    /// As a line for people.
    #[must_use]
    pub(super) fn sentence(&self, zone: &TimeZone, lang: Lang) -> String {
        let time = zone.to_datetime(self.at).strftime("%H:%M:%S").to_string();
        let arguments = [
            ("time", time.into()),
            ("case", i64::from(u8::from(self.use_case)).into()),
            ("step", i64::from(self.step).into()),
            ("steps", self.use_case.steps().into()),
            ("title", self.title.as_str().into()),
            ("detail", self.detail.as_str().into()),
        ];
        say(lang, "demo-step", &arguments)
    }

    /// As a line for programs.
    #[must_use]
    fn json(&self) -> String {
        // Numbers, strings and a time cannot fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_json_line_in_the_promised_form() {
        let at = "2026-11-22T22:00:21Z".parse().unwrap();
        let step = Step::new(UseCase::Dispatch, 8, at, "front door\nopen".to_owned(), Lang::En);
        let line = step.json();
        assert!(
            line.starts_with(r#"{"use_case":2,"step":8,"title":"door opened","#),
            "{line}"
        );
        assert!(
            line.contains(r#""at":"2026-11-22T22:00:21Z","detail":"#) && !line.contains('\n'),
            "{line}"
        );
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let told = step.sentence(&zone, Lang::Ja);
        assert!(told.contains("07:00:21") && told.contains("8/8"), "{told}");
        let teller = Teller {
            as_json: false,
            lang: Lang::En,
        };
        assert!(teller.failed(UseCase::Shutters, 2).contains("shutter instructed"));
    }
}
