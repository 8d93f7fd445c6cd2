//! Codes by which a device comes to its certificate: 80 bits of secret, fifteen minutes, one success.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tomori_smart_home::{DeviceId, EnrolmentCode};

/// How long a code counts.
const LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Wrong codes after which nobody is heard for a while.
const MOST_WRONG: u32 = 10;
/// That while.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// Why there is no code, or no certificate for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodeError {
    /// The device is not on the list as one that proves itself.
    #[error("the device is not on the equipment list as one with a certificate; set that on the operator's page first")]
    NoSuchDevice,
    /// Nobody was given this code, or it is used up or too old, or meant for another certificate.
    #[error("the code is wrong, used up or older than 15 minutes; make a new one at the gateway")]
    Wrong,
    /// Too many wrong codes.
    #[error("too many wrong codes; wait a minute")]
    Resting,
}

#[derive(Debug)]
struct Code {
    digest: Vec<u8>,
    generation: u32,
    ends: Timestamp,
}

/// The codes that are out, one for each device at most. They live in memory: a gateway that starts anew has given none.
#[derive(Debug, Default)]
pub(super) struct Codes {
    out: BTreeMap<DeviceId, Code>,
    wrong: u32,
    rests_until: Option<Timestamp>,
}

impl Codes {
    /// Gives a code out; the one before counts no more. Times are run time.
    pub(super) fn give(&mut self, run: Timestamp, device: DeviceId, generation: u32, code: &EnrolmentCode) {
        let code = Code {
            digest: digest(&SHA256, code.secret().as_bytes()).as_ref().to_vec(),
            generation,
            ends: run.checked_add(LIFE).unwrap_or(run),
        };
        self.out.insert(device, code);
    }

    /// Uses a code up; says for which device and certificate it was.
    ///
    /// # Errors
    /// When it is none that counts.
    pub(super) fn redeem(&mut self, run: Timestamp, secret: &str) -> Result<(DeviceId, u32), CodeError> {
        if self.rests_until.is_some_and(|until| run < until) {
            return Err(CodeError::Resting);
        }
        let shown = digest(&SHA256, secret.as_bytes());
        let mut found = None;
        for (device, code) in &self.out {
            if verify_slices_are_equal(shown.as_ref(), &code.digest).is_ok() && run < code.ends {
                found = Some((device.clone(), code.generation));
            }
        }
        let Some((device, generation)) = found else {
            self.wrong += 1;
            if self.wrong >= MOST_WRONG {
                self.wrong = 0;
                self.rests_until = run.checked_add(REST).ok();
            }
            return Err(CodeError::Wrong);
        };
        self.out.remove(&device);
        self.wrong = 0;
        Ok((device, generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn code(n: u8) -> EnrolmentCode {
        EnrolmentCode::new([n; 10], &[7; 32])
    }

    #[test]
    fn a_code_is_worth_one_certificate_for_fifteen_minutes() {
        let mut codes = Codes::default();
        let device: DeviceId = "dev_1".parse().unwrap();
        codes.give(at(0), device.clone(), 2, &code(1));
        assert_eq!(codes.redeem(at(10), &code(1).secret()), Ok((device.clone(), 2)));
        assert_eq!(codes.redeem(at(11), &code(1).secret()), Err(CodeError::Wrong));
        codes.give(at(0), device.clone(), 2, &code(2));
        assert_eq!(codes.redeem(at(900), &code(2).secret()), Err(CodeError::Wrong));
        codes.give(at(0), device.clone(), 2, &code(3));
        codes.give(at(0), device.clone(), 2, &code(4));
        assert_eq!(codes.redeem(at(1), &code(3).secret()), Err(CodeError::Wrong));
        assert_eq!(codes.redeem(at(1), &code(4).secret()), Ok((device, 2)));
    }

    /// T3-11 EP⑥ impersonation: guessing codes leads nowhere.
    #[test]
    fn guessing_is_slow() {
        let mut codes = Codes::default();
        codes.give(at(0), "dev_1".parse().unwrap(), 1, &code(1));
        for _ in 0..10 {
            assert_eq!(codes.redeem(at(1), &code(9).secret()), Err(CodeError::Wrong));
        }
        assert_eq!(codes.redeem(at(2), &code(1).secret()), Err(CodeError::Resting));
        assert!(codes.redeem(at(61), &code(1).secret()).is_ok());
    }
}
