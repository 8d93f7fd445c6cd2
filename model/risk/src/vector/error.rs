//! What is wrong with a text that should be a vector.

use std::fmt;

use thiserror::Error;

use super::parse::LONGEST;
use crate::Language;
use crate::metric::Metric;

/// How much of a wrong text an error repeats, in characters.
const LONGEST_QUOTE: usize = 24;

/// Why a text is not a vector, or not an edit of one. Positions count characters from 1 and point at the beginning of
/// the metric; what was found is shortened, and its control characters are made visible.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VectorError {
    /// Longer than any vector.
    #[error("{}", self.message(Language::En))]
    TooLong,
    /// It begins with none of the three notations.
    #[error("{}", self.message(Language::En))]
    Prefix {
        /// How it begins.
        found: String,
    },
    /// A part between slashes that is not `METRIC:LETTER`.
    #[error("{}", self.message(Language::En))]
    Malformed {
        /// Where it begins.
        position: usize,
        /// The part.
        found: String,
    },
    /// A metric that does not exist.
    #[error("{}", self.message(Language::En))]
    Unknown {
        /// Where it begins.
        position: usize,
        /// The metric.
        found: String,
    },
    /// A metric that stands twice.
    #[error("{}", self.message(Language::En))]
    Duplicate {
        /// The metric.
        metric: Metric,
        /// Where it stands the second time.
        position: usize,
    },
    /// A level that the metric does not take.
    #[error("{}", self.message(Language::En))]
    Level {
        /// The metric.
        metric: Metric,
        /// Where it begins.
        position: usize,
        /// The level.
        found: String,
    },
    /// Metrics of the base that are not there.
    #[error("{}", self.message(Language::En))]
    Missing {
        /// All of them, in the order of the canonical text.
        metrics: Vec<Metric>,
        /// Where the text ends, and they could stand.
        position: usize,
    },
}

impl VectorError {
    /// The text for a person: what, where, and what would be right. It is one line without tabs.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Ja => self.ja(),
            Language::En => self.en(),
        }
    }

    fn ja(&self) -> String {
        match self {
            Self::TooLong => format!("ベクタが長すぎます（{LONGEST} バイトまで）。"),
            Self::Prefix { found } => format!(
                "1 文字目の「{found}」：ベクタは SH:1.0/ で始めてください（CVSS:3.0/ と CVSS:3.1/ も使えます）。"
            ),
            Self::Malformed { position, found } => format!(
                "{position} 文字目の「{found}」：「指標:値」の形ではありません。使える指標は {} です。",
                Listed(&Metric::ALL)
            ),
            Self::Unknown { position, found } => format!(
                "{position} 文字目の「{found}」：そのような指標はありません。使える指標は {} です。",
                Listed(&Metric::ALL)
            ),
            Self::Duplicate { metric, position } => format!(
                "{position} 文字目の {}（{}）が重複しています。一度だけ書いてください（使える値は {}）。",
                metric.code(),
                metric.title().ja,
                metric.letters().join(", ")
            ),
            Self::Level {
                metric,
                position,
                found,
            } => format!(
                "{position} 文字目の {}（{}）に値「{found}」は使えません。使える値は {} です。",
                metric.code(),
                metric.title().ja,
                metric.letters().join(", ")
            ),
            Self::Missing { metrics, position } => format!(
                "{position} 文字目で終わっていますが、指標が足りません：{}",
                Choices(metrics)
            ),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::TooLong => format!("the vector is too long (at most {LONGEST} bytes)"),
            Self::Prefix { found } => {
                format!("`{found}` at character 1: a vector begins with SH:1.0/ (or with CVSS:3.0/ or CVSS:3.1/)")
            }
            Self::Malformed { position, found } => format!(
                "`{found}` at character {position} is not of the form METRIC:VALUE; metrics are {}",
                Listed(&Metric::ALL)
            ),
            Self::Unknown { position, found } => format!(
                "`{found}` at character {position} is not a metric; metrics are {}",
                Listed(&Metric::ALL)
            ),
            Self::Duplicate { metric, position } => format!(
                "{} ({}) at character {position} stands there twice; give it once (allowed: {})",
                metric.code(),
                metric.title().en,
                metric.letters().join(", ")
            ),
            Self::Level {
                metric,
                position,
                found,
            } => format!(
                "{} ({}) at character {position} cannot be `{found}`; allowed: {}",
                metric.code(),
                metric.title().en,
                metric.letters().join(", ")
            ),
            Self::Missing { metrics, position } => format!(
                "metrics are missing where the vector ends, at character {position}: {}",
                Choices(metrics)
            ),
        }
    }
}

/// `AV, AC, …`
struct Listed<'a>(&'a [Metric]);

/// `AV (N, A, L, P), AC (L, H), …`
struct Choices<'a>(&'a [Metric]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.0.iter().map(|metric| metric.code()).collect();
        formatter.write_str(&codes.join(", "))
    }
}

impl fmt::Display for Choices<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.0.iter();
        let texts: Vec<_> = each
            .map(|metric| format!("{} ({})", metric.code(), metric.letters().join(", ")))
            .collect();
        formatter.write_str(&texts.join(", "))
    }
}

/// A piece of somebody's text, short and without control characters.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST_QUOTE {
            quoted.push('…');
            break;
        }
        // Control characters and those that reorder or hide text would falsify the line they are shown in.
        if character.is_control() || is_invisible(character) {
            quoted.extend(character.escape_unicode());
        } else {
            quoted.push(character);
        }
    }
    quoted
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The position of a byte, in characters from 1.
pub(super) fn position_of(text: &str, offset: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < offset).count() + 1
}
