//! A step of use case 1 (T2-4), as it is told.

use jiff::Timestamp;
use serde::Serialize;
use tomori_runtime::i18n::Lang;

use crate::words::say;

/// One line of `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Step {
    /// The use case; 1.
    pub use_case: u8,
    /// Its step in table 2-4, 1 to 4.
    pub step: u8,
    /// The step's name.
    pub title: String,
    /// When, by the clock of the house.
    pub at: Timestamp,
    /// What exactly.
    pub detail: String,
}

impl Step {
    /// A step that was taken.
    #[must_use]
    pub(super) fn new(step: u8, at: Timestamp, detail: String, lang: Lang) -> Self {
        Self {
            use_case: 1,
            step,
            title: title(step, lang),
            at,
            detail,
        }
    }

    /// As a line for people.
    #[must_use]
    pub(super) fn sentence(&self, zone: &jiff::tz::TimeZone, lang: Lang) -> String {
        let time = zone.to_datetime(self.at).strftime("%H:%M:%S").to_string();
        say(
            lang,
            "demo-step",
            &[
                ("time", time.into()),
                ("step", i64::from(self.step).into()),
                ("title", self.title.as_str().into()),
                ("detail", self.detail.as_str().into()),
            ],
        )
    }

    /// As a line for programs.
    #[must_use]
    pub(super) fn json(&self) -> String {
        // Numbers, strings and a time cannot fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The name of a step.
#[must_use]
pub(super) fn title(step: u8, lang: Lang) -> String {
    let key = match step {
        1 => "demo-title-1",
        2 => "demo-title-2",
        3 => "demo-title-3",
        _ => "demo-title-4",
    };
    say(lang, key, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_json_line_in_the_promised_form() {
        let at = "2026-11-22T22:00:21Z".parse().unwrap();
        let step = Step::new(4, at, "south shutter\nfully open".to_owned(), Lang::En);
        let line = step.json();
        assert!(line.starts_with(r#"{"use_case":1,"step":4,"title":""#), "{line}");
        assert!(
            line.contains(r#""at":"2026-11-22T22:00:21Z","detail":"#) && !line.contains('\n'),
            "{line}"
        );
        let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
        assert!(step.sentence(&zone, Lang::Ja).contains("07:00:21"));
    }
}
