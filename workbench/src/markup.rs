//! Markup that cannot carry foreign markup: what is written raw is in this source, all else is escaped.

use std::fmt::Write as _;

/// HTML or SVG in the making.
#[derive(Debug, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Markup that stands in our source.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere, as an element's content or in a quoted attribute. Characters that HTML and XML forbid become
    /// the replacement character.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(character),
                '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                other if other.is_control() => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A length or a place: at most one decimal, always the same way.
    pub(crate) fn number(&mut self, number: f64) -> &mut Self {
        let mut text = String::new();
        // Writing into a `String` does not fail.
        let _ = write!(text, "{number:.1}");
        let short = text.strip_suffix(".0").unwrap_or(&text);
        self.0.push_str(if short == "-0" { "0" } else { short });
        self
    }

    /// A count.
    pub(crate) fn count(&mut self, count: usize) -> &mut Self {
        let _ = write!(self.0, "{count}");
        self
    }

    /// Finished markup.
    pub(crate) fn add(&mut self, more: &Self) -> &mut Self {
        self.0.push_str(&more.0);
        self
    }

    /// Markup of the design system, which vouches for it.
    pub(crate) fn look(&mut self, html: &tomori_look::Html) -> &mut Self {
        self.0.push_str(html.as_str());
        self
    }

    /// The markup, given away.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        let mut markup = Markup::default();
        markup
            .raw("<p title=\"")
            .text("\"><script>'&\u{0}\u{1b}")
            .raw("\">")
            .number(-0.04)
            .number(3.25)
            .number(8.0);
        assert_eq!(
            markup.into_string(),
            "<p title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\u{fffd}\u{fffd}\">03.28"
        );
    }
}
