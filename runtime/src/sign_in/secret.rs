//! Secrets that are shown once and kept as a digest only (SR2-SP-6).
//!
//! A secret of 256 random bits needs no slow hash: there is nothing to guess. Its SHA-256 is what the tables hold, so
//! a stolen database opens no session, no token and no phone.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use thiserror::Error;
use zeroize::Zeroizing;

/// What a secret opens: the first part of the secret's text, so that a leaked one can be recognised in a log or a
/// repository and named. Each server adds its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Opens(pub &'static str);

/// A fresh secret: given to its owner once, and to nobody again.
pub struct Secret(Zeroizing<String>);

/// SHA-256 of a secret; what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

/// A code that a person may have to type: 130 random bits in groups of five letters and digits.
pub struct Code(Zeroizing<String>);

/// Why a text cannot be a secret or a code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the text does not have the form of a {0}")]
pub struct Malformed(&'static str);

const CODE_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const CODE_LENGTH: usize = 26;

impl Opens {
    /// A session of a browser.
    pub const SESSION: Self = Self("tmrs_");
    /// Nothing: it marks a browser as one that its owner has signed in from before.
    pub const KNOWN_BROWSER: Self = Self("tmrd_");
}

impl Secret {
    /// A secret from 32 random bytes.
    #[must_use]
    pub fn new(opens: Opens, random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        Self(Zeroizing::new(format!(
            "{}{}",
            opens.0,
            BASE64URL_NOPAD.encode(random.as_slice())
        )))
    }

    /// The text its owner gets.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
            *to = *from;
        }
        Self(out)
    }

    /// The digest of what somebody presents as a secret, when it has the form of one that opens this.
    ///
    /// # Errors
    /// When it has another form; the database is not asked then.
    pub fn of_presented(opens: Opens, given: &str) -> Result<Self, Malformed> {
        let malformed = Malformed("secret");
        let body = given.strip_prefix(opens.0).ok_or(malformed)?;
        if body.len() != 43 || BASE64URL_NOPAD.decode(body.as_bytes()).is_err() {
            return Err(malformed);
        }
        Ok(Self::of(given.as_bytes()))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

impl Code {
    /// A code from 26 random bytes; five bits of each are used.
    #[must_use]
    pub fn new(random: [u8; CODE_LENGTH]) -> Self {
        let mut text = String::with_capacity(CODE_LENGTH + 5);
        for (index, byte) in random.into_iter().enumerate() {
            if index > 0 && index % 5 == 0 && index < 25 {
                text.push('-');
            }
            text.push(char::from(
                CODE_ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0'),
            ));
        }
        Self(Zeroizing::new(text))
    }

    /// The text its owner gets.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(plain(&self.0).as_bytes())
    }

    /// The digest of what somebody typed: hyphens and spaces do not count, capitals neither, and the letters that
    /// the alphabet leaves out are read as the digits they look like.
    ///
    /// # Errors
    /// When it has not 26 letters and digits.
    pub fn of_presented(given: &str) -> Result<Digest, Malformed> {
        if given.len() > 80 {
            return Err(Malformed("code"));
        }
        let plain = plain(given);
        if plain.len() == CODE_LENGTH && plain.bytes().all(|byte| CODE_ALPHABET.contains(&byte)) {
            Ok(Digest::of(plain.as_bytes()))
        } else {
            Err(Malformed("code"))
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

fn plain(given: &str) -> Zeroizing<String> {
    Zeroizing::new(
        given
            .chars()
            .filter(|letter| !matches!(letter, '-' | ' ' | '\u{3000}'))
            .map(|letter| match letter.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_what_it_opens_and_opens_nothing_else() {
        let secret = Secret::new(Opens("tmra_"), [7; 32]);
        assert!(secret.text().starts_with("tmra_"));
        assert_eq!(Digest::of_presented(Opens("tmra_"), secret.text()), Ok(secret.digest()));
        assert!(Digest::of_presented(Opens::SESSION, secret.text()).is_err());
    }

    #[test]
    fn what_has_not_the_form_of_a_secret_never_reaches_a_table() {
        let long = format!("tmrs_{}", "a".repeat(5000));
        for bad in ["", "tmrs_", "tmrs_' OR 1=1 --", long.as_str(), "tmrs_é"] {
            assert!(Digest::of_presented(Opens::SESSION, bad).is_err());
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = Secret::new(Opens::SESSION, [9; 32]);
        let code = Code::new([3; CODE_LENGTH]);
        let printed = format!("{secret:?} {:?} {code:?}", secret.digest());
        assert_eq!(printed, "Secret(…) Digest(…) Code(…)");
    }

    #[test]
    fn a_code_survives_being_typed_by_a_person() {
        let random: [u8; CODE_LENGTH] = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let code = Code::new(random);
        assert_eq!(code.text(), "01234-56789-abcde-fghjk-mnpqrs");
        for typed in [
            "01234-56789-abcde-fghjk-mnpqrs",
            "0123456789ABCDEFGHJKMNPQRS",
            " O1234 56789 abcde fghjk mnpqrs ",
            "oi234-56789-abcde-fghjk-mnpqrs",
        ] {
            assert_eq!(Code::of_presented(typed), Ok(code.digest()), "{typed}");
        }
        for bad in ["", "01234", "01234-56789-abcde-fghjk-mnpqru"] {
            assert!(Code::of_presented(bad).is_err(), "{bad}");
        }
    }
}
