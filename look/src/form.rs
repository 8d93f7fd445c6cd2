//! Fields with their label, hint and error, wired together for eyes and for screen readers alike.

use std::fmt::Write as _;

use tomori_runtime::i18n::Lang;

use crate::html::Html;
use crate::icon::Icon;
use crate::words::{Word, word};

/// What kind of text a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Any text.
    Text,
    /// A link, or the end of one, as people paste it; up to 400 characters.
    Link,
    /// A login name or an e-mail address.
    Login,
    /// The password one has.
    CurrentPassword,
    /// The password one chooses.
    NewPassword,
    /// A one-time code of six digits.
    OneTimeCode,
    /// A time of the day.
    Time,
    /// A date.
    Date,
    /// A whole number from `min` to `max`.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
}

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    lang: Lang,
    name: &'a str,
    label: &'a str,
    input: Input,
    value: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    required: bool,
    unit: Option<&'a str>,
    focus: bool,
}

impl<'a> Field<'a> {
    /// A field called `name` in the form (also its id, `f-name`), with a label.
    #[must_use]
    pub fn new(lang: Lang, name: &'a str, label: &'a str, input: Input) -> Self {
        Self {
            lang,
            name,
            label,
            input,
            value: "",
            hint: None,
            error: None,
            required: false,
            unit: None,
            focus: false,
        }
    }

    /// With what was given before. Passwords and codes are never given back.
    #[must_use]
    pub fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// With a word of help under the label; empty for none.
    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = (!hint.is_empty()).then_some(hint);
        self
    }

    /// With what is wrong and what to do.
    #[must_use]
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// It must be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With a unit behind it.
    #[must_use]
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The reader starts here.
    #[must_use]
    pub fn focus(mut self) -> Self {
        self.focus = true;
        self
    }

    /// The field as markup.
    #[must_use]
    pub fn html(&self) -> Html {
        let name = Html::text(self.name);
        let mut out = String::with_capacity(512);
        let _ = write!(
            out,
            "<div class=\"field\"{}><label for=\"f-{name}\">{}",
            if self.error.is_some() { " data-wrong" } else { "" },
            Html::text(self.label)
        );
        if self.required {
            let _ = write!(
                out,
                " <span class=\"required\">{}</span>",
                word(self.lang, Word::Required)
            );
        }
        out.push_str("</label>");
        if let Some(hint) = self.hint {
            let _ = write!(out, "<p class=\"hint\" id=\"h-{name}\">{}</p>", Html::text(hint));
        }
        if let Some(error) = self.error {
            out.push_str(error_text(self.name, error).as_str());
        }
        let _ = write!(
            out,
            "<span class=\"input\"><input id=\"f-{name}\" name=\"{name}\"{}",
            self.attributes()
        );
        self.described_by(&mut out);
        out.push('>');
        if let Some(unit) = self.unit {
            let _ = write!(out, "<span class=\"unit\">{}</span>", Html::text(unit));
        }
        out.push_str("</span></div>");
        Html::trusted(out)
    }

    fn attributes(&self) -> String {
        let mut out = match self.input {
            Input::Text => " type=\"text\" maxlength=\"80\" autocomplete=\"off\"".to_owned(),
            Input::Link => {
                " type=\"text\" maxlength=\"400\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\""
                    .to_owned()
            }
            Input::Login => {
                " type=\"text\" maxlength=\"254\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\""
                    .to_owned()
            }
            Input::CurrentPassword => " type=\"password\" maxlength=\"256\" autocomplete=\"current-password\"".to_owned(),
            Input::NewPassword => " type=\"password\" maxlength=\"256\" autocomplete=\"new-password\"".to_owned(),
            Input::OneTimeCode => {
                " type=\"text\" inputmode=\"numeric\" maxlength=\"12\" autocomplete=\"one-time-code\" class=\"code\""
                    .to_owned()
            }
            Input::Time => " type=\"time\" class=\"short\"".to_owned(),
            Input::Date => " type=\"date\" class=\"short\"".to_owned(),
            Input::Number { min, max } => {
                format!(" type=\"number\" inputmode=\"numeric\" min=\"{min}\" max=\"{max}\" step=\"1\" class=\"short\"")
            }
        };
        if !matches!(
            self.input,
            Input::CurrentPassword | Input::NewPassword | Input::OneTimeCode
        ) {
            let _ = write!(out, " value=\"{}\"", Html::text(self.value));
        }
        if self.required {
            out.push_str(" required");
        }
        if self.focus {
            out.push_str(" autofocus");
        }
        out
    }

    fn described_by(&self, out: &mut String) {
        let name = Html::text(self.name);
        let ids: Vec<_> = [
            self.hint.map(|_| format!("h-{name}")),
            self.error.map(|_| format!("e-{name}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !ids.is_empty() {
            let _ = write!(out, " aria-describedby=\"{}\"", ids.join(" "));
        }
        if self.error.is_some() {
            out.push_str(" aria-invalid=\"true\"");
        }
    }
}

/// The text of what is wrong with a field called `name`, for fields that a page draws by itself; refer to it with
/// `aria-describedby="e-NAME"`.
#[must_use]
pub fn error_text(name: &str, error: &str) -> Html {
    Html::trusted(format!(
        "<p class=\"wrong\" id=\"e-{}\">{}<span>{}</span></p>",
        Html::text(name),
        Icon::Attention.svg(),
        Html::text(error)
    ))
}

/// A choice among few, as a row of targets: radio buttons, or check boxes when several may be chosen.
/// Each option is its value, its word and whether it is chosen.
#[must_use]
pub fn choices(name: &str, legend: &str, several: bool, options: &[(&str, &str, bool)], error: Option<&str>) -> Html {
    let kind = if several { "checkbox" } else { "radio" };
    let safe_name = Html::text(name);
    let mut out = String::with_capacity(256 + options.len() * 160);
    let _ = write!(
        out,
        "<fieldset class=\"choices\"{}><legend>{}</legend>",
        error.map_or_else(String::new, |_| format!(
            " data-wrong aria-describedby=\"e-{safe_name}\""
        )),
        Html::text(legend)
    );
    if let Some(error) = error {
        out.push_str(error_text(name, error).as_str());
    }
    out.push_str(if several {
        "<div class=\"options several\">"
    } else {
        "<div class=\"options\">"
    });
    for (value, label, chosen) in options {
        let _ = write!(
            out,
            "<label class=\"option\"><input type=\"{kind}\" name=\"{safe_name}\" value=\"{}\"{}><span>{}</span></label>",
            Html::text(value),
            if *chosen { " checked" } else { "" },
            Html::text(label)
        );
    }
    out.push_str("</div></fieldset>");
    Html::trusted(out)
}

/// A box to tick, with a word of help.
#[must_use]
pub fn check(name: &str, label: &str, hint: Option<&str>, ticked: bool) -> Html {
    let name = Html::text(name);
    let described = hint.map_or_else(String::new, |_| format!(" aria-describedby=\"h-{name}\""));
    let help = hint.map_or_else(String::new, |hint| {
        format!("<p class=\"hint\" id=\"h-{name}\">{}</p>", Html::text(hint))
    });
    Html::trusted(format!(
        "<div class=\"field check\"><label class=\"option\"><input type=\"checkbox\" name=\"{name}\" value=\"yes\"{}{described}><span>{}</span></label>{help}</div>",
        if ticked { " checked" } else { "" },
        Html::text(label)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_field_points_at_its_error_and_hint() {
        let field = Field::new(Lang::En, "login", "Login", Input::Login)
            .value("\"><script>")
            .hint("Your e-mail address")
            .error(Some("Write your e-mail address."))
            .required()
            .html();
        let markup = field.as_str();
        assert!(markup.contains("for=\"f-login\"") && markup.contains("id=\"f-login\""));
        assert!(markup.contains("aria-describedby=\"h-login e-login\" aria-invalid=\"true\""));
        assert!(!markup.contains("<script>"));
    }

    #[test]
    fn a_secret_is_never_given_back() {
        for input in [Input::CurrentPassword, Input::NewPassword, Input::OneTimeCode] {
            let field = Field::new(Lang::Ja, "secret", "x", input).value("hunter2").html();
            assert!(!field.as_str().contains("hunter2"), "{input:?}");
        }
    }

    #[test]
    fn choices_keep_what_was_chosen() {
        let row = choices(
            "day",
            "曜日",
            true,
            &[("0", "月", true), ("1", "火", false)],
            Some("一つ以上"),
        );
        assert!(row.as_str().contains("value=\"0\" checked"));
        assert!(row.as_str().contains("aria-describedby=\"e-day\""));
        assert_eq!(row.as_str().matches("type=\"checkbox\"").count(), 2);
    }
}
