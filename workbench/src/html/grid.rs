//! Tables in a page.

use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::Phrase;
use crate::scale::chip;
use crate::table::{Cell, Table};

/// A table as it is in the other reports. `narrow` are the columns that hold ids; the first is the head of its row.
pub(super) fn table(out: &mut Markup, table: &Table, ids: &[usize], lang: Lang) {
    if table.rows.is_empty() {
        none(out, Phrase("ありません。", "None.").of(lang));
        return;
    }
    out.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .text(table.title.of(lang));
    out.raw("\"><table><thead><tr>");
    let first = table.rows.first();
    for (number, column) in table.columns.iter().enumerate() {
        let figure = first
            .and_then(|row| row.get(number))
            .is_some_and(|cell| matches!(cell, Cell::Count(_)));
        out.raw(if figure {
            "<th scope=\"col\" class=\"n\">"
        } else {
            "<th scope=\"col\">"
        });
        out.text(column.title.of(lang)).raw("</th>");
    }
    out.raw("</tr></thead><tbody>");
    for row in &table.rows {
        out.raw("<tr>");
        for (number, cell) in row.iter().enumerate() {
            let id = ids.contains(&number);
            if number == 0 {
                let words = cell.plain(lang);
                out.raw(match (id, words.chars().count() <= 8) {
                    (true, _) => "<th scope=\"row\" class=\"i\">",
                    (false, true) => "<th scope=\"row\" class=\"k\">",
                    (false, false) => "<th scope=\"row\">",
                });
                text(out, &words);
                out.raw("</th>");
                continue;
            }
            let wide = table.columns.get(number).is_some_and(|column| column.width >= 44);
            match cell {
                Cell::Severity(severity) => {
                    out.raw("<td>");
                    chip(out, *severity, None, lang);
                }
                Cell::Count(_) | Cell::Score(_) => {
                    out.raw("<td class=\"n\">").text(&cell.plain(lang));
                }
                Cell::Date(_) => {
                    out.raw("<td class=\"d\">").text(&cell.plain(lang));
                }
                Cell::Empty | Cell::Text(_) => {
                    let words = cell.plain(lang);
                    let short = words.chars().count() <= 8;
                    out.raw(match (id, wide, short) {
                        (true, ..) => "<td class=\"i\">",
                        (_, _, true) => "<td class=\"k\">",
                        (_, true, _) => "<td class=\"w\">",
                        _ => "<td>",
                    });
                    text(out, &words);
                }
            }
            out.raw("</td>");
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>\n");
}

/// Text whose lines stay lines.
pub(super) fn text(out: &mut Markup, text: &str) {
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.raw("<br>");
        }
        out.text(line);
    }
}

/// That there is nothing.
pub(super) fn none(out: &mut Markup, words: &str) {
    out.raw("<p class=\"none\">").text(words).raw("</p>\n");
}
