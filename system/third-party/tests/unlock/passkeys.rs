//! Passkeys are made and removed by their owners, and by nobody else (T3-10 EP③).

use std::time::Duration;

use tomori_third_party::people::Role;
use tomori_unlock::Ceremony;

use super::company::{Company, answer, challenge, passkey, register};

#[tokio::test]
async fn a_passkey_is_made_told_of_and_removed() {
    let company = Company::new().await;
    let (id, mut guard) = company.world.somebody(Role::Guard, "守").await;
    assert!(guard.get("/account/passkeys").await.text.contains("None yet"));
    assert_eq!(register(&mut guard, &passkey(1), &company.making()).await.status, 303);
    let page = guard.get("/account/passkeys").await.text;
    assert!(
        page.contains("仕事用") && page.contains("not on the roster yet"),
        "{page}"
    );
    assert!(guard.get("/duty").await.text.contains("If this was not you"));
    let passkeys = company.world.services.unlock.passkeys_of(&id).await.unwrap();
    assert_eq!(passkeys.len(), 1);
    let remove = format!("/account/passkeys/{}/remove", passkeys[0].number);
    let (_, mut other) = company.world.somebody(Role::Operator, "管").await;
    assert_eq!(other.post(&remove, &[]).await.status, 404, "another's passkey");
    assert_eq!(guard.post(&remove, &[]).await.status, 303);
    assert_eq!(guard.post(&remove, &[]).await.status, 404);
    assert!(guard.get("/account/passkeys").await.text.contains("removed"));
    let log = company.world.office.clone().get("/log").await.text;
    assert!(log.contains("passkey.added") && log.contains("passkey.removed"));
}

/// T3-10 EP③ なりすまし: whoever finds a screen unlocked adds no passkey of theirs an hour later.
#[tokio::test]
async fn a_session_that_is_not_fresh() {
    let company = Company::new().await;
    let (_, mut guard) = company.world.somebody(Role::Guard, "守").await;
    assert_eq!(register(&mut guard, &passkey(1), &company.making()).await.status, 303);
    let asked = challenge(&guard.ask("/account/passkeys/begin", &[]).await);
    company.world.clock.advance(Duration::from_secs(600));
    let refused = guard.ask("/account/passkeys/begin", &[]).await;
    assert!(
        refused.status == 409 && refused.text.contains("signed in a while ago"),
        "{refused:?}"
    );
    assert_eq!(
        answer(&mut guard, &passkey(2), &asked, &company.making()).await.status,
        409
    );
    assert_eq!(guard.post("/account/passkeys/1/remove", &[]).await.status, 409);
    let page = guard.get("/account/passkeys").await.text;
    assert!(page.contains("Sign in once more") && !page.contains("data-passkey=\"make\""));
}

/// T3-10 EP③ なりすまし: each answer counts once.
#[tokio::test]
async fn a_replayed_challenge() {
    let company = Company::new().await;
    let (_, mut guard) = company.world.somebody(Role::Guard, "守").await;
    let asked = challenge(&guard.ask("/account/passkeys/begin", &[]).await);
    assert_eq!(
        answer(&mut guard, &passkey(1), &asked, &company.making()).await.status,
        303
    );
    let again = answer(&mut guard, &passkey(2), &asked, &company.making()).await;
    assert!(
        again.status == 409 && again.text.contains("does not count any more"),
        "{again:?}"
    );
    // A refused answer has used the question up too.
    let asked = challenge(&guard.ask("/account/passkeys/begin", &[]).await);
    let unverified = Ceremony {
        flags: 0x41,
        ..company.making()
    };
    assert_eq!(answer(&mut guard, &passkey(2), &asked, &unverified).await.status, 409);
    assert_eq!(
        answer(&mut guard, &passkey(2), &asked, &company.making()).await.status,
        409
    );
    // And one that nobody answered in time.
    let asked = challenge(&guard.ask("/account/passkeys/begin", &[]).await);
    company.world.clock.advance(Duration::from_secs(301));
    assert_eq!(
        answer(&mut guard, &passkey(2), &asked, &company.making()).await.status,
        409
    );
}

/// T3-10 EP③ なりすまし: what one session was asked, no other answers.
#[tokio::test]
async fn a_challenge_of_another_session() {
    let company = Company::new().await;
    let (_, mut guard) = company.world.somebody(Role::Guard, "守").await;
    let (_, mut other) = company.world.somebody(Role::Guard, "別").await;
    let asked = challenge(&guard.ask("/account/passkeys/begin", &[]).await);
    assert_eq!(
        answer(&mut other, &passkey(1), &asked, &company.making()).await.status,
        409
    );
    assert_eq!(
        answer(&mut guard, &passkey(1), &asked, &company.making()).await.status,
        303
    );
}

/// T3-10 EP③ なりすまし: made on another page, for another service, without a person, or by a person who was not verified.
#[tokio::test]
async fn other_origin_other_service_nobody_and_not_verified() {
    let company = Company::new().await;
    let (id, mut guard) = company.world.somebody(Role::Guard, "守").await;
    let good = company.making();
    for (ceremony, told) in [
        (
            Ceremony {
                origin: "https://evil.example".to_owned(),
                ..good.clone()
            },
            "not the company",
        ),
        (
            Ceremony {
                origin: "http://localhost".to_owned(),
                ..good.clone()
            },
            "not the company",
        ),
        (
            Ceremony {
                rp_id: "evil.example".to_owned(),
                ..good.clone()
            },
            "another relying party",
        ),
        (
            Ceremony {
                flags: 0x44,
                ..good.clone()
            },
            "nobody was present",
        ),
        (
            Ceremony {
                flags: 0x41,
                ..good.clone()
            },
            "did not verify the person",
        ),
        (
            Ceremony {
                kind: "webauthn.get".to_owned(),
                ..good
            },
            "does not come from making",
        ),
    ] {
        let page = register(&mut guard, &passkey(1), &ceremony).await;
        assert!(page.status == 409 && page.text.contains(told), "{ceremony:?}: {page:?}");
    }
    assert!(company.world.services.unlock.passkeys_of(&id).await.unwrap().is_empty());
}

/// T3-10 EP③ なりすまし: a credential id that somebody has, or had, is nobody else's.
#[tokio::test]
async fn a_registration_with_an_existing_credential_id() {
    let company = Company::new().await;
    let owner = company.member(Role::Guard, "守", 1).await;
    let (_, mut other) = company.world.somebody(Role::Operator, "管").await;
    let refused = register(&mut other, &passkey(1), &company.making()).await;
    assert!(refused.status == 409 && refused.text.contains("registered already"));
    let mut browser = owner.browser;
    assert_eq!(browser.post("/account/passkeys/1/remove", &[]).await.status, 303);
    assert_eq!(register(&mut other, &passkey(1), &company.making()).await.status, 409);
    assert_eq!(register(&mut browser, &owner.key, &company.making()).await.status, 409);
}

/// Whoever lost the phone with passkey and second factor cannot sign in to say so.
#[tokio::test]
async fn an_administrator_removes_a_lost_passkey() {
    let company = Company::new().await;
    let mut guard = company.member(Role::Guard, "守", 1).await;
    let mut office = company.world.office.clone();
    assert_eq!(guard.browser.post("/roster/passkeys/1/remove", &[]).await.status, 403);
    assert!(office.get("/roster").await.text.contains("/roster/passkeys/1/remove"));
    assert_eq!(office.post("/roster/passkeys/1/remove", &[]).await.status, 303);
    assert_eq!(office.post("/roster/passkeys/1/remove", &[]).await.status, 404);
    assert!(guard.browser.get("/duty").await.text.contains("was removed"));
    company.world.clock.advance(Duration::from_secs(601));
    assert_eq!(office.post("/roster/passkeys/1/remove", &[]).await.status, 409);
}

#[tokio::test]
async fn nobody_has_more_than_eight_and_whoever_leaves_has_none() {
    let company = Company::new().await;
    let (id, mut guard) = company.world.somebody(Role::Guard, "守").await;
    for number in 1..=8 {
        assert_eq!(
            register(&mut guard, &passkey(number), &company.making()).await.status,
            303
        );
    }
    assert_eq!(guard.ask("/account/passkeys/begin", &[]).await.status, 409);
    let mut office = company.world.office.clone();
    assert_eq!(office.post(&format!("/people/{id}/remove"), &[]).await.status, 303);
    let passkeys = company.world.services.unlock.passkeys_of(&id).await.unwrap();
    assert!(passkeys.len() == 8 && passkeys.iter().all(|passkey| passkey.removed_at.is_some()));
}
