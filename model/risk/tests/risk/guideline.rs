//! What the guideline prints.

use tomori_risk::metric::Scope;
use tomori_risk::score::Tenths;
use tomori_risk::{Severity, Vector, score};

use crate::any;

/// 3.5.2 (4), T3-37: one threat without the guideline's factors, with personal information, and with life and property
/// as well. The guideline prints the three values and not the vector; this is the one with an unchanged scope whose values they are.
#[test]
fn the_printed_check_comes_out() {
    for (factors, value, severity) in [
        ("LP:N/II:N", "8.1", Severity::Important),
        ("LP:N/II:H", "9.3", Severity::Critical),
        ("LP:Y/II:H", "10.0", Severity::Critical),
    ] {
        let text = format!("SH:1.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H/{factors}");
        let vector: Vector = text.parse().unwrap();
        let base = score(&vector).base;
        assert_eq!((base.tenths.to_string().as_str(), base.severity()), (value, severity));
    }
}

/// How many base vectors the printed values fit: what docs/risk-notation.md says of it.
#[test]
fn sixteen_vectors_fit_the_printed_check() {
    let tenths = |vector: &Vector, edit: &str| score(&vector.with(edit.parse().unwrap())).base.tenths.get();
    let fits = |vector: &Vector| {
        let personal = vector.with("II:H".parse().unwrap());
        [
            tenths(vector, "II:N"),
            tenths(&personal, "LP:N"),
            tenths(&personal, "LP:Y"),
        ] == [81, 93, 100]
    };
    let plain = |vector: &Vector| vector.to_string().ends_with("LP:N/II:N");
    let fitting: Vec<_> = any::bases()
        .into_iter()
        .filter(|vector| plain(vector) && fits(vector))
        .collect();
    let unchanged = fitting
        .iter()
        .filter(|vector| vector.base.scope == Scope::Unchanged)
        .count();
    assert_eq!((fitting.len(), unchanged), (16, 1));
}

/// T3-36.
#[test]
fn severities_begin_where_the_table_says() {
    for (tenths, severity) in [
        (0, Severity::None),
        (1, Severity::Notice),
        (39, Severity::Notice),
        (40, Severity::Warning),
        (69, Severity::Warning),
        (70, Severity::Important),
        (89, Severity::Important),
        (90, Severity::Critical),
        (100, Severity::Critical),
    ] {
        assert_eq!(Severity::of(Tenths::new(tenths).unwrap()), severity);
    }
    assert_eq!(Tenths::new(101), None);
}

/// "With LP × II = 1.8 over 40 % of base vectors saturate": why there is an uncapped value.
#[test]
fn two_fifths_of_the_worst_vectors_reach_the_cap() {
    let worst = any::bases()
        .into_iter()
        .filter(|vector| vector.to_string().ends_with("LP:Y/II:H"));
    let capped = worst.filter(|vector| score(vector).base.capped).count();
    assert_eq!(capped, 1_072);
}
