//! The plain parts of a page: cards, tables, empty states, notices, timelines, live regions, the language switch.

use std::fmt::Write as _;

use tomori_runtime::i18n::Lang;

use crate::badge::Tone;
use crate::html::Html;
use crate::icon::Icon;
use crate::words::{Word, word};

/// A card with a heading of the second level. `id` makes it a place to link to; empty for none.
#[must_use]
pub fn card(id: &str, heading: &str, body: &Html) -> Html {
    let anchor = if id.is_empty() {
        String::new()
    } else {
        format!(" id=\"{}\"", Html::text(id))
    };
    Html::trusted(format!(
        "<section class=\"card\"{anchor}><h2>{}</h2>{body}</section>",
        Html::text(heading)
    ))
}

/// A table that scrolls by itself on a narrow screen, reachable by keyboard. `head` are the column headings; the
/// first cell of each row names the row.
#[must_use]
pub fn table(caption: &str, head: &[&str], rows: &[Vec<Html>]) -> Html {
    let caption = Html::text(caption);
    let mut out = String::with_capacity(256 + rows.len() * 200);
    let _ = write!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table><caption>{caption}</caption><thead><tr>"
    );
    for heading in head {
        let _ = write!(out, "<th scope=\"col\">{}</th>", Html::text(heading));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = if column == 0 {
                write!(out, "<th scope=\"row\">{cell}</th>")
            } else {
                write!(out, "<td>{cell}</td>")
            };
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    Html::trusted(out)
}

/// What stands where there is nothing yet: what this place is for, and the first step.
#[must_use]
pub fn empty_state(icon: Icon, heading: &str, text: &str, action: &Html) -> Html {
    Html::trusted(format!(
        "<div class=\"empty\">{}<h2>{}</h2><p>{}</p>{action}</div>",
        icon.svg(),
        Html::text(heading),
        Html::text(text)
    ))
}

/// A message above the page's content: what happened, what is still true, what to do. An alarm interrupts a screen
/// reader, everything else waits its turn.
#[must_use]
pub fn notice(tone: Tone, heading: &str, body: &Html) -> Html {
    let role = if tone == Tone::Alarm { "alert" } else { "status" };
    Html::trusted(format!(
        "<div class=\"notice\" data-tone=\"{}\" role=\"{role}\">{}<div><p class=\"notice-head\">{}</p>{body}</div></div>",
        tone.name(),
        tone.icon().svg(),
        Html::text(heading)
    ))
}

/// One line of a timeline.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When, as [`crate::When`] writes it.
    pub time: Html,
    /// How well it went.
    pub tone: Tone,
    /// What happened.
    pub what: Html,
}

/// What happened, line by line, newest or oldest first as given.
#[must_use]
pub fn timeline(label: &str, moments: &[Moment]) -> Html {
    let mut out = String::with_capacity(64 + moments.len() * 320);
    let _ = write!(out, "<ol class=\"timeline\" aria-label=\"{}\">", Html::text(label));
    for moment in moments {
        let _ = write!(
            out,
            "<li data-tone=\"{}\"><span class=\"timeline-time\">{}</span>{}<div class=\"timeline-what\">{}</div></li>",
            moment.tone.name(),
            moment.time,
            moment.tone.icon().svg(),
            moment.what
        );
    }
    out.push_str("</ol>");
    Html::trusted(out)
}

/// A part of a page that follows the truth: `live.js` listens to the events at `events` (SSE, event `change`) and
/// fetches `fragment` anew at each. Parts inside are recognised by `data-part="KEY"`; a part with `data-say` is read
/// out when that text changes. `lost` is what the reader is told while the events do not come through.
#[must_use]
pub fn live(events: &str, fragment: &str, lost: &str, body: &Html) -> Html {
    Html::trusted(format!(
        "<p class=\"live-lost\" data-live-lost role=\"status\" hidden>{}<span>{}</span></p>\
         <div data-live data-events=\"{}\" data-fragment=\"{}\">{body}</div>\
         <p class=\"visually-hidden\" data-live-say aria-live=\"polite\"></p>",
        Icon::LinkLost.svg(),
        Html::text(lost),
        Html::text(events),
        Html::text(fragment)
    ))
}

/// The switch between the two languages: a form that posts `lang` and `next` to `action`, so it works without script.
/// Each language is written in itself.
#[must_use]
pub fn language_switch(lang: Lang, action: &str, next: &str) -> Html {
    let mut out = String::with_capacity(512);
    let _ = write!(
        out,
        "<form class=\"language\" method=\"post\" action=\"{}\" aria-label=\"{}\"><input type=\"hidden\" name=\"next\" value=\"{}\">{}",
        Html::text(action),
        word(lang, Word::Language),
        Html::text(next),
        Icon::Language.svg()
    );
    for (other, name) in [(Lang::Ja, "日本語"), (Lang::En, "English")] {
        let _ = write!(
            out,
            "<button name=\"lang\" value=\"{0}\" lang=\"{0}\"{1}>{name}</button>",
            other.tag(),
            if other == lang { " aria-current=\"true\"" } else { "" }
        );
    }
    out.push_str("</form>");
    Html::trusted(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_itself_its_columns_and_its_rows() {
        let table = table(
            "機器",
            &["名前", "状態"],
            &[vec![Html::text("<寝室>"), Html::text("開")]],
        );
        let markup = table.as_str();
        assert!(markup.contains("<caption>機器</caption>") && markup.contains("tabindex=\"0\""));
        assert!(markup.contains("<th scope=\"row\">&#60;寝室&#62;</th>"));
    }

    #[test]
    fn only_an_alarm_interrupts() {
        assert!(
            notice(Tone::Alarm, "x", &Html::empty())
                .as_str()
                .contains("role=\"alert\"")
        );
        assert!(
            notice(Tone::Attention, "x", &Html::empty())
                .as_str()
                .contains("role=\"status\"")
        );
    }

    #[test]
    fn each_language_is_written_in_itself() {
        let switch = language_switch(Lang::En, "/language", "/schedules?a=1&b=2");
        assert!(
            switch.as_str().contains("lang=\"ja\">日本語") && switch.as_str().contains("aria-current=\"true\">English")
        );
        assert!(switch.as_str().contains("a=1&#38;b=2"));
    }
}
