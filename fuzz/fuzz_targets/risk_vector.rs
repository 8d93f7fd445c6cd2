//! Any text as a vector and as an edit: it is read, and then scored as it is explained, or refused on one line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tomori_risk::{Edit, Language, Value, Vector, VectorError, explain, score};

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    let edit = second.parse::<Edit>().inspect_err(told);
    let Ok(mut vector) = first.parse::<Vector>().inspect_err(told) else {
        return;
    };
    if let Ok(edit) = edit {
        vector = vector.with(edit);
        assert_eq!(vector.code(edit.metric()), edit.code());
    }
    let canonical = vector.to_string();
    assert_eq!(canonical.parse(), Ok(vector), "the canonical text is read back");
    let (score, explanation) = (score(&vector), explain(&vector));
    for (value, derivation) in [
        (score.base, &explanation.base),
        (score.environmental, &explanation.environmental),
    ] {
        let explained = Value {
            tenths: derivation.value,
            uncapped: derivation.uncapped,
            capped: derivation.capped,
        };
        assert_eq!(value, explained, "{canonical}");
    }
});

fn told(error: &VectorError) {
    for language in [Language::Ja, Language::En] {
        let message = error.message(language);
        assert!(
            message.len() < 600 && !message.contains(['\n', '\t', '\u{1b}']),
            "{message}"
        );
    }
}
