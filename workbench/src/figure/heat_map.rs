//! The heat map: entry point × kind of threat (T3-4), each cell a shape, a word, and how many.

use tomori_guideline::Threat;
use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::{BlankReason, CoverageCell};
use tomori_runtime::i18n::Lang;

use super::{Rect, begin, letter, text_at};
use crate::figure::system_model::as_pixels;
use crate::markup::Markup;
use crate::say::{Phrase, Say as _};
use crate::scale;

const LEFT: f64 = 232.0;
const TOP: f64 = 62.0;
const CELL: f64 = 101.0;
const ROW: f64 = 52.0;
const GAP: f64 = 3.0;
const FOOT: f64 = 40.0;

/// The map. `id` is unique in the page.
pub(crate) fn heat_map(analysis: &Analysis, id: &str, lang: Lang) -> Markup {
    let mut out = Markup::default();
    let width = LEFT + CELL * as_pixels(Threat::ALL.len()) + 4.0;
    let height = TOP + ROW * as_pixels(analysis.coverage.len()) + FOOT;
    begin(
        &mut out,
        id,
        width,
        height,
        Phrase("脅威の網羅図", "Coverage of threats").of(lang),
        &describe(analysis, lang),
    );
    for (column, kind) in Threat::ALL.iter().enumerate() {
        let rows = letter::wrap(kind.title().say(lang), 12.0, CELL - 6.0, 3);
        let x = LEFT + CELL * as_pixels(column) + CELL / 2.0;
        let first = TOP - 10.0 - 15.0 * as_pixels(rows.len().saturating_sub(1));
        for (number, row) in rows.iter().enumerate() {
            text_at(&mut out, "small middle", x, first + 15.0 * as_pixels(number), row);
        }
    }
    for (number, row) in analysis.coverage.iter().enumerate() {
        let y = TOP + ROW * as_pixels(number);
        text_at(&mut out, "strong small", 2.0, y + 21.0, row.entry_point.mark());
        let title = letter::wrap(row.entry_point.title().say(lang), 11.0, LEFT - 52.0, 3);
        let first = y + 18.0 + 7.0 * as_pixels(3_usize.saturating_sub(title.len()));
        for (line, words) in title.iter().enumerate() {
            text_at(&mut out, "tiny", 44.0, first + 13.5 * as_pixels(line) - 2.0, words);
        }
        for (column, cell) in row.cells.iter().enumerate() {
            let rect = Rect::new(LEFT + CELL * as_pixels(column), y, CELL - GAP, ROW - GAP);
            match (cell.worst_before, cell.worst_after) {
                (Some(before), Some(after)) => filled(&mut out, &rect, before, after, cell.threats.len(), lang),
                _ => blank(&mut out, &rect, cell, lang),
            }
        }
    }
    let y = height - 12.0;
    text_at(
        &mut out,
        "tiny soft",
        2.0,
        y,
        Phrase(
            "色・形・太字は対策後の最悪の深刻度、その下は対策前の深刻度と脅威の数。— は表3-4が挙げていない組み合わせで、理由は下の表にあります。",
            "Colour, shape and bold word: the worst severity after measures. Below it: before measures, and how many threats. — is a pair that T3-4 does not list; the table below says why.",
        )
        .of(lang),
    );
    out.raw("</svg>");
    out
}

fn filled(out: &mut Markup, rect: &Rect, before: Severity, after: Severity, count: usize, lang: Lang) {
    out.raw("<g class=\"").raw(scale::class(after)).raw("\">");
    rect.draw(out, "sev", 6.0);
    scale::shape(out, after, rect.x + 15.0, rect.y + 18.0);
    text_at(
        out,
        "on strong small",
        rect.x + 27.0,
        rect.y + 22.5,
        after.title().say(lang),
    );
    let below = below(before, count, lang);
    text_at(out, "on tiny", rect.x + 9.0, rect.y + 40.0, &below);
    out.raw("</g>");
}

/// The second line of a cell. More than 99 are no longer counted here; the table has them all.
fn below(before: Severity, count: usize, lang: Lang) -> String {
    let count = if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    };
    match lang {
        Lang::Ja => format!("前 {}・{count}件", before.title().ja),
        Lang::En => format!("{} · {count}", before.title().en),
    }
}

fn blank(out: &mut Markup, rect: &Rect, cell: &CoverageCell, lang: Lang) {
    rect.draw(out, "blank", 6.0);
    let reason = cell.blanks.first().map(|blank| blank.reason);
    if reason == Some(BlankReason::NotInT34) {
        text_at(out, "soft middle", rect.x + rect.width / 2.0, rect.y + 29.0, "—");
    } else if let Some(reason) = reason {
        for (number, row) in letter::wrap(reason_short(reason).of(lang), 10.5, rect.width - 10.0, 2)
            .iter()
            .enumerate()
        {
            text_at(
                out,
                "tiny soft middle",
                rect.x + rect.width / 2.0,
                rect.y + 22.0 + 13.0 * as_pixels(number),
                row,
            );
        }
    }
}

/// A kind of reason in few words.
pub(crate) const fn reason_short(reason: BlankReason) -> Phrase {
    match reason {
        BlankReason::NotInT34 => Phrase("—", "—"),
        BlankReason::NothingHere => Phrase("構成要素なし", "nothing here"),
        BlankReason::NeedAbsent => Phrase("前提がない", "need absent"),
        BlankReason::Excluded => Phrase("除外", "excluded"),
    }
}

fn describe(analysis: &Analysis, lang: Lang) -> String {
    let cells = || analysis.coverage.iter().flat_map(|row| &row.cells);
    let examined = cells().filter(|cell| !cell.threats.is_empty()).count();
    let all = cells().count();
    match lang {
        Lang::Ja => {
            format!("エントリーポイント10行、脅威の分類11列の {all} 欄のうち {examined} 欄で脅威を検討しました。")
        }
        Lang::En => format!(
            "Of {all} cells, ten entry points by eleven kinds of threat, {examined} have threats that were examined."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_fits_its_cell() {
        for lang in Lang::ALL {
            for severity in Severity::ALL {
                assert!(letter::width(severity.title().say(lang), 12.0) + 27.0 <= CELL - GAP);
                let below = below(severity, 99, lang);
                assert!(letter::width(&below, 10.5) + 9.0 <= CELL - GAP, "{below}");
            }
            for kind in Threat::ALL {
                let rows = letter::wrap(kind.title().say(lang), 12.0, CELL - 6.0, 3);
                assert!(!rows.iter().any(|row| row.ends_with('…')), "{rows:?}");
            }
            for reason in [
                BlankReason::NotInT34,
                BlankReason::NothingHere,
                BlankReason::NeedAbsent,
                BlankReason::Excluded,
            ] {
                let rows = letter::wrap(reason_short(reason).of(lang), 10.5, CELL - GAP - 10.0, 2);
                assert!(!rows.iter().any(|row| row.ends_with('…')), "{rows:?}");
            }
            for point in tomori_guideline::EntryPoint::ALL {
                let rows = letter::wrap(point.title().say(lang), 11.0, LEFT - 52.0, 3);
                assert!(!rows.iter().any(|row| row.ends_with('…')), "{rows:?}");
            }
        }
    }
}
