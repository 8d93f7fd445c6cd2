//! What a person reads, in both languages.

/// A language of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

/// One text in Japanese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text {
    /// 日本語
    pub ja: &'static str,
    /// English
    pub en: &'static str,
}

impl Text {
    /// The two languages side by side, Japanese first.
    #[must_use]
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in one language.
    #[must_use]
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::Ja => self.ja,
            Language::En => self.en,
        }
    }
}
