//! The second factor: time-based one-time passwords (RFC 6238) of six digits and thirty seconds (SR2-A-1).
//!
//! Every step is worth one success. A code that was seen on its way, or read from a screen, is worthless once its
//! owner has used it.

use std::fmt::Write as _;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use zeroize::Zeroizing;

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;

/// Bytes of a fresh secret: as many as SHA-1 gives, which RFC 4226 recommends.
pub const SECRET_LENGTH: usize = 20;

/// The number of a step of thirty seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(pub i64);

/// Why a code is not taken. Whoever signs in learns neither; the audit log does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is not the code of this moment.
    #[error("the one-time code is not the code of this moment")]
    Wrong,
    /// It was the code, and has been used before.
    #[error("the one-time code has been used before")]
    Replayed,
}

impl Step {
    /// The step of a moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(STEP_SECONDS))
    }
}

/// The code of a step.
#[must_use]
pub fn code(secret: &[u8], step: Step) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.0.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let number = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte))
        & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Checks a code against the step of `now`, the one before and the one after, and gives the step it belongs to. The
/// caller stores that step as `last_used` in the transaction that lets the person in.
///
/// # Errors
/// When the code is wrong, or belongs to a step at or before `last_used`.
pub fn check(secret: &[u8], given: &str, now: Timestamp, last_used: Option<Step>) -> Result<Step, Refused> {
    let given = typed(given).ok_or(Refused::Wrong)?;
    let this = Step::at(now);
    let mut found = None;
    // All three are always compared, so that the time taken does not tell which one it was.
    for step in [Step(this.0 - 1), this, Step(this.0 + 1)] {
        if verify_slices_are_equal(code(secret, step).as_bytes(), given.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    match found {
        Some(step) if last_used.is_none_or(|last| step > last) => Ok(step),
        Some(_) => Err(Refused::Replayed),
        None => Err(Refused::Wrong),
    }
}

/// The six digits somebody typed. Spaces do not count, and digits of full width, as Japanese keyboards give them,
/// are digits.
fn typed(given: &str) -> Option<Zeroizing<String>> {
    let mut digits = Zeroizing::new(String::with_capacity(DIGITS));
    for letter in given.chars().filter(|letter| !letter.is_whitespace()).take(DIGITS + 1) {
        let digit = match letter {
            '0'..='9' => letter,
            '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10)?,
            _ => return None,
        };
        digits.push(digit);
    }
    (digits.len() == DIGITS).then_some(digits)
}

/// The secret as authenticator apps take it by hand: base 32 in groups of four.
#[must_use]
pub fn spelled(secret: &[u8]) -> Zeroizing<String> {
    let plain = Zeroizing::new(BASE32_NOPAD.encode(secret));
    let mut out = Zeroizing::new(String::with_capacity(plain.len() * 5 / 4));
    for (index, letter) in plain.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// The `otpauth` address that authenticator apps read from a QR code.
#[must_use]
pub fn address(issuer: &str, account: &str, secret: &[u8]) -> Zeroizing<String> {
    let issuer = utf8_percent_encode(issuer, NON_ALPHANUMERIC);
    let account = utf8_percent_encode(account, NON_ALPHANUMERIC);
    let mut out = Zeroizing::new(format!("otpauth://totp/{issuer}:{account}?secret="));
    // Writing to a string cannot fail.
    let _ = write!(
        *out,
        "{}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        BASE32_NOPAD.encode(secret)
    );
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_of_the_rfc() {
        // RFC 6238 appendix B, SHA-1; its eight digits end in our six.
        for (second, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(SECRET, Step::at(at(second))), eight[2..]);
        }
    }

    proptest! {
        /// Another implementation shows the same code, whatever the secret and the moment.
        #[test]
        fn authenticator_apps_show_the_same(secret in prop::collection::vec(any::<u8>(), 16..64), second in 0_u32..u32::MAX) {
            let app = totp_rs::Builder::new().with_secret(secret.clone()).build().unwrap();
            let shown = app.generate(u64::from(second)).to_string();
            prop_assert_eq!(code(&secret, Step::at(at(i64::from(second)))), shown);
        }
    }

    #[test]
    fn one_step_of_drift_is_forgiven_and_two_are_not() {
        let now = at(1_111_111_111);
        for (drift, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = Step(Step::at(now).0 + drift);
            let given = code(SECRET, step);
            assert_eq!(check(SECRET, &given, now, None).ok(), fits.then_some(step), "{drift}");
        }
    }

    /// T3-10 EP① なりすまし: a code that was overheard cannot be used again, nor one from before it.
    #[test]
    fn totp_replay() {
        let now = at(1_111_111_111);
        let step = check(SECRET, &code(SECRET, Step::at(now)), now, None).unwrap();
        let again = code(SECRET, step);
        assert_eq!(check(SECRET, &again, now, Some(step)), Err(Refused::Replayed));
        let earlier = code(SECRET, Step(step.0 - 1));
        assert_eq!(check(SECRET, &earlier, now, Some(step)), Err(Refused::Replayed));
        let later = code(SECRET, Step(step.0 + 1));
        assert_eq!(check(SECRET, &later, now, Some(step)), Ok(Step(step.0 + 1)));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let now = at(1_111_111_111);
        let right = code(SECRET, Step::at(now));
        let spaced = format!("{} {}", &right[..3], &right[3..]);
        let wide: String = right
            .chars()
            .map(|digit| char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap())
            .collect();
        for given in [right.as_str(), &spaced, &wide] {
            assert!(check(SECRET, given, now, None).is_ok(), "{given}");
        }
        let long = format!("{right}0");
        for given in ["", "12345", "+12345", &long, "abcdef", &"1".repeat(10_000)] {
            assert_eq!(check(SECRET, given, now, None), Err(Refused::Wrong));
        }
    }

    #[test]
    fn an_authenticator_app_can_read_the_address() {
        let text = address("灯 Tomori", "hanako@example.com", SECRET);
        assert_eq!(
            text.as_str(),
            "otpauth://totp/%E7%81%AF%20Tomori:hanako%40example%2Ecom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%E7%81%AF%20Tomori&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(spelled(&SECRET[..5]).as_str(), "GEZD GNBV");
    }
}
