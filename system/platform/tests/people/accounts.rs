//! Accounts: how they come, change and go.

use std::time::Duration;

use tomori_platform::auth::people::password::Refused;
use tomori_platform::auth::people::{Founder, NewPerson, PeopleError, Purpose};
use zeroize::Zeroizing;

use crate::town::{HOME_ADDRESS, OTHER_PASSWORD, PASSWORD, Town};

#[tokio::test]
async fn the_first_operator_comes_by_a_code_that_is_worth_one_use() {
    let town = Town::new();
    let first = town.people.setup_code().await.unwrap().unwrap();
    let second = town.people.setup_code().await.unwrap().unwrap();
    let founder = || {
        Some(Founder {
            name: "運用 太郎".to_owned(),
            email: "ops@example.com".to_owned(),
        })
    };
    let replaced = town.accept(first.code.text(), PASSWORD, founder()).await;
    assert!(
        matches!(replaced, Err(PeopleError::NotFound("invitation"))),
        "a newer code takes its place"
    );
    let operator = town.accept(second.code.text(), PASSWORD, founder()).await.unwrap();
    assert!(operator.viewer.operator().is_some());
    let again = town.accept(second.code.text(), PASSWORD, founder()).await;
    assert!(matches!(again, Err(PeopleError::NotFound("invitation"))));
    assert!(
        town.people.setup_code().await.unwrap().is_none(),
        "no further first operator"
    );
}

#[tokio::test]
async fn an_invited_resident_signs_in_with_password_and_code() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let totp = town.next_code(&resident.secret);
    let sign_in = town.sign_in(" Hanako@EXAMPLE.com ", PASSWORD, totp, HOME_ADDRESS);
    let signed_in = town.people.sign_in(sign_in).await.unwrap();
    assert_eq!(signed_in.viewer.homes, [Town::home(1)]);
    let seen = town.viewer(signed_in.session.text()).await.unwrap();
    assert_eq!(seen.person, resident.viewer.person);
    assert_eq!(town.people.sessions(&seen.person).await.unwrap().len(), 2);
    town.people.sign_out(signed_in.session.text()).await.unwrap();
    assert_eq!(town.viewer(signed_in.session.text()).await, None);
}

#[tokio::test]
async fn recovery_closes_everything_that_was_open() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    let by = operator.viewer.operator().unwrap();
    let person = &resident.viewer.person;
    town.people
        .issue_grant(&resident.viewer, &Town::home(1), "lost phone")
        .await
        .unwrap();
    let invited = town.people.recover(by, person).await.unwrap();
    let open = town.people.open_invitation(invited.code.text()).await.unwrap();
    assert_eq!(open.purpose, Purpose::Recover);
    assert!(town.viewer(&resident.session).await.is_some());
    let back = town.accept(invited.code.text(), OTHER_PASSWORD, None).await.unwrap();
    assert_eq!(town.viewer(&resident.session).await, None);
    assert!(town.people.grants(&Town::home(1)).await.unwrap().is_empty());
    assert_ne!(
        back.secret, resident.secret,
        "the lost phone's authenticator is worth nothing"
    );
    let totp = town.next_code(&back.secret);
    let old = town.sign_in(&resident.email, PASSWORD, totp.clone(), HOME_ADDRESS);
    assert!(town.people.sign_in(old).await.is_err());
    let new = town.sign_in(&resident.email, OTHER_PASSWORD, totp, HOME_ADDRESS);
    town.people.sign_in(new).await.unwrap();
}

#[tokio::test]
async fn an_invitation_ends_with_its_time() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    let by = operator.viewer.operator().unwrap();
    let invited = town.people.recover(by, &resident.viewer.person).await.unwrap();
    town.clock.advance(Duration::from_secs(3600));
    let late = town.accept(invited.code.text(), OTHER_PASSWORD, None).await;
    assert!(matches!(late, Err(PeopleError::NotFound("invitation"))));
}

#[tokio::test]
async fn a_refused_password_leaves_the_invitation_standing() {
    let town = Town::new();
    let operator = town.operator().await;
    let by = operator.viewer.operator().unwrap();
    let new = NewPerson {
        name: "Hanako Yamamoto".to_owned(),
        email: "hanako@example.com".to_owned(),
    };
    let (_, invited) = town.people.invite_resident(by, &Town::home(1), new).await.unwrap();
    let code = invited.unwrap().code.text().to_owned();
    for (password, refused) in [
        ("short", Refused::TooShort),
        ("password2026", Refused::TooCommon),
        ("yamamoto-x7-q9-lantern", Refused::NamesItsOwner),
    ] {
        match town.accept(&code, password, None).await {
            Err(PeopleError::Password(why)) => assert_eq!(why, refused),
            other => panic!("{:?}", other.err()),
        }
    }
    town.accept(&code, PASSWORD, None).await.unwrap();
}

/// Somebody who found an open session, or stole one, and even knows the password, does not take the account over (EP①).
#[tokio::test]
async fn a_new_password_needs_both_factors_and_closes_the_other_sessions() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let used = town.next_code(&resident.secret);
    let sign_in = town.sign_in(&resident.email, PASSWORD, used.clone(), HOME_ADDRESS);
    let other = town.people.sign_in(sign_in).await.unwrap();
    let change = async |present: &str, totp: &str| {
        let (present, new) = (
            Zeroizing::new(present.to_owned()),
            Zeroizing::new(OTHER_PASSWORD.to_owned()),
        );
        town.people.change_password(&resident.viewer, present, totp, new).await
    };
    let code = town.next_code(&resident.secret);
    for (present, totp) in [
        ("not the password", code.as_str()),
        (PASSWORD, "000000"),
        (PASSWORD, ""),
        (PASSWORD, used.as_str()),
    ] {
        let refused = change(present, totp).await;
        assert!(matches!(refused, Err(PeopleError::NotMatching)), "{present} {totp}");
    }
    assert!(town.viewer(other.session.text()).await.is_some());
    change(PASSWORD, &code).await.unwrap();
    assert_eq!(town.viewer(other.session.text()).await, None);
    assert!(town.viewer(&resident.session).await.is_some());
    let again = change(OTHER_PASSWORD, &code).await;
    assert!(matches!(again, Err(PeopleError::NotMatching)), "a code works once");
    let totp = town.next_code(&resident.secret);
    let sign_in = town.sign_in(&resident.email, OTHER_PASSWORD, totp, HOME_ADDRESS);
    town.people.sign_in(sign_in).await.unwrap();
}

/// SR2-SP-3: guessing at a session that was left open is slowed down like guessing at the door.
#[tokio::test]
async fn too_many_wrong_tries_at_a_new_password_have_to_wait() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let change = async |present: &str, totp: &str| {
        let (present, new) = (
            Zeroizing::new(present.to_owned()),
            Zeroizing::new(OTHER_PASSWORD.to_owned()),
        );
        town.people.change_password(&resident.viewer, present, totp, new).await
    };
    let right = town.next_code(&resident.secret);
    let mut tries = 0;
    while let Err(PeopleError::NotMatching) = change(PASSWORD, "000000").await {
        tries += 1;
        assert!(tries < 20, "nobody is made to wait");
    }
    let kept_out = change(PASSWORD, &right).await;
    assert!(matches!(kept_out, Err(PeopleError::Wait(_))), "{kept_out:?}");
    assert!(town.viewer(&resident.session).await.is_some());
    town.clock.advance(Duration::from_secs(16 * 60));
    let right = town.next_code(&resident.secret);
    change(PASSWORD, &right).await.unwrap();
}

#[tokio::test]
async fn one_account_lives_in_two_homes_and_is_forgotten_with_the_last() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    let by = operator.viewer.operator().unwrap();
    let again = NewPerson {
        name: "花子".to_owned(),
        email: "hanako@example.com".to_owned(),
    };
    let (same, invited) = town.people.invite_resident(by, &Town::home(2), again).await.unwrap();
    assert!(invited.is_none(), "she has a password already");
    let id = resident.viewer.resident().unwrap().clone();
    assert_eq!(same, id);
    assert_eq!(town.viewer(&resident.session).await.unwrap().homes.len(), 2);
    town.people.remove_resident(by, &Town::home(1), &id).await.unwrap();
    assert_eq!(town.viewer(&resident.session).await.unwrap().homes, [Town::home(2)]);
    town.people.remove_resident(by, &Town::home(2), &id).await.unwrap();
    assert_eq!(town.viewer(&resident.session).await, None);
    let info = town.people.name_of(&resident.viewer.person).await.unwrap();
    assert!(info.name.is_empty() && info.email.is_empty());
}

#[tokio::test]
async fn an_address_is_one_persons() {
    let town = Town::new();
    let (operator, _) = town.family().await;
    let by = operator.viewer.operator().unwrap();
    let new = |email: &str| NewPerson {
        name: "Jiro".to_owned(),
        email: email.to_owned(),
    };
    let refused = town.people.invite_operator(by, new("HANAKO@example.com")).await;
    assert!(matches!(refused, Err(PeopleError::LoginTaken)));
    let refused = town
        .people
        .invite_resident(by, &Town::home(1), new("ops@example.com"))
        .await;
    assert!(matches!(refused, Err(PeopleError::LoginTaken)));
}

#[tokio::test]
async fn a_second_operator_is_invited_like_anybody() {
    let town = Town::new();
    let operator = town.operator().await;
    let by = operator.viewer.operator().unwrap();
    town.clock.advance(Duration::from_secs(1));
    let new = NewPerson {
        name: "運用 花子".to_owned(),
        email: "ops2@example.com".to_owned(),
    };
    let invited = town.people.invite_operator(by, new).await.unwrap();
    let second = town.accept(invited.code.text(), PASSWORD, None).await.unwrap();
    assert!(second.viewer.operator().is_some());
    let operators = town.people.operators().await.unwrap();
    let emails: Vec<&str> = operators.iter().map(|operator| operator.email.as_str()).collect();
    assert_eq!(emails, ["ops@example.com", "ops2@example.com"]);
}

#[tokio::test]
async fn sessions_end_when_nobody_uses_them_and_in_any_case() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    town.clock.advance(Duration::from_secs(31 * 60));
    assert_eq!(town.viewer(&operator.session).await, None);
    let mut days = 0;
    while town.viewer(&resident.session).await.is_some() {
        days += 10;
        town.clock.advance(Duration::from_secs(10 * 24 * 3600));
        assert!(days <= 90, "ninety days end every session");
    }
    assert_eq!(days, 90, "one that is used lives that long");
}

#[tokio::test]
async fn accounts_survive_a_restart() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    town.close().await;
    let town = town.reopen();
    assert_eq!(
        town.viewer(&resident.session).await.unwrap().person,
        resident.viewer.person
    );
    let totp = town.next_code(&resident.secret);
    let sign_in = town.sign_in(&resident.email, PASSWORD, totp, HOME_ADDRESS);
    town.people.sign_in(sign_in).await.unwrap();
}
