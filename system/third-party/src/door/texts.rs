//! What the server says to people, in Japanese and English.

use std::sync::LazyLock;

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use tomori_runtime::http::cookie;
use tomori_runtime::i18n::{Arg, Catalogue, Lang};

const JA: &str = concat!(
    include_str!("../../locales/ja.ftl"),
    include_str!("../../locales/street.ja.ftl")
);
const EN: &str = concat!(
    include_str!("../../locales/en.ftl"),
    include_str!("../../locales/street.en.ftl")
);

static TEXTS: LazyLock<Option<Catalogue>> = LazyLock::new(|| match Catalogue::new(JA, EN) {
    Ok(catalogue) => Some(catalogue),
    Err(error) => {
        // The texts are part of the program and a test reads them, so this is never seen.
        tracing::error!(%error, "the texts cannot be read");
        None
    }
});

/// Speaks one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// Which.
    pub lang: Lang,
}

impl Say {
    /// Speaks `lang`.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The text for a key.
    #[must_use]
    pub fn text(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text for a key, with what it mentions.
    #[must_use]
    pub fn with(self, key: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        match &*TEXTS {
            Some(texts) => texts.text(self.lang, key, arguments),
            None => key.to_owned(),
        }
    }
}

/// The language of a request: the one chosen on a page, otherwise the one the browser asks for.
#[must_use]
pub fn lang_of(headers: &HeaderMap) -> Lang {
    let chosen = cookie(headers, "tomori-lang").and_then(|tag| tag.parse().ok());
    chosen.unwrap_or_else(|| {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Lang::from_accept_language(header)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn walk(folder: &std::path::Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, all);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "html") {
                all.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// Every key that sources and templates ask for exists in both languages, and every key is asked for.
    #[test]
    fn no_text_is_missing_and_none_is_left_over() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = String::new();
        walk(&root.join("src"), &mut sources);
        walk(&root.join("templates"), &mut sources);
        let quoted: BTreeSet<&str> = sources
            .split('"')
            .filter(|part| part.len() < 80 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
            .collect();
        let texts = Catalogue::new(JA, EN).unwrap();
        assert_eq!(texts.differences(), Vec::<String>::new());
        let built = |key: &str| {
            ["failure-", "role-", "entry-"]
                .iter()
                .any(|start| key.starts_with(start))
        };
        let unused: Vec<&str> = texts
            .keys()
            .filter(|key| !quoted.contains(key) && !built(key))
            .collect();
        assert_eq!(unused, Vec::<&str>::new(), "nobody says these");
        let said = ["say.text(\"", "say.with(\""]
            .iter()
            .flat_map(|call| sources.split(call).skip(1));
        let missing: BTreeSet<&str> = said
            .filter_map(|rest| rest.split('"').next())
            .filter(|key| !texts.has(key))
            .collect();
        assert_eq!(missing, BTreeSet::new(), "nobody wrote these");
    }
}
