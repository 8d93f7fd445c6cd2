//! Tokens and paired phones: issued, made anew, revoked.

use std::time::Duration;

use tomori_platform::auth::people::secret::Digest;
use tomori_platform::auth::people::{MOST_RESIDENTS, MOST_TOKENS, NewPerson, NewToken, PeopleError, Scope};

use crate::town::Town;

fn token(days: u16) -> NewToken {
    NewToken {
        label: "壁のタブレット".to_owned(),
        scope: Scope::Read,
        days,
    }
}

/// SR2-SP-2: a token that was revoked, or whose secret was made anew, opens nothing.
#[tokio::test]
async fn stolen_revoked_token() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let person = &resident.viewer.person;
    let issued = town.people.issue_token(person, token(30)).await.unwrap();
    let stolen = issued.secret.text().to_owned();
    assert!(town.people.viewer_of_token(&stolen).await.unwrap().is_some());
    let anew = town.people.reissue_token(person, &issued.summary.id).await.unwrap();
    assert_eq!(town.people.viewer_of_token(&stolen).await.unwrap(), None);
    let viewer = town.people.viewer_of_token(anew.secret.text()).await.unwrap().unwrap();
    assert!(!viewer.may_control());
    assert_eq!(town.viewer(anew.secret.text()).await, None, "a token is no session");
    town.people.revoke_token(person, &issued.summary.id).await.unwrap();
    assert_eq!(town.people.viewer_of_token(anew.secret.text()).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_ends_with_its_days() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let person = &resident.viewer.person;
    let issued = town.people.issue_token(person, token(1)).await.unwrap();
    town.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(
        town.people
            .viewer_of_token(issued.secret.text())
            .await
            .unwrap()
            .is_some()
    );
    town.clock.advance(Duration::from_secs(1));
    assert_eq!(town.people.viewer_of_token(issued.secret.text()).await.unwrap(), None);
    for days in [0, 366] {
        let refused = town.people.issue_token(person, token(days)).await;
        assert!(matches!(refused, Err(PeopleError::Unfit { field: "days", .. })));
    }
}

#[tokio::test]
async fn tokens_and_residents_are_bounded() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    for number in 0..=MOST_TOKENS {
        let issued = town.people.issue_token(&resident.viewer.person, token(1)).await;
        assert_eq!(issued.is_ok(), number < MOST_TOKENS);
    }
    town.clock.advance(Duration::from_secs(24 * 3600));
    let issued = town.people.issue_token(&resident.viewer.person, token(1)).await;
    assert!(issued.is_ok(), "what has expired makes room");
    let by = operator.viewer.operator().unwrap();
    for number in 1..=MOST_RESIDENTS {
        let new = NewPerson {
            name: format!("resident {number}"),
            email: format!("r{number}@example.com"),
        };
        let invited = town.people.invite_resident(by, &Town::home(1), new).await;
        assert_eq!(invited.is_ok(), number < MOST_RESIDENTS);
    }
}

#[tokio::test]
async fn a_paired_phone_is_in_the_plan_by_its_digest_only() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let home = Town::home(1);
    let before = town.people.plan_part(&home).await.unwrap();
    let issued = town
        .people
        .issue_grant(&resident.viewer, &home, "花子の電話")
        .await
        .unwrap();
    let with = town.people.plan_part(&home).await.unwrap();
    assert_eq!(with.version, before.version + 1);
    let digest = Digest::of(issued.secret.text().as_bytes());
    assert_eq!(with.content[0].secret_sha256, digest.0);
    assert_eq!(with.content[0].resident_name, "花子");
    town.people
        .revoke_grant(&resident.viewer, &home, &issued.summary.id)
        .await
        .unwrap();
    let without = town.people.plan_part(&home).await.unwrap();
    assert_eq!((without.version, without.content.len()), (with.version + 1, 0));
}
