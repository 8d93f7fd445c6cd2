//! Before and after, threat by threat: a hollow bar for the value before measures, a full one for the value after.

use tomori_risk::analysis::result::ThreatView;
use tomori_runtime::i18n::Lang;

use super::system_model::as_pixels;
use super::{Rect, begin, letter, line, text_at};
use crate::markup::Markup;
use crate::say::{Phrase, Say as _};
use crate::scale;

const LEFT: f64 = 196.0;
const SCALE: f64 = 54.0;
const TOP: f64 = 26.0;
const ROW: f64 = 36.0;
const RIGHT: f64 = 262.0;

/// The bars of some threats, one row each. `id` is unique in the page.
pub(crate) fn bars(threats: &[&ThreatView], id: &str, lang: Lang) -> Markup {
    let mut out = Markup::default();
    let width = LEFT + 10.0 * SCALE + RIGHT;
    let height = TOP + ROW * as_pixels(threats.len()) + 4.0;
    begin(
        &mut out,
        id,
        width,
        height,
        Phrase("対策前後の値", "Values before and after measures").of(lang),
        &describe(threats, lang),
    );
    for (mark, label) in [(0.0, "0"), (4.0, "4.0"), (7.0, "7.0"), (9.0, "9.0"), (10.0, "10")] {
        let x = LEFT + mark * SCALE;
        line(&mut out, "tick", (x, TOP - 4.0), (x, height - 4.0));
        text_at(&mut out, "tiny soft middle", x, 14.0, label);
    }
    for (number, threat) in threats.iter().enumerate() {
        let y = TOP + ROW * as_pixels(number);
        let name = letter::wrap(threat.kind.title().say(lang), 12.0, LEFT - 14.0, 1);
        text_at(
            &mut out,
            "small strong",
            2.0,
            y + 14.0,
            name.first().map_or("", String::as_str),
        );
        let own = letter::wrap(&threat.id, 10.5, LEFT - 14.0, 1);
        text_at(
            &mut out,
            "tiny soft",
            2.0,
            y + 28.0,
            own.first().map_or("", String::as_str),
        );
        let length = |tenths: u8| f64::from(tenths) / 10.0 * SCALE;
        out.raw("<g class=\"")
            .raw(scale::class(threat.before.severity))
            .raw("\">");
        Rect::new(LEFT, y + 4.0, length(threat.before.tenths).max(1.0), 10.0).draw(&mut out, "bar before", 2.0);
        out.raw("</g><g class=\"")
            .raw(scale::class(threat.after.severity))
            .raw("\">");
        Rect::new(LEFT, y + 16.0, length(threat.after.tenths).max(1.0), 10.0).draw(&mut out, "bar", 2.0);
        out.raw("</g>");
        let x = LEFT + 10.0 * SCALE + 12.0;
        let arrow = match lang {
            Lang::Ja => 80.0,
            Lang::En => 112.0,
        };
        value(
            &mut out,
            x,
            y + 15.0,
            threat.before.severity,
            &threat.before.value,
            lang,
        );
        out.raw("<path class=\"arrow\" d=\"M")
            .number(x + arrow)
            .raw(" ")
            .number(y + 12.0)
            .raw("l6 3l-6 3z\"/>");
        value(
            &mut out,
            x + arrow + 14.0,
            y + 15.0,
            threat.after.severity,
            &threat.after.value,
            lang,
        );
    }
    out.raw("</svg>");
    out
}

fn value(out: &mut Markup, x: f64, y: f64, severity: tomori_risk::Severity, value: &str, lang: Lang) {
    out.raw("<g class=\"").raw(scale::class(severity)).raw(" inked\">");
    scale::shape(out, severity, x + 6.0, y);
    out.raw("</g>");
    text_at(out, "small strong figures", x + 18.0, y + 4.5, value);
    text_at(out, "tiny", x + 50.0, y + 4.2, severity.title().say(lang));
}

fn describe(threats: &[&ThreatView], lang: Lang) -> String {
    let mut text = String::new();
    for threat in threats {
        let (before, after) = (&threat.before, &threat.after);
        let kind = threat.kind.title().say(lang);
        text.push_str(&match lang {
            Lang::Ja => format!("{kind}（{}）：{} から {}。", threat.id, before.value, after.value),
            Lang::En => format!("{kind} ({}): {} to {}. ", threat.id, before.value, after.value),
        });
    }
    text
}
