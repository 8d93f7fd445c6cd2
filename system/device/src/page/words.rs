//! The texts of the page and of starting, in both languages.

use std::sync::LazyLock;

use tomori_runtime::i18n::{Arg, Catalogue, Lang};

static CATALOGUE: LazyLock<Option<Catalogue>> = LazyLock::new(|| {
    Catalogue::new(
        include_str!("../../locales/ja.ftl"),
        include_str!("../../locales/en.ftl"),
    )
    .inspect_err(|error| tracing::error!(%error, "the texts cannot be read"))
    .ok()
});

/// The text for a key. A test proves that both languages are complete and readable.
pub(crate) fn say(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
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
        assert!(catalogue.has("fully-open"));
    }
}
