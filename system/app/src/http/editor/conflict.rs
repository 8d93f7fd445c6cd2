//! Two residents edited one schedule: what each of them wants, side by side, and the person decides.

use askama::Template;
use tomori_look::Html;
use tomori_smart_home::schedule::Pause;

use super::shutters;
use crate::http::draft::DraftForm;
use crate::port::{Draft, HouseView, ScheduleView};
use crate::say::{Deed, Say};

#[derive(Template)]
#[template(path = "conflict.html")]
struct Conflict {
    say: Say,
    by: Option<String>,
    rows: Vec<(String, String, String)>,
}

/// Both wishes next to each other, line by line where they differ.
pub(super) fn conflict(
    say: Say,
    house: &HouseView,
    current: &ScheduleView,
    form: &DraftForm,
    by: Option<String>,
) -> Html {
    let mine = form.read().ok();
    let theirs = Draft::from(&current.schedule);
    let name = |draft: &Draft| {
        shutters(house)
            .find(|view| view.device.id == draft.device)
            .map_or_else(|| say.text("device-gone"), |view| say.device_name(&view.device))
    };
    let holidays = |draft: &Draft| {
        if draft.holidays_off {
            say.text("schedule-holidays-off")
        } else {
            say.text("schedule-holidays-on")
        }
    };
    let pause = |draft: &Draft| match draft.pause {
        Pause::Running => say.text("pause-running"),
        Pause::Paused => say.text("pause-paused"),
        Pause::PausedUntil { date } => say.with("pause-until", &[("date", date.to_string().into())]),
    };
    let lines = |draft: &Draft| {
        [
            (say.text("field-device"), name(draft)),
            (
                say.text("field-deed"),
                say.deed(Deed::of(&draft.property, &draft.value)),
            ),
            (say.text("field-at"), say.moment(draft.moment)),
            (say.text("field-days"), say.weekdays(draft.weekdays)),
            (say.text("field-off"), holidays(draft)),
            (say.text("field-pause"), pause(draft)),
        ]
    };
    let rows = mine.map_or_else(Vec::new, |mine| {
        lines(&theirs)
            .into_iter()
            .zip(lines(&mine))
            .filter(|((_, theirs), (_, mine))| theirs != mine)
            .map(|((label, theirs), (_, mine))| (label, theirs, mine))
            .collect()
    });
    Html::of(&Conflict { say, by, rows })
}
