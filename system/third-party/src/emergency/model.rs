//! What a press is. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tomori_smart_home::{CaseId, StaffId};

/// Presses that follow each other within this time are one: a trembling hand, a phone that tries again.
pub const SAME_PRESS: SignedDuration = SignedDuration::from_secs(10);

/// A guard needs help.
#[derive(Debug, Clone, PartialEq)]
pub struct Emergency {
    /// Its number.
    pub number: i64,
    /// Who.
    pub staff: StaffId,
    /// The first press.
    pub pressed_at: Timestamp,
    /// The last press.
    pub last_at: Timestamp,
    /// How often it was pressed.
    pub presses: u32,
    /// What told the last press from others.
    pub last_key: String,
    /// The case whose mission the guard had.
    pub case: Option<CaseId>,
    /// Who has seen it, and when. Pressing again empties this.
    pub seen: Option<(StaffId, Timestamp)>,
    /// When somebody said that it is over.
    pub ended_at: Option<Timestamp>,
    /// What is sealed of it.
    pub detail: Detail,
}

/// Where the guard was, and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Detail {
    /// Degrees north and east, as the guard last said, and when that was.
    pub place: Option<(f64, f64, Timestamp)>,
    /// How it ended.
    pub note: Option<String>,
}

/// What a press does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// It is loud already, and stays so.
    Same,
    /// It is loud again: nobody has seen this press.
    Again,
    /// It becomes loud.
    New,
}

impl Press {
    /// Judges a press by the guard's newest emergency. No press is ever refused: at worst it is loud already.
    #[must_use]
    pub fn judge(newest: Option<&Emergency>, key: &str, now: Timestamp) -> Self {
        let Some(newest) = newest else { return Self::New };
        // A phone that got no answer sends the same press again, and may do so after everything is over.
        if newest.last_key == key {
            return Self::Same;
        }
        if newest.ended_at.is_some() {
            return Self::New;
        }
        let since = now.duration_since(newest.last_at);
        if newest.seen.is_none() && since < SAME_PRESS && !since.is_negative() {
            return Self::Same;
        }
        Self::Again
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn emergency(last: i64, is_seen: bool, is_over: bool) -> Emergency {
        let staff = StaffId::from_random([1; 10]);
        Emergency {
            number: 1,
            staff: staff.clone(),
            pressed_at: second(0),
            last_at: second(last),
            presses: 1,
            last_key: "one".to_owned(),
            case: None,
            seen: is_seen.then_some((staff, second(last))),
            ended_at: is_over.then_some(second(last)),
            detail: Detail::default(),
        }
    }

    #[test]
    fn a_press_is_new_again_or_the_same() {
        let judge = |it: &Emergency, key: &str, now: i64| Press::judge(Some(it), key, second(now));
        assert_eq!(Press::judge(None, "one", second(0)), Press::New);
        let loud = emergency(0, false, false);
        assert_eq!(judge(&loud, "two", 3), Press::Same);
        assert_eq!(judge(&loud, "two", 10), Press::Again);
        assert_eq!(judge(&loud, "one", 500), Press::Same, "a phone that tries again");
        let seen = emergency(0, true, false);
        assert_eq!(
            judge(&seen, "two", 3),
            Press::Again,
            "whoever has seen it has not seen this"
        );
        assert_eq!(judge(&seen, "one", 3), Press::Same);
        let over = emergency(0, true, true);
        assert_eq!(
            judge(&over, "one", 50),
            Press::Same,
            "an old press makes no new emergency"
        );
        assert_eq!(judge(&over, "two", 3), Press::New);
    }

    proptest! {
        /// After every press of a new key, an emergency is loud: nothing swallows one.
        #[test]
        fn no_press_is_lost(last in -100_i64..100, now in -100_i64..1_000, is_seen: bool, is_over: bool) {
            let before = emergency(last, is_seen, is_over);
            let is_loud = match Press::judge(Some(&before), "two", second(now)) {
                Press::New | Press::Again => true,
                Press::Same => before.ended_at.is_none() && before.seen.is_none(),
            };
            prop_assert!(is_loud);
        }
    }
}
