//! The fields of a schedule, rendered with what was written and what is wrong with it.

use tomori_look::{Field, Html, Input, check, choices, error_text};

use super::shutters;
use crate::http::draft::{DraftForm, Wrong};
use crate::port::HouseView;
use crate::say::{DAYS, Say};

/// The parts of the form, rendered.
pub(super) struct FormParts {
    pub(super) device: Html,
    pub(super) deed: Html,
    pub(super) degree: Html,
    pub(super) at: Html,
    pub(super) time: Html,
    pub(super) side: Html,
    pub(super) offset: Html,
    pub(super) days: Html,
    pub(super) off: Html,
    pub(super) pause: Html,
    pub(super) until: Html,
}

/// Renders every field.
pub(super) fn parts(say: Say, house: &HouseView, form: &DraftForm, wrong: &[Wrong]) -> FormParts {
    let error = |what: Wrong| wrong.contains(&what).then(|| what.text(say));
    let devices: Vec<_> = shutters(house)
        .map(|view| (view.device.id.to_string(), say.device_name(&view.device)))
        .collect();
    let days: Vec<_> = (0_u8..)
        .zip(DAYS)
        .map(|(number, day)| (number.to_string(), tomori_look::when::weekday_short(say.lang, day)))
        .collect();
    let day_options: Vec<_> = days
        .iter()
        .map(|(number, name)| (number.as_str(), *name, form.days.contains(number)))
        .collect();
    let option = |name: &str, options: &[(&str, String)], chosen: &str, legend: String, error: Option<String>| {
        let options: Vec<_> = options
            .iter()
            .map(|(value, label)| (*value, label.as_str(), *value == chosen))
            .collect();
        choices(name, &legend, false, &options, error.as_deref())
    };
    let field = |name: &str, label: String, input: Input, value: &str, unit: Option<String>, error: Option<String>| {
        let mut field = Field::new(say.lang, name, &label, input)
            .value(value)
            .error(error.as_deref());
        if let Some(unit) = &unit {
            field = field.unit(unit);
        }
        field.html()
    };
    let deed_error = error(Wrong::Deed);
    let at_error = error(Wrong::At);
    FormParts {
        device: device_choice(say, &devices, form, error(Wrong::Device)),
        deed: option(
            "deed",
            &[
                ("open", say.text("deed-open")),
                ("close", say.text("deed-close")),
                ("position", say.text("deed-to-position")),
            ],
            &form.deed,
            say.text("field-deed"),
            deed_error,
        ),
        degree: field(
            "degree",
            say.text("field-degree"),
            Input::Number { min: 0, max: 100 },
            &form.degree,
            Some("%".to_owned()),
            error(Wrong::Degree),
        ),
        at: option(
            "at",
            &[
                ("clock", say.text("at-clock")),
                ("sunrise", say.text("moment-sunrise")),
                ("sunset", say.text("moment-sunset")),
            ],
            &form.at,
            say.text("field-at"),
            at_error,
        ),
        time: field(
            "time",
            say.text("field-time"),
            Input::Time,
            &form.time,
            None,
            error(Wrong::Time),
        ),
        side: option(
            "side",
            &[("before", say.text("side-before")), ("after", say.text("side-after"))],
            &form.side,
            say.text("field-side"),
            None,
        ),
        offset: field(
            "offset",
            say.text("field-offset"),
            Input::Number { min: 0, max: 180 },
            &form.offset,
            Some(say.text("unit-minutes")),
            error(Wrong::Offset),
        ),
        days: choices(
            "day",
            &say.text("field-days"),
            true,
            &day_options,
            error(Wrong::Days).as_deref(),
        ),
        off: check(
            "off",
            &say.text("field-off-check"),
            Some(&say.text("field-off-hint")),
            form.holidays_off,
        ),
        pause: option(
            "pause",
            &[
                ("running", say.text("pause-running")),
                ("paused", say.text("pause-paused")),
                ("until", say.text("pause-until-date")),
            ],
            &form.pause,
            say.text("field-pause"),
            error(Wrong::Pause),
        ),
        until: field(
            "until",
            say.text("field-until"),
            Input::Date,
            &form.until,
            None,
            error(Wrong::Until),
        ),
    }
}

/// Few shutters stand side by side; many are a list.
fn device_choice(say: Say, devices: &[(String, String)], form: &DraftForm, error: Option<String>) -> Html {
    if devices.len() <= 6 {
        let options: Vec<_> = devices
            .iter()
            .map(|(id, name)| (id.as_str(), name.as_str(), *id == form.device))
            .collect();
        return choices("device", &say.text("field-device"), false, &options, error.as_deref());
    }
    let mut out = format!(
        "<div class=\"field\"{}><label for=\"f-device\">{}</label>",
        if error.is_some() { " data-wrong" } else { "" },
        Html::text(&say.text("field-device"))
    );
    if let Some(error) = &error {
        out.push_str(error_text("device", error).as_str());
    }
    out.push_str("<select id=\"f-device\" name=\"device\"");
    if error.is_some() {
        out.push_str(" aria-invalid=\"true\" aria-describedby=\"e-device\"");
    }
    out.push('>');
    for (id, name) in devices {
        out.push_str(&format!(
            "<option value=\"{id}\"{}>{}</option>",
            if *id == form.device { " selected" } else { "" },
            Html::text(name)
        ));
    }
    out.push_str("</select></div>");
    Html::trusted(out)
}
