//! The house's codes: kept as slow hashes, compared in constant time, nowhere else in the system.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::arming::Code;

/// Rounds of PBKDF2-HMAC-SHA-256. A code has at most eight digits, so this slows a guesser down who holds the opened
/// journal and no more; what keeps others out is that the journal is sealed and attempts are bounded.
const ROUNDS: u32 = 600_000;
const HASH: usize = 32;

/// The codes, as they lie on the disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Codes {
    salt: [u8; 16],
    code: Vec<u8>,
    duress: Vec<u8>,
}

/// New codes, as a resident inside the house gives them.
#[derive(Debug, Clone)]
pub struct NewCodes {
    /// The code that disarms.
    pub code: Code,
    /// The code that disarms and calls for help.
    pub duress: Code,
    /// The code so far; not needed while there is none.
    pub current: Option<Code>,
}

/// Why codes are not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodesError {
    /// The two are the same.
    #[error("the duress code must be another one than the code")]
    Same,
    /// The present code is wrong or missing.
    #[error("the present code is wrong")]
    WrongCode,
    /// It was wrong too often.
    #[error("the code was wrong too often; try again in five minutes")]
    Locked,
    /// The disk refuses.
    #[error("the gateway cannot write to its data directory")]
    NotRemembered,
}

/// What a typed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The code.
    Right,
    /// The code of somebody who is threatened.
    Duress,
    /// Neither.
    Wrong,
}

impl Codes {
    /// Takes some tenths of a second of a processor: call it where that is allowed.
    pub(crate) fn new(salt: [u8; 16], code: &Code, duress: &Code) -> Self {
        Self {
            salt,
            code: hash(&salt, code).to_vec(),
            duress: hash(&salt, duress).to_vec(),
        }
    }

    /// What a typed code is. As slow as [`Codes::new`], and as long for a wrong code as for a right one.
    pub(crate) fn verdict(&self, typed: &Code) -> Verdict {
        let typed = hash(&self.salt, typed);
        let is = |known: &[u8]| aws_lc_rs::constant_time::verify_slices_are_equal(known, &typed).is_ok();
        let (is_code, is_duress) = (is(&self.code), is(&self.duress));
        match (is_code, is_duress) {
            (_, true) => Verdict::Duress,
            (true, false) => Verdict::Right,
            (false, false) => Verdict::Wrong,
        }
    }
}

fn hash(salt: &[u8; 16], code: &Code) -> [u8; HASH] {
    let mut out = [0; HASH];
    let rounds = NonZeroU32::new(ROUNDS).unwrap_or(NonZeroU32::MIN);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        rounds,
        salt,
        code.digits().as_bytes(),
        &mut out,
    );
    out
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(…)")
    }
}

#[cfg(test)]
impl Codes {
    /// Codes that nobody's digits match, at no cost: for tests that bring the verdict.
    pub(crate) fn quick() -> Self {
        Self {
            salt: [0; 16],
            code: vec![1; HASH],
            duress: vec![2; HASH],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_a_duress_code_and_anything_else() {
        let code = |digits: &str| Code::new(digits).unwrap();
        let codes = Codes::new([7; 16], &code("135790"), &code("135791"));
        assert_eq!(codes.verdict(&code("135790")), Verdict::Right);
        assert_eq!(codes.verdict(&code("135791")), Verdict::Duress);
        assert_eq!(codes.verdict(&code("1357900")), Verdict::Wrong);
        let text = serde_json::to_string(&codes).unwrap();
        assert!(!text.contains("135790"));
        assert_eq!(serde_json::from_str::<Codes>(&text).unwrap(), codes);
        assert_eq!(format!("{codes:?}"), "Codes(…)");
    }
}
