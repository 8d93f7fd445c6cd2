//! Passkeys of the company's people: who may add one, and what the roster says of it. Pure.

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::{CredentialId, Member, PasskeyState, PublicPoint, Roster};

/// Passkeys of one person: no more have a place on a roster.
pub(super) const MOST: usize = Member::MOST_PASSKEYS;
/// Whoever adds or removes a passkey has signed in, with password and second factor, less than this ago.
pub(super) const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// An authenticator that was asked has this long to answer.
pub(super) const QUESTION_STANDS: SignedDuration = SignedDuration::from_mins(5);
/// How long somebody is told on their first page that a passkey was added or removed in their name.
pub(super) const NEWS_FOR: SignedDuration = SignedDuration::from_hours(72);

/// To whom passkeys belong, and on which pages they are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host.
    pub id: String,
    /// The one origin of this server's pages.
    pub origin: String,
}

/// A passkey that somebody made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its number.
    pub number: i64,
    /// Whose.
    pub staff: StaffId,
    /// Its id.
    pub credential: CredentialId,
    /// Its public key.
    pub key: PublicPoint,
    /// What its owner calls it.
    pub name: String,
    /// Whether its maker may copy it to other devices of the same person.
    pub is_synchronised: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// What counts of a passkey, at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The roster has it: it signs.
    Counts,
    /// The roster does not have it yet.
    Waits,
    /// The roster has it revoked.
    Revoked,
    /// It was removed here.
    Removed,
    /// It was removed here, and the roster still has it: until the next roster it signs.
    RemovedAndCounts,
}

impl Passkey {
    /// What counts of it.
    #[must_use]
    pub fn standing(&self, roster: Option<&Roster>) -> Standing {
        let state = roster.map_or(PasskeyState::Unknown, |roster| roster.passkey(&self.credential));
        match (state, self.removed_at) {
            (PasskeyState::Revoked, _) => Standing::Revoked,
            (PasskeyState::Good(_), None) => Standing::Counts,
            (PasskeyState::Good(_), Some(_)) => Standing::RemovedAndCounts,
            (PasskeyState::Unknown, None) => Standing::Waits,
            (PasskeyState::Unknown, Some(_)) => Standing::Removed,
        }
    }

    /// The last thing that happened to it, as long as it is news.
    #[must_use]
    pub fn news(&self, now: Timestamp) -> Option<Timestamp> {
        let at = self.removed_at.unwrap_or(self.created_at);
        (now.duration_since(at) < NEWS_FOR).then_some(at)
    }
}

/// Whether somebody who signed in `since` then may add and remove passkeys now.
#[must_use]
pub(super) fn is_fresh(since: Timestamp, now: Timestamp) -> bool {
    let ago = now.duration_since(since);
    ago < FRESH && ago > -FRESH
}

/// What somebody calls a passkey: 1 to 40 characters, none of them a control character.
#[must_use]
pub(super) fn name(given: &str) -> Option<String> {
    let name = given.trim();
    let fits = (1..=40).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_fresh_for_ten_minutes() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(is_fresh(at(1_000), at(1_000)) && is_fresh(at(1_000), at(1_599)));
        assert!(!is_fresh(at(1_000), at(1_600)));
        assert!(!is_fresh(at(1_600), at(1_000)), "signed in by a clock that was ahead");
    }

    #[test]
    fn a_name_is_short_and_plain() {
        assert_eq!(name(" 車のタブレット "), Some("車のタブレット".to_owned()));
        assert_eq!(name("a\nb"), None);
        assert_eq!(name("  "), None);
        assert_eq!(name(&"あ".repeat(41)), None);
    }
}
