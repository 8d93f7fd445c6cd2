//! Which passwords are taken, and how they are kept: Argon2id with a key that is not in the database (SR2-SP-6).

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use data_encoding::BASE64_NOPAD;
use thiserror::Error;
use zeroize::Zeroizing;

use super::guess;

/// The fewest characters.
pub const SHORTEST: usize = 10;
/// The most characters. Hashing is meant to be slow; without an end a long text would make it slow on purpose.
pub const LONGEST: usize = 128;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT: usize = 32;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// Fewer than [`SHORTEST`] characters.
    #[error("the password has fewer than {SHORTEST} characters")]
    TooShort,
    /// More than [`LONGEST`] characters.
    #[error("the password has more than {LONGEST} characters")]
    TooLong,
    /// Among the first that anybody would guess.
    #[error("the password is among the first that somebody would guess")]
    TooCommon,
    /// It contains the name or the address of its owner.
    #[error("the password contains the name or the address of its owner")]
    NamesItsOwner,
}

/// Why a stored hash cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HashError {
    /// The stored text is not of the form that this program writes.
    #[error("a stored password hash cannot be read: {0}")]
    Unreadable(&'static str),
    /// Argon2 refused its parameters.
    #[error("the password cannot be hashed: {0}")]
    Argon2(String),
}

/// Checks a password before it is taken. `owner` is what anybody may know of its owner: name, address.
///
/// # Errors
/// Why it is not taken; the person is told, and chooses another.
pub fn check(password: &str, owner: &[&str]) -> Result<(), Refused> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refused::TooShort);
    }
    if length > LONGEST {
        return Err(Refused::TooLong);
    }
    let lower = password.to_lowercase();
    for fact in owner {
        let fact = fact.to_lowercase();
        let parts = fact.split(|letter: char| !letter.is_alphanumeric());
        if parts
            .filter(|part| part.chars().count() >= 4)
            .any(|part| lower.contains(part))
        {
            return Err(Refused::NamesItsOwner);
        }
    }
    if guess::is_easy(&lower) {
        return Err(Refused::TooCommon);
    }
    Ok(())
}

/// Hashes a password. `key` is the pepper: 32 bytes that live beside the database, not in it, so that a stolen
/// database alone cannot be guessed at. The result says its own parameters, so that they can be raised later.
///
/// This takes tens of milliseconds and 19 MiB on purpose: call it off the async threads.
///
/// # Errors
/// When Argon2 refuses its parameters, which the tests rule out.
pub fn hash(password: &str, salt: [u8; 16], key: &[u8]) -> Result<String, HashError> {
    let output = derive(password, &salt, key, MEMORY_KIB, PASSES, LANES)?;
    Ok(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
        BASE64_NOPAD.encode(&salt),
        BASE64_NOPAD.encode(output.as_slice())
    ))
}

/// Whether a password is the one that was hashed.
///
/// # Errors
/// When the stored text cannot be read.
pub fn verify(password: &str, stored: &str, key: &[u8]) -> Result<bool, HashError> {
    let stored = Stored::parse(stored)?;
    let output = derive(password, &stored.salt, key, stored.memory, stored.passes, stored.lanes)?;
    Ok(verify_slices_are_equal(output.as_slice(), &stored.output).is_ok())
}

/// Does the work of [`verify`] for an account that does not exist, so that the time tells nothing.
///
/// # Errors
/// As [`hash`].
pub fn verify_nobody(password: &str, key: &[u8]) -> Result<(), HashError> {
    derive(password, &[0; 16], key, MEMORY_KIB, PASSES, LANES).map(drop)
}

/// Whether a stored hash was made with weaker parameters than those of today; it is made anew at the next sign-in.
#[must_use]
pub fn is_outdated(stored: &str) -> bool {
    Stored::parse(stored).map_or(true, |stored| stored.memory < MEMORY_KIB || stored.passes < PASSES)
}

struct Stored {
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Stored {
    fn parse(text: &str) -> Result<Self, HashError> {
        let unreadable = HashError::Unreadable;
        let rest = text
            .strip_prefix("$argon2id$v=19$")
            .ok_or(unreadable("it is not Argon2id version 19"))?;
        let mut parts = rest.split('$');
        let (Some(costs), Some(salt), Some(output), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unreadable("it has not five parts"));
        };
        let mut memory = None;
        let mut passes = None;
        let mut lanes = None;
        for cost in costs.split(',') {
            match cost.split_once('=') {
                Some(("m", value)) => memory = value.parse().ok(),
                Some(("t", value)) => passes = value.parse().ok(),
                Some(("p", value)) => lanes = value.parse().ok(),
                _ => return Err(unreadable("it names an unknown cost")),
            }
        }
        let decode = |part: &str| {
            BASE64_NOPAD
                .decode(part.as_bytes())
                .map_err(|_| unreadable("it is not base 64"))
        };
        Ok(Self {
            memory: memory.ok_or(unreadable("it does not say m"))?,
            passes: passes.ok_or(unreadable("it does not say t"))?,
            lanes: lanes.ok_or(unreadable("it does not say p"))?,
            salt: decode(salt)?,
            output: decode(output)?,
        })
    }
}

fn derive(
    password: &str,
    salt: &[u8],
    key: &[u8],
    memory: u32,
    passes: u32,
    lanes: u32,
) -> Result<Zeroizing<[u8; OUTPUT]>, HashError> {
    let fail = |error: argon2::Error| HashError::Argon2(error.to_string());
    let params = Params::new(memory, passes, lanes, Some(OUTPUT)).map_err(fail)?;
    let argon2 = Argon2::new_with_secret(key, Algorithm::Argon2id, Version::V0x13, params).map_err(fail)?;
    let mut output = Zeroizing::new([0; OUTPUT]);
    argon2
        .hash_password_into(password.as_bytes(), salt, output.as_mut_slice())
        .map_err(fail)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: [&str; 2] = ["山田 花子", "hanako.yamamoto@example.com"];

    #[test]
    fn what_is_guessed_first_is_refused() {
        for bad in [
            "password12",
            "Password2026!",
            "p@ssw0rd123",
            "qwertyuiop",
            "1234567890",
            "0987654321",
            "aaaaaaaaaaaa",
            "1q2w3e4r5t",
            "iloveyou123",
            "tomoritomori",
            "sakura2026",
            "abcdefghij",
            "Welcome2026!",
            "letmein12345",
            "1qaz2wsx3edc",
            "ababababab",
            "shutter1234",
        ] {
            assert_eq!(check(bad, &OWNER), Err(Refused::TooCommon), "{bad}");
        }
    }

    #[test]
    fn what_is_hard_to_guess_is_taken_in_any_script() {
        for good in [
            "correct horse battery staple",
            "雨戸を七時に開ける約束",
            "k9#vQ2!mZ8pL",
            "tidal-meadow-47-bronze",
            "my password is a river in june",
        ] {
            assert_eq!(check(good, &OWNER), Ok(()), "{good}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(check("雨戸を七時に開ける", &OWNER), Err(Refused::TooShort));
        assert_eq!(check("short", &OWNER), Err(Refused::TooShort));
        assert_eq!(check(&"ab9?xz".repeat(30), &OWNER), Err(Refused::TooLong));
    }

    #[test]
    fn the_owners_own_name_is_refused() {
        assert_eq!(check("xK7-yamamoto-w2", &OWNER), Err(Refused::NamesItsOwner));
        assert_eq!(check("xK7-HANAKO-w2pq", &OWNER), Err(Refused::NamesItsOwner));
    }

    #[test]
    fn a_hash_knows_its_password_and_needs_its_key() {
        let stored = hash("tidal-meadow-47-bronze", [3; 16], b"the key beside the database").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(
            verify("tidal-meadow-47-bronze", &stored, b"the key beside the database"),
            Ok(true)
        );
        assert_eq!(
            verify("tidal-meadow-47-bronzE", &stored, b"the key beside the database"),
            Ok(false)
        );
        assert_eq!(verify("tidal-meadow-47-bronze", &stored, b"another key"), Ok(false));
        assert!(!is_outdated(&stored));
        assert!(is_outdated(&stored.replace("m=19456", "m=4096")));
    }

    #[test]
    fn a_damaged_hash_is_an_error_and_never_a_match() {
        for bad in [
            "",
            "$2b$12$x",
            "$argon2id$v=19$m=1,t=1$AAAA$AAAA",
            "$argon2id$v=19$m=19456,t=2,p=1$!$AAAA",
        ] {
            assert!(
                matches!(verify("anything at all", bad, b"key"), Err(HashError::Unreadable(_))),
                "{bad}"
            );
        }
        assert!(matches!(
            verify(
                "anything",
                "$argon2id$v=19$m=1,t=0,p=9$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
                b"key"
            ),
            Err(HashError::Argon2(_))
        ));
    }
}
