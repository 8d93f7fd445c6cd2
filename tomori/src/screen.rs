//! The screen: the only place where the command writes to standard output and standard error.

use std::io::{IsTerminal as _, Write as _};

/// Writes a line to standard output. When nobody reads any more there is nobody to tell.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Writes a line to standard error.
pub(crate) fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Tells whoever watches a terminal that work goes on; programs that read standard error are not told.
pub(crate) fn progress(text: &str) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        let _ = writeln!(err, "{text}");
    }
}

/// Whether a person sits in front: both what they type and what they read is a terminal.
#[must_use]
pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The text in bold where standard output is a terminal that may show it (<https://no-color.org>); else as it is.
#[must_use]
pub(crate) fn strong(text: &str) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if plain {
        text.to_owned()
    } else {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    }
}

/// Columns of text under each other, each line two spaces in. Letters of Japanese take two columns of a terminal.
#[must_use]
pub(crate) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (cell, most) in row.iter().zip(&widths) {
            line.push_str("  ");
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', most.saturating_sub(width(cell))));
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many columns of a terminal a text takes: kana, kanji and full-width signs two, everything else one.
fn width(text: &str) -> usize {
    let wide = |letter: char| matches!(letter, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}');
    text.chars().map(|letter| if wide(letter) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_both_languages() {
        let rows = [
            vec!["花子".to_owned(), "hanako@tomori.example".to_owned(), "1".to_owned()],
            vec!["Taro".to_owned(), "taro@tomori.example".to_owned()],
            vec!["運用 みどり".to_owned(), String::new(), "3".to_owned()],
        ];
        assert_eq!(
            columns(&rows),
            "  花子         hanako@tomori.example  1\n  \
               Taro         taro@tomori.example\n  \
               運用 みどり                         3"
        );
    }
}
