//! What of a bundle or a roster can be seen without believing anybody. Pure.

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
use tomori_smart_home::unlock::{Digest, Refusal, Roster, Statement as _};
use tomori_smart_home::{DeviceId, HomeId, IncidentId};
use tomori_unlock::{CLOCKS_DIFFER_MS, LARGEST_BUNDLE, LONGEST_LIFE_MS, SignedRoster, UnlockBundle};

/// Bundles of one incident at most.
pub(super) const MOST_OF_INCIDENT: u64 = 20;
/// Bundles of one incident in a minute at most; a gateway tells thirty refusals in a minute.
pub(super) const MOST_A_MINUTE: u64 = 6;
/// How often a bundle may be handed over again while it lives.
pub(super) const MOST_ASKED: u64 = 10;
/// By how much a roster's version may rise at once. Whoever takes over a company's server could else use up all numbers
/// with a forged roster, and no revocation would come behind it (T3-10 EP③).
pub(super) const LARGEST_STEP: u64 = 1_000;
/// The highest version of a company's first roster.
pub(super) const HIGHEST_FIRST: u64 = 1_000_000;
/// The longest signed roster, in bytes.
pub(super) const LARGEST_ROSTER: usize = tomori_gateway_link::limits::ROSTER_BYTES;

/// What a bundle is about, by its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) digest: Digest,
    pub(super) incident: IncidentId,
    pub(super) home: HomeId,
    pub(super) lock: DeviceId,
    pub(super) expires_at: Timestamp,
}

/// How a bundle stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// It waits for the gateway, until it expires.
    Waiting,
    /// It was sent to the gateway, which has not answered.
    Sent,
    /// The gateway answered.
    Answered {
        /// `opened`, `notConfirmed`, `interrupted`, or why it was refused.
        answer: String,
    },
    /// It expired, and the gateway has not answered.
    NoAnswer,
}

/// Why a roster is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RosterUnfit {
    /// It is no signed roster.
    #[error("not a signed roster (`tomori/unlock/signed-roster`) of at most 512 KiB")]
    Unreadable,
    /// It is worth nothing any more.
    #[error("the roster has expired; sign a new one")]
    Expired,
    /// It is not newer than the one that is kept.
    #[error("version {kept} is kept already; sign a roster with a higher version")]
    NotNewer {
        /// The version that is kept.
        kept: u64,
    },
    /// Its version is too far from the one before.
    #[error("the version is too high; give at most {most}")]
    TooFar {
        /// The highest that would do.
        most: u64,
    },
}

/// Reads what a bundle is about. That it is signed by whom it says is the gateway's to see.
///
/// # Errors
/// What any gateway would refuse, whatever the signatures.
pub(super) fn read(bundle: &[u8], now: Timestamp) -> Result<Words, Refusal> {
    if bundle.len() > LARGEST_BUNDLE {
        return Err(Refusal::Unreadable);
    }
    let read = UnlockBundle::from_bytes(bundle).map_err(|_| Refusal::Unreadable)?;
    let (arrival, request, _) = read.statements().map_err(|_| Refusal::Unreadable)?;
    if request.incident != arrival.incident {
        return Err(Refusal::OtherIncident);
    }
    let expires_at = request.expires_at.timestamp();
    if now >= expires_at {
        return Err(Refusal::Expired);
    }
    // The same bound as the gateway's, so that nothing waits here that it would not take.
    let left = expires_at.duration_since(now).as_millis();
    if left > i128::from(LONGEST_LIFE_MS.saturating_add(CLOCKS_DIFFER_MS)) {
        return Err(Refusal::LivesTooLong);
    }
    Ok(Words {
        digest: read.digest(),
        incident: arrival.incident,
        home: arrival.home,
        lock: request.lock,
        expires_at,
    })
}

/// Whether a roster may take the place of the one that is kept; its version.
///
/// # Errors
/// Why not.
pub(super) fn newer(signed: &[u8], kept: Option<u64>, now: Timestamp) -> Result<u64, RosterUnfit> {
    let roster = roster(signed).ok_or(RosterUnfit::Unreadable)?;
    if now >= roster.expires_at.timestamp() {
        return Err(RosterUnfit::Expired);
    }
    let most = kept.map_or(HIGHEST_FIRST, |kept| kept.saturating_add(LARGEST_STEP));
    match kept {
        Some(kept) if roster.version <= kept => Err(RosterUnfit::NotNewer { kept }),
        _ if roster.version > most => Err(RosterUnfit::TooFar { most }),
        _ => Ok(roster.version),
    }
}

fn roster(signed: &[u8]) -> Option<Roster> {
    if signed.len() > LARGEST_ROSTER {
        return None;
    }
    let signed = SignedRoster::from_bytes(signed).ok()?;
    Roster::from_bytes(&signed.roster).ok()
}

/// How a bundle stands at a moment.
pub(super) fn standing(answer: Option<String>, is_sent: bool, expires_at: Timestamp, now: Timestamp) -> Standing {
    match answer {
        Some(answer) => Standing::Answered { answer },
        None if now >= expires_at => Standing::NoAnswer,
        None if is_sent => Standing::Sent,
        None => Standing::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::Nonce;
    use tomori_smart_home::unlock::{GatewayCode, IncidentOpened, UnixMillis};
    use tomori_unlock::rehearsal::Rehearsal;

    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn at(millis: u64) -> UnixMillis {
        UnixMillis::from_millis(millis).unwrap()
    }

    fn company() -> Rehearsal {
        Rehearsal::new("guard.example", "https://guard.example", at(NOW)).unwrap()
    }

    fn bundle(expires_at: u64) -> Vec<u8> {
        let company = company();
        let opened = IncidentOpened {
            incident: IncidentId::from_random([1; 10]),
            home: HomeId::from_random([2; 10]),
            zone: "台所 窓".to_owned(),
            at: at(NOW),
            nonce: Nonce::from([3; 32]),
        };
        let arrival = company.arrival(&opened, GatewayCode::from_number(7), at(NOW));
        let lock = DeviceId::from_random([4; 10]);
        company.bundle(&arrival, lock, at(expires_at)).unwrap().to_bytes()
    }

    #[test]
    fn a_bundle_is_read_while_it_lives_and_not_at_its_end() {
        let bytes = bundle(NOW + 60_000);
        let read_at = |millis| read(&bytes, at(millis).timestamp());
        let words = read_at(NOW).unwrap();
        assert_eq!(words.digest, tomori_unlock::digest(&bytes));
        assert_eq!(words.lock, DeviceId::from_random([4; 10]));
        assert!(read_at(NOW + 59_999).is_ok());
        assert_eq!(read_at(NOW + 60_000), Err(Refusal::Expired));
        assert_eq!(read_at(NOW - 570_001), Err(Refusal::LivesTooLong));
        assert!(read_at(NOW - 570_000).is_ok(), "ten minutes and what clocks differ by");
    }

    #[test]
    fn what_is_no_bundle_is_not_carried() {
        let now = at(NOW).timestamp();
        assert_eq!(read(b"", now), Err(Refusal::Unreadable));
        assert_eq!(read(&vec![0; LARGEST_BUNDLE + 1], now), Err(Refusal::Unreadable));
        let mut longer = bundle(NOW + 60_000);
        longer.push(0);
        assert_eq!(read(&longer, now), Err(Refusal::Unreadable), "one spelling");
    }

    #[test]
    fn a_rosters_version_rises_and_never_far() {
        let company = company();
        let signed = |version| {
            let mut roster = company.roster.clone();
            roster.version = version;
            company.root.sign(&roster).to_bytes()
        };
        let now = at(NOW).timestamp();
        assert_eq!(newer(&signed(7), None, now), Ok(7));
        assert_eq!(newer(&signed(8), Some(7), now), Ok(8));
        for lower in [0, 6, 7] {
            assert_eq!(
                newer(&signed(lower), Some(7), now),
                Err(RosterUnfit::NotNewer { kept: 7 })
            );
        }
        assert_eq!(newer(&signed(1_007), Some(7), now), Ok(1_007));
        let far = Err(RosterUnfit::TooFar { most: 1_007 });
        assert_eq!(newer(&signed(1_008), Some(7), now), far);
        assert_eq!(newer(&signed(u64::MAX), Some(7), now), far);
        assert_eq!(newer(b"roster", None, now), Err(RosterUnfit::Unreadable));
        let late = at(NOW + 25 * 3_600_000).timestamp();
        assert_eq!(newer(&signed(8), Some(7), late), Err(RosterUnfit::Expired));
    }

    #[test]
    fn nothing_is_called_waiting_when_it_is_too_late() {
        let end = at(NOW).timestamp();
        let before = at(NOW - 1).timestamp();
        assert_eq!(standing(None, false, end, before), Standing::Waiting);
        assert_eq!(standing(None, true, end, before), Standing::Sent);
        assert_eq!(standing(None, true, end, end), Standing::NoAnswer);
        let answer = Some("opened".to_owned());
        assert!(matches!(standing(answer, true, end, end), Standing::Answered { .. }));
    }
}
