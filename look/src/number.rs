//! Numbers as people write them: grouped by thousands, with a unit that does not break away from its number.

/// A whole number with thousands grouped: `12,345`. Both languages write it so.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// At most `places` decimal places, no trailing zeros: `21.5`, `60`. Not a number and infinities give a dash.
#[must_use]
pub fn decimal(number: f64, places: usize) -> String {
    if !number.is_finite() {
        return "–".to_owned();
    }
    let fixed = format!("{number:.places$}");
    let short = if fixed.contains('.') {
        fixed.trim_end_matches('0').trim_end_matches('.')
    } else {
        &fixed
    };
    match short {
        "-0" => "0".to_owned(),
        short => short.replacen('-', "\u{2212}", 1),
    }
}

/// A share of a hundred: `60%`.
#[must_use]
pub fn percent(number: f64) -> String {
    format!("{}%", decimal(number, 0))
}

/// Degrees Celsius: `21.5 ℃`, the space unbreakable.
#[must_use]
pub fn celsius(number: f64) -> String {
    format!("{}\u{a0}℃", decimal(number, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "\u{2212}1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(grouped(i64::MIN), "\u{2212}9,223,372,036,854,775,808");
    }

    #[test]
    fn decimals_are_short_and_never_minus_nought() {
        for (number, text) in [
            (21.5, "21.5"),
            (21.0, "21"),
            (-3.25, "\u{2212}3.2"),
            (-0.01, "0"),
            (f64::NAN, "–"),
            (100.0, "100"),
        ] {
            assert_eq!(decimal(number, 1), text);
        }
        assert_eq!(percent(60.4), "60%");
        assert_eq!(percent(100.0), "100%");
        assert_eq!(celsius(21.53), "21.5\u{a0}℃");
    }
}
