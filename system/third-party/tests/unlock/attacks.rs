//! What others try, and what one of the three tries alone (T3-10 EP③).

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_smart_home::unlock::{Arrival, GatewayCode, Role, Statement as _, UnixMillis, UnlockApproval};
use tomori_third_party::people;
use tomori_third_party::unlock::State;
use tomori_unlock::{Ceremony, digest};

use super::company::{challenge, passkey};
use super::house::{Asker, Door};

/// T3-10 EP③ 不正アクセス: a supervisor who took the case over and asked for the door does not approve that.
#[tokio::test]
async fn a_supervisor_cannot_approve_their_own_request() {
    let mut door = Door::new().await;
    assert_eq!(
        door.supervisor
            .browser
            .post(&format!("{}/take", door.path), &[])
            .await
            .status,
        303
    );
    assert_eq!(door.arrive("12345678").await.status, 303);
    let asked = door.ask_request(&Asker::Supervisor).await;
    let request = format!("{}/unlock/request", door.path);
    assert_eq!(
        door.company
            .answer(&mut door.supervisor, &request, &challenge(&asked), None)
            .await
            .status,
        303
    );
    let page = door
        .supervisor
        .browser
        .get(&format!("{}/unlock/approval", door.path))
        .await
        .text;
    assert!(
        page.contains("another supervisor approves") && !page.contains("data-passkey=\"sign\""),
        "{page}"
    );
    let page = door.supervisor.browser.get(&door.path).await.text;
    assert!(!page.contains("Look at it and approve"));
    let refused = door.ask_approval().await;
    assert!(
        refused.status == 403 && refused.text.contains("must be three people"),
        "{refused:?}"
    );
    // Even with a signature that was made elsewhere, over the right statement.
    let draft = door.draft().await;
    let forged = UnlockApproval {
        request: draft.request.unwrap().signed.digest(),
        supervisor: door.supervisor.id.clone(),
    };
    let path = format!("{}/unlock/approval", door.path);
    let page = door
        .company
        .answer(&mut door.supervisor, &path, &digest(&forged.to_bytes()), None)
        .await;
    assert_eq!(page.status, 409);
    assert_eq!(door.draft().await.state, State::Requested);
    assert!(door.company.platform.bundles.lock().unwrap().is_empty());
}

/// T3-10 EP③ 不正アクセス: operator and guard alone are two.
#[tokio::test]
async fn operator_and_guard_without_a_supervisor() {
    let mut door = Door::new().await;
    assert_eq!(door.arrive("12345678").await.status, 303);
    assert_eq!(door.request().await.status, 303);
    let approval = format!("{}/unlock/approval", door.path);
    let shown = door.shown_request().await;
    for colleague in [&mut door.operator, &mut door.guard] {
        assert_eq!(colleague.browser.get(&approval).await.status, 403);
        let fields = [("request", shown.as_str())];
        assert_eq!(
            colleague
                .browser
                .ask(&format!("{approval}/begin"), &fields)
                .await
                .status,
            403
        );
        assert_eq!(colleague.browser.post(&approval, &[]).await.status, 403);
    }
    // Time passes, and it ends.
    door.company.world.clock.advance(Duration::from_secs(301));
    door.until(State::Expired).await;
    assert!(door.company.platform.bundles.lock().unwrap().is_empty());
    assert!(door.operator.browser.get(&door.path).await.text.contains("out of time"));
}

/// T3-10 EP③ なりすまし: each signature counts once, in the session that asked.
#[tokio::test]
async fn a_replayed_challenge_and_a_challenge_of_another_session() {
    let mut door = Door::new().await;
    let asked = challenge(&door.ask_arrival("12345678").await);
    // The same guard in another browser: another session.
    let mut elsewhere = door.company.world.sign_in_again(&door.guard.id).await;
    let fields = door.company.assertion(&door.guard.key, &asked, None);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(elsewhere.post("/duty/arrival", &fields).await.status, 409);
    assert_eq!(door.guard.browser.post("/duty/arrival", &fields).await.status, 303);
    let again = door.guard.browser.post("/duty/arrival", &fields).await;
    assert!(
        again.status == 409 && again.text.contains("does not count any more"),
        "{again:?}"
    );
    // What was signed for an arrival is no answer to anything else.
    let asked = challenge(&door.ask_arrival("12345678").await);
    let request = format!("{}/unlock/request", door.path);
    let operator = &mut door.operator;
    assert_eq!(door.company.answer(operator, &request, &asked, None).await.status, 409);
}

/// T3-10 EP③: another page, a service that is not ours, nobody verified, another's passkey, one that is not on the roster.
#[tokio::test]
async fn other_origin_not_verified_another_passkey() {
    let mut door = Door::new().await;
    let good = door.company.signing();
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
                rp_id: "evil.example".to_owned(),
                ..good.clone()
            },
            "another relying party",
        ),
        (
            Ceremony {
                flags: 0x04,
                ..good.clone()
            },
            "nobody was present",
        ),
        (
            Ceremony {
                flags: 0x01,
                ..good.clone()
            },
            "did not verify the person",
        ),
        (
            Ceremony {
                kind: "webauthn.create".to_owned(),
                ..good
            },
            "does not come from using a passkey",
        ),
    ] {
        let asked = challenge(&door.ask_arrival("12345678").await);
        let page = door
            .company
            .answer(&mut door.guard, "/duty/arrival", &asked, Some(&ceremony))
            .await;
        assert!(page.status == 409 && page.text.contains(told), "{told}: {}", page.text);
    }
    for (key, told) in [
        (passkey(2), "belongs to somebody else"),
        (passkey(77), "not on the roster"),
    ] {
        let asked = challenge(&door.ask_arrival("12345678").await);
        let fields = door.company.assertion(&key, &asked, None);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = door.guard.browser.post("/duty/arrival", &fields).await;
        assert!(page.status == 409 && page.text.contains(told), "{told}: {}", page.text);
    }
    assert!(
        door.company
            .world
            .services
            .unlock
            .drafts(&door.case)
            .await
            .unwrap()
            .is_empty()
    );
    let log = door.company.world.office.clone().get("/log").await.text;
    assert!(log.contains("guard/not-verified"));
}

/// T3-10 EP③ 改ざん: the page shows one statement, and another is signed.
#[tokio::test]
async fn a_statement_swapped_between_page_and_signature() {
    let mut door = Door::new().await;
    let asked = challenge(&door.ask_arrival("12345678").await);
    let other = Arrival {
        incident: door.opened.incident.clone(),
        home: door.opened.home.clone(),
        guard: door.guard.id.clone(),
        nonce: door.opened.nonce,
        code: GatewayCode::from_number(87_654_321),
        at: UnixMillis::of(door.company.world.clock.now()),
    };
    // A signature over the other statement, sent as the answer to the first, and as one to itself.
    let mut fields = door
        .company
        .assertion(&door.guard.key, &digest(&other.to_bytes()), None);
    let own = fields.clone();
    fields[0].1 = data_encoding::BASE64URL_NOPAD.encode(&asked.0);
    for (fields, told) in [(fields, "for another statement"), (own, "does not count any more")] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = door.guard.browser.post("/duty/arrival", &fields).await;
        assert!(page.status == 409 && page.text.contains(told), "{told}: {}", page.text);
    }
    // A supervisor who looks at one request is not asked to approve another that came meanwhile.
    assert_eq!(door.arrive("12345678").await.status, 303);
    assert_eq!(door.request().await.status, 303);
    let shown = door.shown_request().await;
    assert_eq!(door.arrive("12345678").await.status, 303);
    door.company.world.clock.advance(Duration::from_millis(10));
    assert_eq!(door.request().await.status, 303);
    let path = format!("{}/unlock/approval/begin", door.path);
    let refused = door.supervisor.browser.ask(&path, &[("request", shown.as_str())]).await;
    assert!(
        refused.status == 409 && refused.text.contains("another one now"),
        "{refused:?}"
    );
    assert!(
        door.operator
            .browser
            .get(&door.path)
            .await
            .text
            .contains("replaced by a new arrival")
    );
}

/// T3-10 EP③ なりすまし: what was lost and revoked signs nothing, and what left the company neither.
#[tokio::test]
async fn a_revoked_passkey() {
    let mut door = Door::new().await;
    let mut roster = door.roster(2);
    roster.revoked.insert(door.guard.key.credential().clone());
    let asked = challenge(&door.ask_arrival("12345678").await);
    assert_eq!(door.company.bring(&roster).await.status, 303);
    let page = door
        .company
        .answer(&mut door.guard, "/duty/arrival", &asked, None)
        .await;
    assert!(
        page.status == 409 && page.text.contains("the passkey is revoked"),
        "{}",
        page.text
    );
    let refused = door.ask_arrival("12345678").await;
    assert!(
        refused.status == 409 && refused.text.contains("None of your passkeys"),
        "{refused:?}"
    );
    // A role that the roster takes away is taken away here too.
    let mut roster = door.roster(3);
    roster.members.get_mut(&door.guard.id).unwrap().roles = [Role::Operator].into();
    assert_eq!(door.company.bring(&roster).await.status, 303);
    let refused = door.ask_arrival("12345678").await;
    assert!(refused.text.contains("does not have this role"), "{refused:?}");
    // And an expired roster lets nobody sign.
    door.company.world.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let mut guard = door.company.world.sign_in_again(&door.guard.id).await;
    let refused = guard.ask("/duty/arrival/begin", &[("code", "12345678")]).await;
    assert!(refused.text.contains("the roster has expired"), "{refused:?}");
}

/// T3-10 EP③ 不正アクセス: somebody who was not sent there does not say that they are there; nor does anybody ask or approve
/// for a case that is closed or not theirs.
#[tokio::test]
async fn another_guard_another_operator_and_a_closed_case() {
    let mut door = Door::new().await;
    let mut other = door.company.member(people::Role::Guard, "別", 9).await;
    assert_eq!(
        other
            .browser
            .ask("/duty/arrival/begin", &[("code", "12345678")])
            .await
            .status,
        403
    );
    assert_eq!(other.browser.post("/duty/arrival", &[]).await.status, 403);
    for wrong in ["1234567", "123456789", "abcdefgh", ""] {
        let refused = door.ask_arrival(wrong).await;
        assert!(
            refused.status == 422 && refused.text.contains("eight digits"),
            "{refused:?}"
        );
    }
    assert_eq!(door.arrive("12345678").await.status, 303);
    let mut stranger = door.company.member(people::Role::Operator, "別", 10).await;
    let arrival = door.shown_arrival().await;
    let fields = [
        ("lock", door.lock.as_str()),
        ("minutes", "5"),
        ("arrival", arrival.as_str()),
    ];
    let path = format!("{}/unlock/request/begin", door.path);
    assert_eq!(stranger.browser.ask(&path, &fields).await.status, 409);
    assert_eq!(
        stranger
            .browser
            .post(&format!("{}/unlock/withdraw", door.path), &[])
            .await
            .status,
        409
    );
    // A lock that does not prove itself, one that is not there, and an hour.
    for fields in [
        [
            ("lock", door.plain_lock.as_str()),
            ("minutes", "5"),
            ("arrival", arrival.as_str()),
        ],
        [("lock", "dev_none"), ("minutes", "5"), ("arrival", arrival.as_str())],
        [
            ("lock", door.lock.as_str()),
            ("minutes", "60"),
            ("arrival", arrival.as_str()),
        ],
    ] {
        let refused = door.operator.browser.ask(&path, &fields).await;
        assert!(
            refused.status == 409 && refused.text.contains("Choose a lock"),
            "{refused:?}"
        );
    }
    assert_eq!(door.request().await.status, 303);
    for step in ["callHouse", "sendGuard", "tellCustomer"] {
        let steps = format!("{}/steps", door.path);
        assert_eq!(door.operator.browser.post(&steps, &[("step", step)]).await.status, 303);
    }
    let shown = door.shown_request().await;
    let report = [("outcome", "falseAlarm"), ("report", "The customer was there.")];
    assert_eq!(
        door.operator
            .browser
            .post(&format!("{}/close", door.path), &report)
            .await
            .status,
        303
    );
    door.until(State::Withdrawn).await;
    let path = format!("{}/unlock/approval/begin", door.path);
    let refused = door.supervisor.browser.ask(&path, &[("request", shown.as_str())]).await;
    assert!(
        refused.status == 409 && refused.text.contains("This case is closed"),
        "{refused:?}"
    );
    // When the case's time is over, what was signed for it goes with it.
    let unlock = door.company.world.services.unlock.clone();
    door.company.world.clock.advance(Duration::from_secs(731 * 24 * 3600));
    for _ in 0..3_000 {
        // The watch may have looked at the clock a moment ago, and sleeps an hour since then.
        door.company.world.clock.advance(Duration::from_secs(3_600));
        if unlock.drafts(&door.case).await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody forgets what was signed");
}
