//! What is answered for one vector.

use std::io::Write as _;

use serde::Serialize;
use tomori_risk::vector::Notation;
use tomori_risk::{Explanation, Severity, Vector, explain, score};
use tomori_runtime::i18n::Lang;

use super::language;
use crate::words::say;

/// The form of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Seven columns.
    Columns,
    /// The derivation, for a person.
    Explanation,
    /// A JSON object.
    Json {
        /// With the derivation.
        explain: bool,
    },
}

/// A vector and its values, named as the columns are.
#[derive(Serialize)]
struct Scored<'a> {
    vector: Vector,
    base: serde_json::Number,
    base_severity: Severity,
    environmental: serde_json::Number,
    environmental_severity: Severity,
    uncapped_base: serde_json::Number,
    uncapped_environmental: serde_json::Number,
    base_capped: bool,
    environmental_capped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

impl Form {
    /// Appends the answer for a vector, with its newline.
    pub(super) fn write(self, vector: &Vector, notation: Notation, lang: Lang, record: &mut Vec<u8>) {
        match self {
            Self::Columns => columns(vector, record),
            Self::Explanation => {
                record.extend_from_slice(explain(vector).text(language(lang)).as_bytes());
                if let Some(note) = note(notation, lang) {
                    record.push(b'\n');
                    record.extend_from_slice(note.as_bytes());
                }
                record.extend_from_slice(b"\n\n");
            }
            Self::Json { explain } => {
                let note = note(notation, lang);
                json(&scored(vector, explain, note.as_deref()), record);
            }
        }
    }

    /// Appends what is answered instead of values.
    pub(super) fn write_error(self, message: &str, record: &mut Vec<u8>) {
        match self {
            Self::Columns | Self::Explanation => {
                record.extend_from_slice(b"error\t");
                record.extend_from_slice(message.as_bytes());
                record.push(b'\n');
            }
            Self::Json { .. } => json(&serde_json::json!({ "error": message }), record),
        }
    }
}

/// What has to be said of a notation.
pub(super) fn note(notation: Notation, lang: Lang) -> Option<String> {
    (notation == Notation::Cvss31).then(|| say(lang, "risk-note-cvss31", &[]))
}

/// `canonical-vector base base_severity environmental environmental_severity uncapped_base uncapped_environmental`.
fn columns(vector: &Vector, record: &mut Vec<u8>) {
    let score = score(vector);
    vector.write_to(record);
    // Writing into memory cannot fail.
    let _ = writeln!(
        record,
        "\t{}\t{}\t{}\t{}\t{}\t{}",
        score.base.tenths,
        score.base.severity().code(),
        score.environmental.tenths,
        score.environmental.severity().code(),
        score.base.uncapped,
        score.environmental.uncapped,
    );
}

fn scored<'a>(vector: &Vector, with_explanation: bool, note: Option<&'a str>) -> Scored<'a> {
    let score = score(vector);
    Scored {
        vector: *vector,
        base: number(score.base.tenths),
        base_severity: score.base.severity(),
        environmental: number(score.environmental.tenths),
        environmental_severity: score.environmental.severity(),
        uncapped_base: number(score.base.uncapped),
        uncapped_environmental: number(score.environmental.uncapped),
        base_capped: score.base.capped,
        environmental_capped: score.environmental.capped,
        note,
        explanation: with_explanation.then(|| explain(vector)),
    }
}

/// A decimal as a JSON number: the binary number that is written with the same digits.
fn number(decimal: impl ToString) -> serde_json::Number {
    decimal
        .to_string()
        .parse()
        .unwrap_or_else(|_| serde_json::Number::from(0))
}

fn json(value: &impl Serialize, record: &mut Vec<u8>) {
    // These structures have text keys and nothing that refuses to be written.
    let _ = serde_json::to_writer(&mut *record, value);
    record.push(b'\n');
}
