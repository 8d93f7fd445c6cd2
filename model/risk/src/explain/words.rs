//! An explanation as text.

use std::fmt::Write as _;

use super::{Derivation, Explanation, Input};
use crate::Language;

/// How many decimals are shown of a term that has more.
const SHOWN: usize = 10;

impl Explanation {
    /// The text for a person; lines without a newline at the end.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut text = self.vector.to_string();
        let titles = match language {
            Language::Ja => ["基本値", "環境値"],
            Language::En => ["Base value", "Environmental value"],
        };
        for (title, derivation) in titles.into_iter().zip([&self.base, &self.environmental]) {
            text.push('\n');
            derivation.write(title, language, &mut text);
        }
        for reversal in &self.reversals {
            let (code, level, milder) = (reversal.metric.code(), reversal.level, reversal.milder);
            let (now, then) = (reversal.uncapped, reversal.uncapped_with_milder);
            let why = reversal.why.text().of(language);
            // Writing into a string cannot fail.
            let _ = match language {
                Language::Ja => write!(
                    text,
                    "\n注意：{code} を {level} から {milder} に下げると、環境値（丸め・上限なし）は {now} から {then} に上がります。{why}。"
                ),
                Language::En => write!(
                    text,
                    "\nNote: with {code} down from {level} to {milder}, the environmental value without rounding and cap \
                     rises from {now} to {then}: {why}."
                ),
            };
        }
        text
    }
}

impl Derivation {
    fn write(&self, title: &str, language: Language, text: &mut String) {
        let severity = self.severity.title().of(language);
        let (value, uncapped) = (self.value, self.uncapped);
        let cap = match (self.capped, language) {
            (false, _) => "",
            (true, Language::Ja) => "、上限 10.0 を適用",
            (true, Language::En) => ", capped at 10.0",
        };
        let _ = match language {
            Language::Ja => write!(
                text,
                "{title} {value}（{severity}、T3-36）　丸め・上限なし {uncapped}{cap}"
            ),
            Language::En => write!(
                text,
                "{title} {value} ({severity}, T3-36); without rounding and cap {uncapped}{cap}"
            ),
        };
        for input in &self.inputs {
            input.write(language, text);
        }
        let figure = match language {
            Language::Ja => "図",
            Language::En => "fig. ",
        };
        for step in &self.steps {
            let (term, formula, exact) = (step.term.title().of(language), &step.formula, &step.exact);
            let _ = write!(
                text,
                "\n  {term} = {formula} = {exact:.SHOWN$}  [{figure}{}]",
                step.figure
            );
        }
    }
}

impl Input {
    fn write(&self, language: Language, text: &mut String) {
        let (code, title) = (self.metric.code(), self.metric.title().of(language));
        let (level, table) = (self.level, self.table);
        let _ = write!(text, "\n  {code}:{level} {title}");
        if let Some(name) = self.taken_from.level_title(level) {
            let _ = match language {
                Language::Ja => write!(text, "：{}", name.ja),
                Language::En => write!(text, ": {}", name.en),
            };
        }
        if let Some(weight) = &self.weight {
            let _ = write!(text, " = {weight}");
        }
        let _ = write!(text, "  [{table}]");
        if self.taken_from != self.metric {
            let base = self.taken_from.code();
            let _ = match language {
                Language::Ja => write!(text, "（{code} は未評価：{base} と同じ）"),
                Language::En => write!(text, " ({code} not defined: as {base})"),
            };
        }
    }
}
