//! Markdown: the tables under headings, for repositories and tickets.

use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::say::{Phrase, Say as _};
use crate::table;

/// The tables of an analysis as Markdown (GitHub's tables). Nothing in a text is read as markup.
#[must_use]
pub fn markdown(analysis: &Analysis, lang: Lang) -> String {
    let mut out = String::from("# ");
    escaped(&mut out, Phrase("リスク分析報告書：", "Risk analysis: ").of(lang));
    escaped(&mut out, analysis.service.name.say(lang));
    out.push('\n');
    for table in table::all(analysis, lang) {
        out.push_str("\n## ");
        out.push_str(table.title.of(lang));
        out.push_str("\n\n");
        if table.rows.is_empty() {
            out.push_str(Phrase("ありません。", "None.").of(lang));
            out.push('\n');
            continue;
        }
        for column in &table.columns {
            out.push_str("| ");
            out.push_str(column.title.of(lang));
            out.push(' ');
        }
        out.push_str("|\n");
        out.push_str(&"|---".repeat(table.columns.len()));
        out.push_str("|\n");
        for row in &table.rows {
            for cell in row {
                out.push_str("| ");
                escaped(&mut out, &cell.plain(lang));
                out.push(' ');
            }
            out.push_str("|\n");
        }
    }
    out
}

fn escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(character);
            }
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_breaks_neither_table_nor_page() {
        let mut out = String::new();
        escaped(&mut out, "a|b\n<img src=x> [x](javascript:1) `c`");
        assert_eq!(out, "a\\|b<br>&lt;img src=x&gt; \\[x\\](javascript:1) \\`c\\`");
    }
}
