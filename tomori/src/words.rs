//! The texts of the command, in both languages.

use std::sync::LazyLock;

use tomori_runtime::i18n::{Arg, Catalogue, Lang};

static CATALOGUE: LazyLock<Option<Catalogue>> = LazyLock::new(|| {
    Catalogue::new(include_str!("../locales/ja.ftl"), include_str!("../locales/en.ftl"))
        .inspect_err(|error| tracing::error!(%error, "the texts cannot be read"))
        .ok()
});

/// The text for a key. A test proves that both languages are complete and readable.
#[must_use]
pub fn say(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    CATALOGUE
        .as_ref()
        .map_or_else(|| key.to_owned(), |catalogue| catalogue.text(lang, key, args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_complete() {
        let catalogue = CATALOGUE.as_ref().unwrap();
        assert_eq!(catalogue.differences(), Vec::<String>::new());
        assert!(catalogue.has("cli-about"));
    }

    #[test]
    fn every_key_in_the_source_exists() {
        let catalogue = CATALOGUE.as_ref().unwrap();
        let mut missing = Vec::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let quoted = text.split('"').skip(1).step_by(2);
                    let keys = quoted.filter(|word| {
                        ["cli-", "demo-", "audit-", "box-", "risk-", "roster-"]
                            .iter()
                            .any(|prefix| word.starts_with(prefix) && word.len() > prefix.len())
                            && word
                                .bytes()
                                .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())
                    });
                    missing.extend(keys.filter(|key| !catalogue.has(key)).map(str::to_owned));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}
