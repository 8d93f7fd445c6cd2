//! Attacks on sign-in and on what it opens, each named for the attack.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use tomori_platform::auth::people::{NewToken, PeopleError, Scope, SignInError};

use crate::town::{HOME_ADDRESS, PASSWORD, STRANGER, Town};

/// T3-10 EP① 不正アクセス: guessing is slowed down until it is hopeless, and the right password does not help during
/// the wait.
#[tokio::test]
async fn brute_forced_login() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let mut looked_at = 0;
    for guess in 0..200 {
        let password = format!("guess number {guess}");
        let sign_in = town.sign_in(&resident.email, &password, "000000".to_owned(), STRANGER);
        match town.people.sign_in(sign_in).await {
            Err(SignInError::NotMatching) => looked_at += 1,
            Err(SignInError::Wait(wait)) => assert!(wait <= Duration::from_secs(15 * 60)),
            other => panic!("{other:?}"),
        }
        town.clock.advance(Duration::from_secs(1));
    }
    assert!(looked_at <= 12, "{looked_at} guesses in 200 s were looked at");
    let totp = town.next_code(&resident.secret);
    let right = town.sign_in(&resident.email, PASSWORD, totp, STRANGER);
    assert!(matches!(town.people.sign_in(right).await, Err(SignInError::Wait(_))));
}

/// T3-10 EP① 不正アクセス: many guesses at the same moment do not all pass as the first one.
#[tokio::test]
async fn brute_forced_login_all_at_once() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let guesses = (0..30).map(|guess| {
        let password = format!("guess number {guess}");
        let sign_in = town.sign_in(&resident.email, &password, "000000".to_owned(), STRANGER);
        town.people.sign_in(sign_in)
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = |answer: &&Result<_, SignInError>| matches!(answer, Err(SignInError::NotMatching));
    let looked_at = answers.iter().filter(looked_at).count();
    assert!(looked_at <= 6, "{looked_at}");
}

/// T3-10 EP① サービス不能: whoever fails on purpose in a resident's name locks out neither the resident's phone nor,
/// for longer than a quarter of an hour, the resident's new phone.
#[tokio::test]
async fn lockout_turned_against_the_resident() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    for _ in 0..50 {
        let sign_in = town.sign_in(&resident.email, "guessing on purpose", "000000".to_owned(), STRANGER);
        let _ = town.people.sign_in(sign_in).await;
        town.clock.advance(Duration::from_secs(60));
    }
    let totp = town.next_code(&resident.secret);
    let mut from_the_phone = town.sign_in(&resident.email, PASSWORD, totp, STRANGER);
    from_the_phone.known_device = Some(resident.device.clone());
    town.people.sign_in(from_the_phone).await.unwrap();
    town.clock.advance(Duration::from_secs(15 * 60));
    let totp = town.next_code(&resident.secret);
    let from_a_new_phone = town.sign_in(&resident.email, PASSWORD, totp, HOME_ADDRESS);
    town.people.sign_in(from_a_new_phone).await.unwrap();
}

/// T3-10 EP① 不正アクセス: the mark of one's own browser lifts no wait from somebody else's account.
#[tokio::test]
async fn own_device_mark_for_another_account() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    for _ in 0..6 {
        let sign_in = town.sign_in(&operator.email, "guessing on purpose", "000000".to_owned(), STRANGER);
        let _ = town.people.sign_in(sign_in).await;
    }
    let mut with_own_mark = town.sign_in(&operator.email, "one more guess at it", "000000".to_owned(), STRANGER);
    with_own_mark.known_device = Some(resident.device.clone());
    let answer = town.people.sign_in(with_own_mark).await;
    assert!(matches!(answer, Err(SignInError::Wait(_))));
}

/// T3-10 EP① 情報の暴露: an address that nobody has is answered, and locked, as one that somebody has.
#[tokio::test]
async fn enumeration() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let mut answers = Vec::new();
    let logins = [resident.email.as_str(), "nobody@example.com", "not an address"];
    for (login, last) in logins.into_iter().zip(1..) {
        let from = IpAddr::V4(Ipv4Addr::new(203, 0, 113, last));
        let mut answer = Vec::new();
        for _ in 0..9 {
            let sign_in = town.sign_in(login, "some password or other", "123456".to_owned(), from);
            answer.push(format!("{:?}", town.people.sign_in(sign_in).await.unwrap_err()));
        }
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(answers[0].iter().any(|answer| answer.starts_with("Wait")));
}

/// T3-10 EP① 情報の暴露: the time of an answer does not tell whether there is such an account.
#[tokio::test]
async fn enumeration_by_the_time_of_the_answer() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let mut times = Vec::new();
    for login in [resident.email.as_str(), "nobody@example.com"] {
        let mut best = Duration::MAX;
        for last in 0..4 {
            let from = IpAddr::V4(Ipv4Addr::new(203, 0, 113, last));
            let sign_in = town.sign_in(login, "some password or other", "123456".to_owned(), from);
            let began = Instant::now();
            assert!(town.people.sign_in(sign_in).await.is_err());
            best = best.min(began.elapsed());
        }
        times.push(best.as_secs_f64());
    }
    // The hash dominates both; if it were left out for the unknown one, the ratio would be far below.
    let ratio = times[1] / times[0];
    assert!((0.4..2.5).contains(&ratio), "{times:?}");
}

/// T3-10 EP① なりすまし: a code that was used once, by whomever, opens nothing a second time.
#[tokio::test]
async fn totp_replay() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let totp = town.next_code(&resident.secret);
    let sign_in = || town.sign_in(&resident.email, PASSWORD, totp.clone(), HOME_ADDRESS);
    let both = tokio::join!(town.people.sign_in(sign_in()), town.people.sign_in(sign_in()));
    assert!(both.0.is_ok() != both.1.is_ok(), "of two at once one gets in: {both:?}");
    let again = town.people.sign_in(sign_in()).await;
    assert!(matches!(again, Err(SignInError::NotMatching)));
}

/// T3-10 EP① なりすまし: a session that somebody planted in the browser before sign-in is worth nothing after it.
#[tokio::test]
async fn session_fixation() {
    let town = Town::new();
    let (operator, resident) = town.family().await;
    for planted in [operator.session.as_str(), "tmrs_chosen-by-the-attacker"] {
        let totp = town.next_code(&resident.secret);
        let mut sign_in = town.sign_in(&resident.email, PASSWORD, totp, HOME_ADDRESS);
        sign_in.replaces = Some(planted.to_owned());
        let signed_in = town.people.sign_in(sign_in).await.unwrap();
        assert_ne!(signed_in.session.text(), planted);
        assert_eq!(signed_in.session.text().len(), 48);
        assert_eq!(town.viewer(planted).await, None);
    }
}

/// T3-10 EP① 情報の暴露: what a person calls their own is found under nobody else's name.
#[tokio::test]
async fn idor_on_sessions_tokens_and_phones() {
    let town = Town::new();
    let (operator, hanako) = town.family().await;
    let by = operator.viewer.operator().unwrap().clone();
    let jiro = town.resident(&by, &Town::home(2), "jiro@example.com").await;
    let new = NewToken {
        label: "script".to_owned(),
        scope: Scope::Control,
        days: 1,
    };
    let token = town.people.issue_token(&hanako.viewer.person, new).await.unwrap();
    let person = &jiro.viewer.person;
    let revoked = town.people.revoke_token(person, &token.summary.id).await;
    assert!(matches!(revoked, Err(PeopleError::NotFound("token"))));
    let reissued = town.people.reissue_token(person, &token.summary.id).await;
    assert!(matches!(reissued, Err(PeopleError::NotFound("token"))));
    let sessions = town.people.sessions(&hanako.viewer.person).await.unwrap();
    let ended = town.people.end_session(person, &sessions[0].id).await;
    assert!(matches!(ended, Err(PeopleError::NotFound("session"))));
    let (of_hanako, of_jiro) = (Town::home(1), Town::home(2));
    let paired = town.people.issue_grant(&jiro.viewer, &of_hanako, "phone").await;
    assert!(matches!(paired, Err(PeopleError::NotFound("home"))));
    let phone = town
        .people
        .issue_grant(&hanako.viewer, &of_hanako, "phone")
        .await
        .unwrap();
    let unpaired = town
        .people
        .revoke_grant(&jiro.viewer, &of_hanako, &phone.summary.id)
        .await;
    assert!(matches!(unpaired, Err(PeopleError::NotFound("home"))));
    let unpaired = town
        .people
        .revoke_grant(&jiro.viewer, &of_jiro, &phone.summary.id)
        .await;
    assert!(matches!(unpaired, Err(PeopleError::NotFound("grant"))));
}

/// SR2-SP-6: whoever steals the tables finds no name, no address, no secret and no password in them.
#[tokio::test]
async fn stolen_tables() {
    let town = Town::new();
    let (_, resident) = town.family().await;
    let new = NewToken {
        label: "script".to_owned(),
        scope: Scope::Control,
        days: 1,
    };
    let token = town.people.issue_token(&resident.viewer.person, new).await.unwrap();
    town.close().await;
    let mut stolen = std::fs::read(town.dir.path().join("people.db")).unwrap();
    stolen.extend(std::fs::read(town.dir.path().join("people.db-wal")).unwrap_or_default());
    let secrets = [
        "hanako",
        "花子",
        PASSWORD,
        resident.session.as_str(),
        resident.device.as_str(),
        token.secret.text(),
    ];
    let holds = |secret: &[u8]| stolen.windows(secret.len()).any(|window| window == secret);
    for secret in secrets {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
    assert!(!holds(&resident.secret), "the secret of the second factor");
    assert!(holds(resident.viewer.person.id().as_bytes()), "the search itself works");
}
