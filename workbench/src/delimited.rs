//! CSV: one file a table, UTF-8 with a byte order mark (Excel reads it as UTF-8 only then), every field quoted.
//!
//! A field that a spreadsheet would take for a formula gets an apostrophe in front. Values of our own are never such
//! fields, so taking one leading apostrophe off before `= + - @`, a tab or a carriage return gives the text back.

use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::table;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFile {
    /// Its name: `threats.csv`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The tables of an analysis, a file each.
#[must_use]
pub fn csv(analysis: &Analysis, lang: Lang) -> Vec<CsvFile> {
    let tables = table::all(analysis, lang);
    let files = tables.iter().map(|table| {
        let mut text = String::from("\u{feff}");
        line(
            &mut text,
            table.columns.iter().map(|column| column.title.of(lang).to_owned()),
        );
        for row in &table.rows {
            line(&mut text, row.iter().map(|cell| cell.plain(lang)));
        }
        CsvFile {
            name: format!("{}.csv", table.key),
            bytes: text.into_bytes(),
        }
    });
    files.collect()
}

/// Whether a spreadsheet may take a text for a formula. The wide forms are read as the narrow ones in Japan.
pub(crate) fn is_formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%'])
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push('"');
        if is_formula_like(&field) {
            out.push('\'');
        }
        for character in field.chars() {
            match character {
                '"' => out.push_str("\"\""),
                '\n' => out.push('\n'),
                '\0' => out.push('\u{fffd}'),
                other => out.push(other),
            }
        }
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_a_text() {
        for evil in ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            let mut out = String::new();
            line(&mut out, [evil.to_owned(), "8.1".to_owned()].into_iter());
            assert_eq!(out, format!("\"'{evil}\",\"8.1\"\r\n"));
        }
        let mut out = String::new();
        line(&mut out, ["a \"b\",\nc".to_owned()].into_iter());
        assert_eq!(out, "\"a \"\"b\"\",\nc\"\r\n");
    }
}
