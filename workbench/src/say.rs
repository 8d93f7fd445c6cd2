//! Which of two languages is said.

use tomori_guideline::Text;
use tomori_risk::description::Words;
use tomori_runtime::i18n::Lang;

/// A fixed phrase of a report: Japanese, English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phrase(pub(crate) &'static str, pub(crate) &'static str);

/// Something that exists in both languages.
pub(crate) trait Say<'a> {
    /// It, in one of them.
    fn say(self, lang: Lang) -> &'a str;
}

impl Phrase {
    /// The phrase in a language.
    pub(crate) const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.0,
            Lang::En => self.1,
        }
    }
}

impl<'a> Say<'a> for &'a Words {
    fn say(self, lang: Lang) -> &'a str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

impl Say<'static> for Text {
    fn say(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

/// Names one after another, as the language does it.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    names.join(match lang {
        Lang::Ja => "、",
        Lang::En => ", ",
    })
}
