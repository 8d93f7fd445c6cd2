//! Markup that is safe to write into a page as it is.

use std::fmt;

use askama::filters::HtmlSafe;

/// Finished markup. Everything that came from a person was escaped on the way in; Askama writes it without
/// escaping it a second time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// No markup at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Plain text, escaped.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => out.push_str("&#38;"),
                '<' => out.push_str("&#60;"),
                '>' => out.push_str("&#62;"),
                '"' => out.push_str("&#34;"),
                '\'' => out.push_str("&#39;"),
                other => out.push(other),
            }
        }
        Self(out)
    }

    /// Markup that the caller vouches for: written in code, with every foreign text escaped by [`Html::text`].
    #[must_use]
    pub fn trusted(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// What a template renders. Askama escaped its texts. Writing into memory does not fail; were it to, the page
    /// would lack this part and the log would say so.
    #[must_use]
    pub fn of(template: &impl askama::Template) -> Self {
        match template.render() {
            Ok(markup) => Self(markup),
            Err(error) => {
                tracing::error!(%error, "a template could not be rendered");
                Self::empty()
            }
        }
    }

    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends more markup.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }

    /// Gives the markup away.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[derive(Template)]
    #[template(ext = "html", source = "<p title=\"{{ name }}\">{{ name }} {{ part }}</p>")]
    struct Sample<'a> {
        name: &'a str,
        part: Html,
    }

    #[test]
    fn a_text_is_escaped_once_and_markup_never() {
        let page = Html::of(&Sample {
            name: "<b>\"&'",
            part: Html::trusted("<i>ok</i>"),
        });
        assert_eq!(
            page.as_str(),
            "<p title=\"&#60;b&#62;&#34;&#38;&#39;\">&#60;b&#62;&#34;&#38;&#39; <i>ok</i></p>"
        );
        assert_eq!(Html::text("<b>\"&'").as_str(), "&#60;b&#62;&#34;&#38;&#39;");
    }
}
