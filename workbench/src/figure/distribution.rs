//! How many threats of which severity: one bar before measures, one after.

use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::Distribution;
use tomori_runtime::i18n::Lang;

use super::system_model::as_pixels;
use super::{Rect, begin, letter, text_at};
use crate::markup::Markup;
use crate::say::{Phrase, Say as _};
use crate::scale;
use crate::table::of;

const LEFT: f64 = 76.0;
const LENGTH: f64 = 920.0;
const ROW: f64 = 58.0;

/// The picture. `id` is unique in the page.
pub(crate) fn distribution(analysis: &Analysis, id: &str, lang: Lang) -> Markup {
    let mut out = Markup::default();
    let summary = &analysis.summary;
    begin(
        &mut out,
        id,
        LEFT + LENGTH + 4.0,
        ROW * 2.0 + 44.0,
        Phrase("深刻度の分布", "Distribution of severities").of(lang),
        &describe(&summary.before, &summary.after, lang),
    );
    for (number, (title, counts)) in [
        (Phrase("対策前", "before"), &summary.before),
        (Phrase("対策後", "after"), &summary.after),
    ]
    .into_iter()
    .enumerate()
    {
        let y = ROW * as_pixels(number) + 4.0;
        text_at(&mut out, "small strong", 2.0, y + 28.0, title.of(lang));
        row(&mut out, counts, y);
    }
    let mut x = LEFT;
    let y = ROW * 2.0 + 24.0;
    for severity in Severity::ALL.iter().rev().copied() {
        out.raw("<g class=\"").raw(scale::class(severity)).raw("\">");
        Rect::new(x, y - 10.0, 22.0, 20.0).draw(&mut out, "sev", 4.0);
        scale::shape(&mut out, severity, x + 11.0, y);
        out.raw("</g>");
        let word = severity.title().say(lang);
        text_at(&mut out, "small", x + 29.0, y + 4.5, word);
        x += 29.0 + letter::width(word, 12.0) + 26.0;
    }
    out.raw("</svg>");
    out
}

fn row(out: &mut Markup, counts: &Distribution, y: f64) {
    let total: usize = Severity::ALL.iter().map(|severity| of(counts, *severity)).sum();
    let mut x = LEFT;
    for severity in Severity::ALL.iter().rev().copied() {
        let count = of(counts, severity);
        if count == 0 {
            continue;
        }
        let length = LENGTH * as_pixels(count) / as_pixels(total.max(1));
        out.raw("<g class=\"").raw(scale::class(severity)).raw("\">");
        Rect::new(x, y, (length - 2.0).max(1.0), ROW - 16.0).draw(out, "sev", 4.0);
        let text = count.to_string();
        let wide = letter::width(&text, 15.0);
        if length > wide + 30.0 {
            scale::shape(out, severity, x + 15.0, y + 21.0);
            text_at(out, "on strong figures", x + 27.0, y + 26.5, &text);
        } else if length > wide + 6.0 {
            text_at(out, "on strong figures", x + (length - wide) / 2.0, y + 26.5, &text);
        }
        out.raw("</g>");
        x += length;
    }
}

fn describe(before: &Distribution, after: &Distribution, lang: Lang) -> String {
    let one = |counts: &Distribution| {
        let words = Severity::ALL.iter().rev().map(|severity| match lang {
            Lang::Ja => format!("{} {} 件", severity.title().ja, of(counts, *severity)),
            Lang::En => format!("{} {}", of(counts, *severity), severity.title().en),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    match lang {
        Lang::Ja => format!("対策前：{}。対策後：{}。", one(before), one(after)),
        Lang::En => format!("Before measures: {}. After: {}.", one(before), one(after)),
    }
}
