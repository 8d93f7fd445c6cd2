//! Two languages, one catalogue: texts for people, in Japanese and English.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unic_langid::LanguageIdentifier;

/// A value that a text mentions.
pub type Arg<'a> = FluentValue<'a>;

/// A language that everything is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// Texts by key, in both languages.
pub struct Catalogue {
    ja: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
    keys_ja: BTreeSet<String>,
    keys_en: BTreeSet<String>,
}

/// Why a text is not a language.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a language: expected `ja` or `en`")]
pub struct LangError(String);

/// Why a catalogue cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {lang} texts cannot be read: {what}")]
pub struct CatalogueError {
    lang: Lang,
    what: String,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The tag: `ja` or `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The best language for an `Accept-Language` header. Without a wish, Japanese; with wishes for other languages
    /// only, English.
    #[must_use]
    pub fn from_accept_language(header: Option<&str>) -> Self {
        let Some(header) = header else { return Self::Ja };
        let mut best: Option<(f32, Self)> = None;
        let mut wished = false;
        for wish in header.split(',').take(32) {
            let mut parts = wish.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q=").map(|q| q.parse::<f32>().unwrap_or(0.0)))
                .unwrap_or(1.0);
            if tag.is_empty() || quality <= 0.0 {
                continue;
            }
            wished = true;
            let lang = match tag.split('-').next() {
                Some("ja") => Self::Ja,
                Some("en") => Self::En,
                _ => continue,
            };
            if best.is_none_or(|(held, _)| quality > held) {
                best = Some((quality, lang));
            }
        }
        best.map_or(if wished { Self::En } else { Self::Ja }, |(_, lang)| lang)
    }

    /// The language of the process environment (`LC_ALL`, `LC_MESSAGES`, `LANG`), Japanese when it says nothing.
    #[must_use]
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Self {
        let value = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(get)
            .find(|value| !value.is_empty());
        match value {
            Some(value) if value.starts_with("ja") || value == "C" || value.starts_with("C.") || value == "POSIX" => {
                if value.starts_with("ja") {
                    Self::Ja
                } else {
                    Self::En
                }
            }
            Some(_) => Self::En,
            None => Self::Ja,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = LangError;

    fn from_str(given: &str) -> Result<Self, LangError> {
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag() == given)
            .ok_or_else(|| LangError(given.chars().take(20).collect()))
    }
}

impl Catalogue {
    /// Reads the texts of both languages, in Fluent syntax.
    ///
    /// # Errors
    /// When one of them does not parse or says a key twice.
    pub fn new(ja: &str, en: &str) -> Result<Self, CatalogueError> {
        let (ja, keys_ja) = bundle(Lang::Ja, ja)?;
        let (en, keys_en) = bundle(Lang::En, en)?;
        Ok(Self {
            ja,
            en,
            keys_ja,
            keys_en,
        })
    }

    /// The text for a key. A key that the language lacks is taken from the other one; a key that neither has is
    /// shown as it is, which a person can at least report.
    #[must_use]
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut fluent_args = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent_args.set(*name, value.clone());
        }
        let order = match lang {
            Lang::Ja => [&self.ja, &self.en],
            Lang::En => [&self.en, &self.ja],
        };
        for bundle in order {
            let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
                continue;
            };
            let mut errors = Vec::new();
            let text = bundle
                .format_pattern(pattern, Some(&fluent_args), &mut errors)
                .into_owned();
            if !errors.is_empty() {
                tracing::error!(key, %lang, ?errors, "a text lacks an argument");
            }
            return text;
        }
        tracing::error!(key, %lang, "no text for a key");
        key.to_owned()
    }

    /// Keys that one language has and the other lacks, as `ja:key` / `en:key`; empty when all is well.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let only_ja = self.keys_ja.difference(&self.keys_en).map(|key| format!("ja:{key}"));
        let only_en = self.keys_en.difference(&self.keys_ja).map(|key| format!("en:{key}"));
        only_ja.chain(only_en).collect()
    }

    /// Whether both languages have a text for the key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.keys_ja.contains(key) && self.keys_en.contains(key)
    }

    /// All keys of the Japanese texts.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys_ja.iter().map(String::as_str)
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue")
            .field("keys", &self.keys_ja.len())
            .finish_non_exhaustive()
    }
}

fn bundle(lang: Lang, source: &str) -> Result<(FluentBundle<FluentResource>, BTreeSet<String>), CatalogueError> {
    let fail = |what: String| CatalogueError { lang, what };
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| fail(format!("{errors:?}")))?;
    let tag: LanguageIdentifier = lang.tag().parse().map_err(|error| fail(format!("{error:?}")))?;
    let keys = source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks are invisible characters that break copying and searching; both languages run left to right.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .map_err(|errors| fail(format!("{errors:?}")))?;
    Ok((bundle, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wished_language_is_found() {
        for (header, lang) in [
            (None, Lang::Ja),
            (Some(""), Lang::Ja),
            (Some("ja-JP,ja;q=0.9,en;q=0.8"), Lang::Ja),
            (Some("en-GB,en;q=0.9,ja;q=0.1"), Lang::En),
            (Some("fr, ja;q=0.2"), Lang::Ja),
            (Some("fr"), Lang::En),
            (Some("ja;q=0, en"), Lang::En),
            (Some("ja;q=zzz, en;q=0.3"), Lang::En),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header:?}");
        }
    }

    #[test]
    fn texts_name_their_arguments() {
        let catalogue = Catalogue::new("opened = { $who }が開けました", "opened = { $who } opened it").unwrap();
        assert_eq!(
            catalogue.text(Lang::Ja, "opened", &[("who", "花子".into())]),
            "花子が開けました"
        );
        assert_eq!(
            catalogue.text(Lang::En, "opened", &[("who", "Hanako".into())]),
            "Hanako opened it"
        );
        assert!(catalogue.differences().is_empty());
    }

    #[test]
    fn a_key_in_one_language_only_is_found_out() {
        let catalogue = Catalogue::new("a = 一\nb = 二", "a = one\nc = three").unwrap();
        assert_eq!(catalogue.differences(), ["ja:b", "en:c"]);
        assert_eq!(catalogue.text(Lang::En, "b", &[]), "二");
        assert_eq!(catalogue.text(Lang::En, "z", &[]), "z");
    }

    #[test]
    fn the_environment_is_heard() {
        let with = |value: &str| {
            let value = value.to_owned();
            Lang::from_environment(move |name| (name == "LANG").then(|| value.clone()))
        };
        assert_eq!(with("ja_JP.UTF-8"), Lang::Ja);
        assert_eq!(with("en_US.UTF-8"), Lang::En);
        assert_eq!(with("C.UTF-8"), Lang::En);
        assert_eq!(Lang::from_environment(|_| None), Lang::Ja);
    }
}
