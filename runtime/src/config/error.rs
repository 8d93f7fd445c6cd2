//! What is wrong with a configuration, for people, in both languages.

use std::fmt;
use std::io;

use thiserror::Error;

use super::place::{Position, nearest};
use crate::i18n::Lang;

/// Why a configuration is not accepted.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// There is no such file.
    Absent {
        /// The file.
        name: String,
    },
    /// The file cannot be read.
    Unreadable {
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is longer than what is read.
    TooLong {
        /// The file.
        name: String,
        /// The most bytes that are read.
        longest: usize,
    },
    /// It is not UTF-8 from here on.
    NotUtf8 {
        /// The file.
        name: String,
        /// The first bad place.
        at: Position,
    },
    /// Something in it is wrong.
    Wrong {
        /// The file.
        name: String,
        /// Where.
        at: Position,
        /// The key path (`lan.port`); empty when the text could not be read that far.
        key: String,
        /// What is wrong there.
        fault: Box<Fault>,
    },
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Not TOML.
    Syntax {
        /// What the reader of TOML says.
        what: String,
    },
    /// The key is there twice.
    Duplicate,
    /// Nobody knows this key.
    UnknownKey {
        /// The keys that are known here.
        known: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// The key is needed and absent.
    Missing,
    /// The value has the wrong type or does not fit into it.
    WrongType {
        /// What stands there.
        found: String,
        /// What is wanted, as a type (`u16`, `a string`).
        expected: String,
    },
    /// The word is none of those to choose from.
    UnknownChoice {
        /// The words to choose from.
        known: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A type of the program refused the value, in its own words.
    Refused {
        /// Its words.
        what: String,
    },
    /// [`super::Validate`] refused the value.
    Rejected(Rejection),
}

/// A value that its type allows and the program does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The key path: `lan.port`, `houses[2].name`.
    pub key: String,
    /// What is wrong and the remedy, in English.
    pub en: String,
    /// The same in Japanese.
    pub ja: String,
}

impl Rejection {
    /// A refusal in one's own words: what is wrong and the remedy.
    #[must_use]
    pub fn new(key: &str, en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            en: en.into(),
            ja: ja.into(),
        }
    }

    /// Refuses `given` unless it lies in `low..=high`.
    ///
    /// # Errors
    /// The rejection.
    pub fn unless_within<T: PartialOrd + fmt::Display>(key: &str, given: &T, low: &T, high: &T) -> Result<(), Self> {
        if given >= low && given <= high {
            return Ok(());
        }
        Err(Self::new(
            key,
            format!("{given} is out of range; choose {low} to {high}"),
            format!("{given} は範囲外です。{low} から {high} の値にしてください"),
        ))
    }

    /// Refuses what is not `host:port` as others can reach it.
    ///
    /// # Errors
    /// The rejection.
    pub fn unless_host_port(key: &str, given: &str, example: &str) -> Result<(), Self> {
        let port = given.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        let port = port.and_then(|(_, port)| port.parse::<u16>().ok());
        if port.is_some_and(|port| port != 0) && given.len() <= 128 {
            return Ok(());
        }
        Err(Self::new(
            key,
            format!("not host:port; write for example \"{example}\""),
            format!("host:port の形ではありません。例: \"{example}\""),
        ))
    }

    /// Refuses what is not the origin of pages that browsers take for safe: `https`, or a host of this machine.
    ///
    /// # Errors
    /// The rejection.
    pub fn unless_origin(key: &str, given: &str, example: &str) -> Result<(), Self> {
        let host = given
            .strip_prefix("https://")
            .or_else(|| given.strip_prefix("http://localhost"));
        let fits = host.is_some_and(|host| !host.contains(['/', '?', '#', ' ', '@'])) && given.len() <= 200;
        if fits && given != "https://" {
            return Ok(());
        }
        Err(Self::new(
            key,
            format!("not an origin; write scheme and host without a path, for example \"{example}\""),
            format!("オリジンの形ではありません。パスを付けずに書いてください。例: \"{example}\""),
        ))
    }
}

impl ConfigError {
    pub(super) fn too_long(name: &str, longest: usize) -> Self {
        Self::TooLong {
            name: name.to_owned(),
            longest,
        }
    }

    /// What is wrong, where, and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        struct Shown<'e>(&'e ConfigError, bool);
        impl fmt::Display for Shown<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        Shown(self, lang == Lang::Ja).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, ja: bool) -> fmt::Result {
        match (self, ja) {
            (Self::Absent { name }, false) => write!(f, "{name}: no such file; check the path"),
            (Self::Absent { name }, true) => write!(f, "{name}: ファイルがありません。パスを確かめてください"),
            (Self::Unreadable { name, .. }, false) => {
                write!(f, "{name}: cannot be read; check its permissions")
            }
            (Self::Unreadable { name, source }, true) => {
                write!(f, "{name}: 読めません（{source}）。権限を確かめてください")
            }
            (Self::TooLong { name, longest }, false) => {
                write!(f, "{name}: longer than {} KiB; shorten it", longest / 1024)
            }
            (Self::TooLong { name, longest }, true) => {
                write!(f, "{name}: {} KiB を超えています。短くしてください", longest / 1024)
            }
            (Self::NotUtf8 { name, at }, false) => write!(f, "{name}:{at}: not UTF-8; save the file as UTF-8"),
            (Self::NotUtf8 { name, at }, true) => {
                write!(f, "{name}:{at}: UTF-8 ではありません。UTF-8 で保存し直してください")
            }
            (Self::Wrong { name, at, key, fault }, _) => {
                write!(f, "{name}:{at}: ")?;
                if !key.is_empty() {
                    write!(f, "{key}: ")?;
                }
                if ja { fault.write_ja(f) } else { fault.write_en(f) }
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl Fault {
    /// The fault behind one of serde's messages, and the name of the key that is missing if one is.
    pub(super) fn from_serde(message: &str) -> (Self, Option<String>) {
        let quoted = |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let choice = |rest: &str| {
            let mut words = quoted(rest).into_iter();
            let given = words.next().unwrap_or_default();
            let known: Vec<String> = words.collect();
            let nearest = nearest(&given, &known).map(str::to_owned);
            (known, nearest)
        };
        if let Some(rest) = message.strip_prefix("unknown field ") {
            let (known, nearest) = choice(rest);
            return (Self::UnknownKey { known, nearest }, None);
        }
        if let Some(rest) = message.strip_prefix("unknown variant ") {
            let (known, nearest) = choice(rest);
            return (Self::UnknownChoice { known, nearest }, None);
        }
        if let Some(rest) = message.strip_prefix("missing field ") {
            return (Self::Missing, quoted(rest).into_iter().next());
        }
        if message.starts_with("duplicate field ") {
            return (Self::Duplicate, None);
        }
        let misfit = ["invalid type: ", "invalid value: ", "invalid length "]
            .iter()
            .find_map(|prefix| message.strip_prefix(prefix))
            .and_then(|rest| rest.rsplit_once(", expected "));
        let fault = match misfit {
            Some((found, expected)) => Self::WrongType {
                found: found.replace('`', ""),
                expected: expected.to_owned(),
            },
            None => Self::Refused {
                what: message.to_owned(),
            },
        };
        (fault, None)
    }

    fn write_en(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { what } => write!(f, "not valid TOML: {what}; correct it here"),
            Self::Duplicate => f.write_str("set twice; keep one of them"),
            Self::UnknownKey { known, nearest } => {
                f.write_str("unknown key; ")?;
                if known.is_empty() {
                    return f.write_str("no key is known here; remove it");
                }
                write!(f, "known here: {}", known.join(", "))?;
                nearest
                    .iter()
                    .try_for_each(|word| write!(f, "; did you mean `{word}`?"))
            }
            Self::Missing => f.write_str("missing; add this key"),
            Self::WrongType { found, expected } => {
                write!(f, "found {found}; write {}", wanted(expected, false))
            }
            Self::UnknownChoice { known, nearest } => {
                write!(f, "unknown word; choose one of: {}", known.join(", "))?;
                nearest
                    .iter()
                    .try_for_each(|word| write!(f, "; did you mean `{word}`?"))
            }
            Self::Refused { what } => f.write_str(what),
            Self::Rejected(rejection) => f.write_str(&rejection.en),
        }
    }

    fn write_ja(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { what } => write!(f, "TOML として読めません（{what}）。ここを直してください"),
            Self::Duplicate => f.write_str("2回書かれています。どちらか一つにしてください"),
            Self::UnknownKey { known, nearest } => {
                f.write_str("知らないキーです。")?;
                if known.is_empty() {
                    return f.write_str("ここに書けるキーはありません。消してください");
                }
                write!(f, "ここで使えるキー: {}", known.join(", "))?;
                nearest
                    .iter()
                    .try_for_each(|word| write!(f, "。「{word}」ではありませんか"))
            }
            Self::Missing => f.write_str("必要なキーがありません。書き加えてください"),
            Self::WrongType { found, expected } => {
                write!(
                    f,
                    "値が合いません（{found}）。{}を書いてください",
                    wanted(expected, true)
                )
            }
            Self::UnknownChoice { known, nearest } => {
                write!(f, "知らない値です。次から選んでください: {}", known.join(", "))?;
                nearest
                    .iter()
                    .try_for_each(|word| write!(f, "。「{word}」ではありませんか"))
            }
            Self::Refused { what } => write!(f, "値が合いません: {what}"),
            Self::Rejected(rejection) => f.write_str(&rejection.ja),
        }
    }
}

/// A type as people say it.
fn wanted(expected: &str, ja: bool) -> String {
    let range = match expected {
        "u8" => Some(("0", "255")),
        "u16" => Some(("0", "65535")),
        "u32" => Some(("0", "4294967295")),
        "u64" | "usize" => Some(("0", "9223372036854775807")),
        "i8" => Some(("-128", "127")),
        "i16" => Some(("-32768", "32767")),
        "i32" => Some(("-2147483648", "2147483647")),
        "i64" | "isize" => Some(("-9223372036854775808", "9223372036854775807")),
        "a nonzero u16" => Some(("1", "65535")),
        "a nonzero u32" => Some(("1", "4294967295")),
        _ => None,
    };
    if let Some((low, high)) = range {
        return if ja {
            format!("{low} から {high} の整数")
        } else {
            format!("a whole number from {low} to {high}")
        };
    }
    let words = match expected {
        "f32" | "f64" => ("a number", "数値"),
        "a string" | "string" => ("a text in quotes", "引用符で囲んだ文字列"),
        "a boolean" => ("true or false", "true か false "),
        "a sequence" => ("a list in brackets", "[ ] で囲んだリスト"),
        "a map" => ("a table", "テーブル"),
        other if other.starts_with("struct ") => ("a table", "テーブル"),
        other => (other, other),
    };
    if ja { words.1 } else { words.0 }.to_owned()
}
