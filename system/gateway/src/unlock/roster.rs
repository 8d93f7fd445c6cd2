//! The security company's roster in force: signed by the pinned root, never older than one that was seen before.

use tomori_smart_home::unlock::{Refusal, Roster, Statement as _, UnixMillis};
use tomori_unlock::{RootKey, SignedRoster};

/// A roster that was believed, with the bytes to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InForce {
    bytes: Vec<u8>,
    roster: Roster,
}

impl InForce {
    /// Takes a roster over, after `previous`. The pinned root signed it, it is of the same company, it is newer (the
    /// same one again changes nothing), and it is in force by the gateway's own clock.
    ///
    /// # Errors
    /// Why not; `previous` stays.
    pub(crate) fn take(
        bytes: &[u8],
        root: &RootKey,
        previous: Option<&Self>,
        now: UnixMillis,
    ) -> Result<Self, Refusal> {
        let taken = Self::restore(bytes, root)?;
        if let Some(previous) = previous {
            if taken == *previous {
                return Ok(taken);
            }
            if taken.roster.company != previous.roster.company {
                return Err(Refusal::RosterOtherCompany);
            }
            // A second roster of the same version is as bad as an older one: one of the two is not what the company
            // means, and nobody can tell which.
            if taken.roster.version <= previous.roster.version {
                return Err(Refusal::RosterRolledBack);
            }
        }
        if now >= taken.roster.expires_at {
            return Err(Refusal::RosterExpired);
        }
        Ok(taken)
    }

    /// Takes a roster up again from the disk. That it was believed before is no reason not to look again.
    ///
    /// # Errors
    /// When the pinned root did not sign it.
    pub(crate) fn restore(bytes: &[u8], root: &RootKey) -> Result<Self, Refusal> {
        let signed = SignedRoster::from_bytes(bytes).map_err(|_| Refusal::RosterForged)?;
        let roster = signed.open(root).map_err(|_| Refusal::RosterForged)?;
        Ok(Self {
            bytes: bytes.to_vec(),
            roster,
        })
    }

    /// The roster.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// As it was signed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::CompanyId;
    use tomori_unlock::RootSigner;
    use tomori_unlock::rehearsal::Rehearsal;

    use super::*;

    const HOUR_MS: u64 = 3_600_000;

    fn now() -> UnixMillis {
        UnixMillis::from_millis(1_800_000_000_000).unwrap()
    }

    fn company() -> Rehearsal {
        Rehearsal::new("guard.example", "https://guard.example", now()).unwrap()
    }

    fn signed(company: &Rehearsal, version: u64) -> Vec<u8> {
        let mut roster = company.roster.clone();
        roster.version = version;
        company.root.sign(&roster).to_bytes()
    }

    #[test]
    fn a_rolled_back_roster_is_refused() {
        let company = company();
        let root = company.root.public();
        let take =
            |version, previous: Option<&InForce>| InForce::take(&signed(&company, version), &root, previous, now());
        let seven = take(7, None).unwrap();
        assert_eq!(take(6, Some(&seven)), Err(Refusal::RosterRolledBack));
        assert_eq!(take(7, Some(&seven)).as_ref(), Ok(&seven), "the same one again");
        assert_eq!(take(8, Some(&seven)).unwrap().roster().version, 8);
        let mut twin = company.roster.clone();
        twin.version = 7;
        twin.members.clear();
        let twin = company.root.sign(&twin).to_bytes();
        assert_eq!(
            InForce::take(&twin, &root, Some(&seven), now()),
            Err(Refusal::RosterRolledBack)
        );
    }

    #[test]
    fn an_expired_roster_is_refused() {
        let company = company();
        let late = UnixMillis::from_millis(now().millis() + 24 * HOUR_MS).unwrap();
        let taken = InForce::take(&signed(&company, 1), &company.root.public(), None, late);
        assert_eq!(taken, Err(Refusal::RosterExpired));
    }

    /// The platform carries rosters; it can neither write one nor bring another company's.
    #[test]
    fn a_roster_of_another_root_or_company_is_refused() {
        let company = company();
        let root = company.root.public();
        let ours = InForce::take(&signed(&company, 1), &root, None, now()).unwrap();
        let platform = RootSigner::generate().unwrap().sign(&company.roster).to_bytes();
        assert_eq!(
            InForce::take(&platform, &root, Some(&ours), now()),
            Err(Refusal::RosterForged)
        );
        let mut other = company.roster.clone();
        other.company = CompanyId::from_random([77; 10]);
        other.version = 2;
        let other = company.root.sign(&other).to_bytes();
        assert_eq!(
            InForce::take(&other, &root, Some(&ours), now()),
            Err(Refusal::RosterOtherCompany)
        );
        assert_eq!(InForce::take(b"roster", &root, None, now()), Err(Refusal::RosterForged));
    }
}
