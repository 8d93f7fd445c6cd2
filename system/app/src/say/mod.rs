//! Turning states, commands and schedules into sentences of the reader's language.

mod command;
mod device;
mod guard;
mod reason;
mod schedule;

pub(crate) use command::Deed;
pub(crate) use schedule::DAYS;

use std::sync::LazyLock;

use tomori_runtime::i18n::{Arg, Catalogue, Lang};

const JA: &str = include_str!("../../locales/ja.ftl");
const EN: &str = include_str!("../../locales/en.ftl");

static TEXTS: LazyLock<Option<Catalogue>> = LazyLock::new(|| match Catalogue::new(JA, EN) {
    Ok(catalogue) => Some(catalogue),
    Err(error) => {
        // The texts are part of the program and a test reads them, so this is never seen.
        tracing::error!(%error, "the texts of the app cannot be read");
        None
    }
});

/// Speaks one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Say {
    pub(crate) lang: Lang,
}

impl Say {
    /// Speaks `lang`.
    pub(crate) fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The text for a key.
    pub(crate) fn text(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text for a key that mentions one thing.
    pub(crate) fn text_of(self, key: &str, argument: &str, value: &str) -> String {
        self.with(key, &[(argument, value.into())])
    }

    /// The text for a key, with what it mentions.
    pub(crate) fn with(self, key: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        match &*TEXTS {
            Some(texts) => texts.text(self.lang, key, arguments),
            None => key.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn sources() -> Vec<(PathBuf, String)> {
        fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        walk(&root.join("src"), &mut found);
        walk(&root.join("templates"), &mut found);
        found
    }

    /// Every `text("…")` and `with("…"` in the sources.
    fn used() -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for (_, source) in sources() {
            for call in ["text(\"", "text_of(\"", "with(\"", "with(\n"] {
                for rest in source.split(call).skip(1) {
                    let rest = rest.trim_start().trim_start_matches('"');
                    let key: String = rest
                        .chars()
                        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
                        .collect();
                    if key.contains('-') && rest[key.len()..].starts_with('"') {
                        keys.insert(key);
                    }
                }
            }
        }
        keys
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let catalogue = Catalogue::new(JA, EN).unwrap();
        assert_eq!(catalogue.differences(), Vec::<String>::new());
    }

    #[test]
    fn both_languages_mention_the_same_things() {
        let mentioned = |source: &str| {
            let mut current = String::new();
            let mut found: BTreeSet<(String, String)> = BTreeSet::new();
            for line in source.lines() {
                if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '#'])) {
                    current = key.to_owned();
                }
                for rest in line.split('$').skip(1) {
                    let name: String = rest
                        .chars()
                        .take_while(|letter| letter.is_ascii_alphanumeric())
                        .collect();
                    found.insert((current.clone(), name));
                }
            }
            found
        };
        let (ja, en) = (mentioned(JA), mentioned(EN));
        assert_eq!(
            ja.symmetric_difference(&en).collect::<Vec<_>>(),
            Vec::<&(String, String)>::new()
        );
    }

    #[test]
    fn every_key_that_is_used_exists() {
        let catalogue = Catalogue::new(JA, EN).unwrap();
        let missing: Vec<_> = used().into_iter().filter(|key| !catalogue.has(key)).collect();
        assert_eq!(missing, Vec::<String>::new());
        assert!(used().len() > 100, "the search finds the keys");
    }

    #[test]
    fn every_key_that_exists_is_used() {
        let catalogue = Catalogue::new(JA, EN).unwrap();
        let everything: String = sources().into_iter().map(|(_, source)| source).collect();
        let idle: Vec<_> = catalogue
            .keys()
            .filter(|key| !everything.contains(&format!("\"{key}\"")))
            .collect();
        assert_eq!(idle, Vec::<&str>::new());
    }
}
