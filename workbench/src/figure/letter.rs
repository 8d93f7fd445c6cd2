//! How wide a text will be, without a font at hand: never less than what the fonts of the style sheet need.

/// Characters that may not begin a line.
const NOT_FIRST: &str = "、。，．・：；？！）」』】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.;:?!)]}";

/// The width of a text at a size, in pixels, rather too large.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// A character's width in ems.
fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '(' | ')' | '[' | ']' => 0.36,
        'f' | 'r' | 't' | '-' => 0.46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.96,
        'A'..='Z' | '&' | '+' | '=' | '<' | '>' | '~' => 0.74,
        '\0'..='\u{7f}' => 0.62,
        '\u{80}'..='\u{24f}' => 0.76,
        _ => 1.02,
    }
}

/// A text in at most so many lines of at most a width; what does not fit ends in `…`.
pub(super) fn wrap(text: &str, size: f64, most: f64, lines: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let mut row = String::new();
    for piece in pieces(text) {
        let fits = |row: &str, piece: &str| width(row, size) + width(piece.trim_end(), size) <= most;
        if fits(&row, piece) {
            row.push_str(piece);
            continue;
        }
        if !row.trim().is_empty() {
            rows.push(std::mem::take(&mut row));
        }
        row.clear();
        for character in piece.trim_start().chars() {
            if width(&row, size) + em(character) * size > most && !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            row.push(character);
        }
    }
    if !row.trim().is_empty() {
        rows.push(row);
    }
    let cut = rows.len() > lines;
    rows.truncate(lines);
    if cut && let Some(last) = rows.last_mut() {
        while width(last, size) + width("…", size) > most && last.pop().is_some() {}
        last.push('…');
    }
    for row in &mut rows {
        row.truncate(row.trim_end().len());
    }
    rows
}

/// The kind of writing of a character; Japanese words mostly begin where it changes.
#[derive(PartialEq, Eq)]
enum Script {
    Narrow,
    Hiragana,
    Katakana,
    Other,
}

const fn script(character: char) -> Script {
    match character {
        '\0'..='\u{24f}' => Script::Narrow,
        'ぁ'..='ゟ' => Script::Hiragana,
        'ァ'..='ヿ' => Script::Katakana,
        _ => Script::Other,
    }
}

/// The pieces between which a line should end: words with the space or hyphen after them; in Japanese, runs of one script with
/// the hiragana that follow. A piece that is too long for a line is cut anywhere.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, None::<char>);
    for (index, character) in text.char_indices() {
        let may_break = before.is_some_and(|before| {
            let (old, new) = (script(before), script(character));
            (before.is_whitespace() && !character.is_whitespace())
                || (before == '-' && character.is_alphabetic())
                || (old != new
                    && new != Script::Hiragana
                    && !NOT_FIRST.contains(character)
                    && !"（「『(".contains(before))
        });
        if may_break {
            pieces.extend(text.get(start..index));
            start = index;
        }
        before = Some(character);
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_between_characters_and_never_run_over() {
        assert_eq!(wrap("Denial of service", 12.0, 60.0, 3), ["Denial of", "service"]);
        assert_eq!(wrap("サービス不能（DoS）", 10.0, 64.0, 3), ["サービス", "不能（DoS）"]);
        assert_eq!(wrap("ホームゲートウェイ", 10.0, 62.0, 1), ["ホームゲー…"]);
        assert_eq!(
            wrap("Personal-information server", 10.0, 80.0, 3),
            ["Personal-", "information", "server"]
        );
        assert_eq!(wrap("", 10.0, 62.0, 1), Vec::<String>::new());
        for text in ["incomprehensibilities of WWW", "長い、長い名前（かっこ）の装置"] {
            for most in [20.0, 45.0, 90.0] {
                for row in wrap(text, 10.0, most, 9) {
                    assert!(width(&row, 10.0) <= most + 0.01, "{row} at {most}");
                }
            }
        }
    }
}
