//! What the guideline prints.

use tomori_risk::{Severity, Vector, score};

/// 3.5.2 (4), T3-37: one threat without the guideline's factors, with personal information, and with life and property
/// as well. The guideline prints the three values and not the vector; this is the one whose values they are.
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
