//! The enrolment code: what whoever installs a gateway or a device is handed, on paper or on a screen.
//!
//! It carries a secret, worth one enrolment, and the beginning of the fingerprint of an authority (the platform's for
//! gateways, the house's own for devices), so that a newcomer who knows nobody yet cannot be talked to by an impostor
//! (EP⑥). Forty-five characters of Crockford
//! base 32 in nine groups; a wrong one is found by its check sum before anything is sent.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use thiserror::Error;

const SECRET: usize = 10;
const FINGERPRINT: usize = 16;
const CHECK: usize = 2;
const WHOLE: usize = SECRET + FINGERPRINT + CHECK;
const GROUP: usize = 5;

/// Why a text is not an enrolment code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EnrolmentCodeError {
    /// It has too few, too many or foreign characters.
    #[error("an enrolment code has nine groups of five letters and digits; copy it again from where it was shown")]
    Form,
    /// Its check sum is wrong.
    #[error("a character of the enrolment code was mistyped; compare it with where it was shown")]
    Mistyped,
}

/// An enrolment code.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    secret: [u8; SECRET],
    fingerprint_prefix: [u8; FINGERPRINT],
}

impl EnrolmentCode {
    /// A code from ten random bytes and the SHA-256 fingerprint of the authority's certificate.
    #[must_use]
    pub fn new(secret: [u8; SECRET], authority_fingerprint: &[u8; 32]) -> Self {
        let mut fingerprint_prefix = [0; FINGERPRINT];
        for (to, from) in fingerprint_prefix.iter_mut().zip(authority_fingerprint) {
            *to = *from;
        }
        Self {
            secret,
            fingerprint_prefix,
        }
    }

    /// The secret part, as `EnrolRequest.code` carries it: 16 characters.
    #[must_use]
    pub fn secret(&self) -> String {
        base32().map_or_else(String::new, |base32| base32.encode(&self.secret))
    }

    /// The first 16 bytes of the SHA-256 fingerprint of the authority's certificate.
    #[must_use]
    pub fn fingerprint_prefix(&self) -> &[u8; FINGERPRINT] {
        &self.fingerprint_prefix
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut whole = Vec::with_capacity(WHOLE);
        whole.extend_from_slice(&self.secret);
        whole.extend_from_slice(&self.fingerprint_prefix);
        whole.extend_from_slice(&crc16(&whole).to_be_bytes());
        let text = base32().map_or_else(String::new, |base32| base32.encode(&whole));
        for (index, character) in text.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

/// The secret stays out of logs.
impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

impl FromStr for EnrolmentCode {
    type Err = EnrolmentCodeError;

    fn from_str(given: &str) -> Result<Self, EnrolmentCodeError> {
        if given.len() > 200 {
            return Err(EnrolmentCodeError::Form);
        }
        let text: String = given
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '-')
            .collect();
        let whole = base32()
            .ok_or(EnrolmentCodeError::Form)?
            .decode(text.as_bytes())
            .map_err(|_| EnrolmentCodeError::Form)?;
        let (body, check) = whole
            .split_at_checked(SECRET + FINGERPRINT)
            .ok_or(EnrolmentCodeError::Form)?;
        if check.len() != CHECK {
            return Err(EnrolmentCodeError::Form);
        }
        if crc16(body).to_be_bytes() != check {
            return Err(EnrolmentCodeError::Mistyped);
        }
        let (secret, fingerprint) = body.split_at_checked(SECRET).ok_or(EnrolmentCodeError::Form)?;
        Ok(Self {
            secret: secret.try_into().map_err(|_| EnrolmentCodeError::Form)?,
            fingerprint_prefix: fingerprint.try_into().map_err(|_| EnrolmentCodeError::Form)?,
        })
    }
}

/// Crockford's base 32: no I, L, O, U; small letters and look-alikes are read as what was meant.
fn base32() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.from.push_str("abcdefghjkmnpqrstvwxyzoOiIlL");
    specification.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification.check_trailing_bits = true;
    specification.encoding().ok()
}

/// CRC-16/CCITT-FALSE: finds every single wrong character and every pair of neighbours changed about.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> EnrolmentCode {
        let fingerprint = std::array::from_fn(|index| u8::try_from(index * 7).unwrap_or(0xaa));
        EnrolmentCode::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 255], &fingerprint)
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let text = code().to_string();
        assert_eq!(text.len(), 45 + 8);
        assert_eq!(text.parse(), Ok(code()));
        assert_eq!(code().secret().len(), 16);
        assert_eq!(code().fingerprint_prefix()[1], 7);
    }

    #[test]
    fn people_type_as_they_like() {
        let text = code().to_string();
        let sloppy = text
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(sloppy.parse(), Ok(code()));
    }

    #[test]
    fn every_single_mistyped_character_is_found() {
        let text: Vec<char> = code().to_string().chars().collect();
        for (index, right) in text.iter().enumerate().filter(|(_, c)| **c != '-') {
            let mut wrong = text.clone();
            wrong[index] = if *right == 'A' { 'B' } else { 'A' };
            let wrong: String = wrong.into_iter().collect();
            assert!(wrong.parse::<EnrolmentCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_texts_are_not_codes() {
        for other in [
            "",
            "U",
            "A",
            &"A".repeat(44),
            &"A".repeat(46),
            &"A".repeat(500),
            "シャッター",
        ] {
            assert!(other.parse::<EnrolmentCode>().is_err(), "{other}");
        }
        // The check value of CRC-16/CCITT-FALSE as catalogued.
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }

    #[test]
    fn the_secret_does_not_reach_a_log() {
        assert_eq!(format!("{:?}", code()), "EnrolmentCode(…)");
    }
}
