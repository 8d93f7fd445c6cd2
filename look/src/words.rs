//! The few words that belong to the components themselves. Everything else comes from the catalogues of the boxes.

use tomori_runtime::i18n::Lang;

/// A word of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    SkipToContent,
    Navigation,
    Language,
    Required,
    QrCode,
    Light,
}

/// The word in a language.
pub(crate) fn word(lang: Lang, word: Word) -> &'static str {
    match (word, lang) {
        (Word::SkipToContent, Lang::Ja) => "本文へ移動",
        (Word::SkipToContent, Lang::En) => "Skip to content",
        (Word::Navigation, Lang::Ja) => "メニュー",
        (Word::Navigation, Lang::En) => "Menu",
        (Word::Language, Lang::Ja) => "表示言語",
        (Word::Language, Lang::En) => "Language",
        (Word::Required, Lang::Ja) => "必須",
        (Word::Required, Lang::En) => "required",
        (Word::QrCode, Lang::Ja) => "QRコード",
        (Word::QrCode, Lang::En) => "QR code",
        (Word::Light, Lang::Ja) => "点灯",
        (Word::Light, Lang::En) => "light on",
    }
}
