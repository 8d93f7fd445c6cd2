//! Rosters: the version only rises.

use tomori_platform::services::unlock::{RosterUnfit, UnlockError};
use tomori_smart_home::CompanyId;
use tomori_smart_home::unlock::Statement as _;

use super::Door;

fn signed(door: &Door, version: u64) -> Vec<u8> {
    let mut roster = door.people.roster.clone();
    roster.version = version;
    door.people.root.sign(&roster).to_bytes()
}

/// T3-10 EP③, リプレイ: whoever has the company's server brings a revoked passkey back with an older roster.
#[tokio::test]
async fn a_lower_roster_version_is_refused() {
    let door = Door::new().await;
    let (unlock, company) = (&door.case.town.unlock, &door.case.company);
    assert_eq!(unlock.keep_roster(company, &signed(&door, 7)).await.unwrap(), 7);
    assert_eq!(unlock.keep_roster(company, &signed(&door, 7)).await.unwrap(), 7);
    let refused = unlock.keep_roster(company, &signed(&door, 6)).await.unwrap_err();
    let UnlockError::Roster(RosterUnfit::NotNewer { kept: 7 }) = refused else {
        panic!("{refused:?}");
    };
    let mut twin = door.people.roster.clone();
    twin.version = 7;
    twin.members.clear();
    let twin = door.people.root.sign(&twin).to_bytes();
    unlock.keep_roster(company, &twin).await.unwrap_err();
    assert_eq!(unlock.keep_roster(company, &signed(&door, 8)).await.unwrap(), 8);
    assert_eq!(unlock.roster_version(company).await.unwrap(), Some(8));
}

/// T3-10 EP③, DoS: a forged roster that uses up all versions, so that no revocation can follow.
#[tokio::test]
async fn a_roster_whose_version_leaves_no_room_is_refused() {
    let door = Door::new().await;
    let (unlock, company) = (&door.case.town.unlock, &door.case.company);
    unlock.keep_roster(company, &signed(&door, 1)).await.unwrap();
    let refused = unlock.keep_roster(company, &signed(&door, u64::MAX)).await.unwrap_err();
    assert!(matches!(
        refused,
        UnlockError::Roster(RosterUnfit::TooFar { most: 1001 })
    ));
    assert_eq!(unlock.keep_roster(company, &signed(&door, 2)).await.unwrap(), 2);
    for version in 3..13 {
        unlock.keep_roster(company, &signed(&door, version)).await.unwrap();
    }
    let refused = unlock.keep_roster(company, &signed(&door, 13)).await.unwrap_err();
    assert!(matches!(refused, UnlockError::TooOften(_)));
}

#[tokio::test]
async fn a_roster_of_nobody_is_not_kept() {
    let door = Door::new().await;
    let stranger = CompanyId::from_random([8; 10]);
    door.case
        .town
        .unlock
        .keep_roster(&stranger, &signed(&door, 1))
        .await
        .unwrap_err();
}
