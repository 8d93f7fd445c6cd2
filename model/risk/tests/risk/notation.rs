//! The text of vectors: what is read, what is written, and what is said of anything else.

use proptest::prelude::*;
use tomori_risk::vector::Notation;
use tomori_risk::{Edit, Language, Metric, Vector, VectorError};

use crate::any;

const FULL: &str = "SH:1.0/AV:N/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:N/LP:Y/II:H/E:P/RL:T/RC:R/CR:H/IR:M/AR:L\
                    /MAV:A/MAC:L/MPR:N/MUI:N/MS:U/MC:L/MI:N/MA:H/MLP:N/MII:N";
const BASE: &str = "SH:1.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/LP:N/II:N";

fn refused(text: &str) -> VectorError {
    Vector::parse(text).unwrap_err()
}

#[test]
fn the_canonical_text_names_every_metric_once_in_one_order() {
    let vector: Vector = FULL.parse().unwrap();
    assert_eq!(vector.to_string(), FULL);
    let codes: Vec<_> = FULL
        .split('/')
        .skip(1)
        .map(|part| part.split_once(':').unwrap().0)
        .collect();
    assert_eq!(codes, Metric::ALL.map(Metric::code));
}

#[test]
fn x_is_the_same_as_nothing() {
    let vector: Vector = format!("{BASE}/E:X/MAV:X/CR:X").parse().unwrap();
    assert_eq!(vector.to_string(), BASE);
    assert!(matches!(
        refused(&BASE.replace("AV:N", "AV:X")),
        VectorError::Level { .. }
    ));
}

#[test]
fn cvss_strings_are_read_as_vectors_without_the_guidelines_factors() {
    for (text, notation) in [
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Notation::Cvss30),
        ("CVSS:3.1/A:H/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", Notation::Cvss31),
    ] {
        let (vector, read) = Vector::parse(text).unwrap();
        assert_eq!((vector.to_string().as_str(), read), (BASE, notation));
    }
    let personal: Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/II:H".parse().unwrap();
    assert_eq!(personal.code(Metric::InformationImportance), "H");
    assert_eq!(personal.code(Metric::LifeProperty), "N");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_a_remedy() {
    let given = |name: &str| BASE.replace("II:N", name);
    for (text, en, ja) in [
        (String::new(), "character 1", "SH:1.0/"),
        (
            "AV:N/AC:L".into(),
            "`AV:N` at character 1: a vector begins with SH:1.0/",
            "1 文字目の「AV:N」",
        ),
        ("SH:2.0/AV:N".into(), "`SH:2.0`", "SH:1.0/"),
        (
            given("II:X"),
            "II (importance of the information) at character 49 cannot be `X`; allowed: H, N",
            "49 文字目の II（情報の重要度）に値「X」は使えません。使える値は H, N です。",
        ),
        (
            given("II:H/II:H"),
            "II (importance of the information) at character 54 stands there twice",
            "54 文字目の II（情報の重要度）が重複",
        ),
        (
            given("Ii:H"),
            "`Ii` at character 49 is not a metric; metrics are AV, AC",
            "49 文字目の「Ii」：そのような指標はありません",
        ),
        (
            given("II:N/"),
            "`` at character 54 is not of the form",
            "54 文字目の「」",
        ),
        (
            given("II:N/脅威/E:"),
            "`脅威` at character 54 is not",
            "54 文字目の「脅威」",
        ),
        (
            given("II:N/E:"),
            "E (exploit code maturity) at character 54 cannot be ``; allowed: H, F, P, U, X",
            "H, F, P, U, X",
        ),
        (
            given("MAV:NN"),
            "MAV (modified attack vector) at character 49 cannot be `NN`; allowed: N, A, L, P, X",
            "「NN」",
        ),
        (
            given("E:H\t\u{1b}[2J"),
            "cannot be `H\\u{9}\\u{1b}[2J`",
            "E（攻撃される可能性）",
        ),
        (
            given("E:H"),
            "missing where the vector ends, at character 52: II (H, N)",
            "指標が足りません：II (H, N)",
        ),
        (
            "SH:1.0/AV:N/A:H".into(),
            "AC (L, H), PR (N, L, H), UI (N, R), S (C, U), C (H, L, N), I (H, L, N), LP (Y, N), II (H, N)",
            "AC (L, H)",
        ),
        (format!("SH:1.0/{}", "x".repeat(600)), "too long", "長すぎます"),
    ] {
        let error = refused(&text);
        let (told, said) = (error.message(Language::En), error.message(Language::Ja));
        assert!(told.contains(en), "{text}: {told}");
        assert!(said.contains(ja), "{text}: {said}");
        assert!(!told.contains(['\t', '\n', '\u{1b}']) && !said.contains(['\t', '\n', '\u{1b}']));
        assert_eq!(error.to_string(), told);
    }
}

#[test]
fn an_edit_is_a_metric_and_a_level_it_takes() {
    let vector: Vector = BASE.parse().unwrap();
    let edit: Edit = "MAV:A".parse().unwrap();
    assert_eq!((edit.metric(), edit.code()), (Metric::ModifiedAttackVector, "A"));
    assert_eq!(vector.with(edit).to_string(), format!("{BASE}/MAV:A"));
    assert_eq!(vector.with(edit).with("MAV:X".parse().unwrap()), vector);
    for (text, said) in [
        ("MAV:Q", "cannot be `Q`"),
        ("MAV", "form METRIC:VALUE"),
        ("MAV:A/", "cannot be `A/`"),
        ("NAV:A", "is not a metric"),
        ("AV:X", "cannot be `X`"),
    ] {
        let told = text.parse::<Edit>().unwrap_err().to_string();
        assert!(told.contains(said), "{text}: {told}");
    }
}

proptest! {
    #[test]
    fn the_canonical_text_is_read_back(vector in any::vector()) {
        let text = vector.to_string();
        let read: Vector = text.parse().unwrap();
        prop_assert_eq!(read, vector);
        prop_assert_eq!(read.to_string(), text);
        let json = serde_json::to_string(&vector).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vector>(&json).unwrap(), vector);
    }

    #[test]
    fn order_is_free(vector in any::vector(), keys in proptest::collection::vec(any::<u32>(), 26)) {
        let text = vector.to_string();
        let mut parts: Vec<_> = text.split('/').skip(1).zip(keys).collect();
        parts.sort_by_key(|(_, key)| *key);
        let parts: Vec<_> = parts.into_iter().map(|(part, _)| part).collect();
        prop_assert_eq!(format!("SH:1.0/{}", parts.join("/")).parse::<Vector>().unwrap(), vector);
    }

    #[test]
    fn any_text_is_read_or_refused_on_one_line(text in "(SH:1.0/)?([A-Z]{1,3}:[A-Z]?/?|.){0,20}") {
        if let Err(error) = text.parse::<Vector>() {
            for language in [Language::Ja, Language::En] {
                let told = error.message(language);
                prop_assert!(!told.is_empty() && !told.contains(['\n', '\t']), "{}", told);
            }
        }
    }
}
