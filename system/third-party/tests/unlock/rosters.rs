//! The roster: described here, signed elsewhere, kept when it may be, sent as long as it has to be (T3-10 EP③, T3-11 EP⑤).

use std::time::Duration;

use tomori_smart_home::unlock::{Role, Statement as _, UnixMillis};
use tomori_third_party::people;
use tomori_third_party::unlock::RoadError;
use tomori_unlock::RootSigner;

use super::company::Company;

#[tokio::test]
async fn from_the_description_to_the_platform() {
    let company = Company::new().await;
    let mut office = company.world.office.clone();
    assert!(office.get("/roster").await.text.contains("There is no roster yet"));
    assert!(office.get("/people").await.text.contains("The roster needs a look"));
    let guard = company.member(people::Role::Guard, "守 \"一郎\"", 1).await;
    let operator = company.member(people::Role::Operator, "管", 2).await;
    let supervisor = company.member(people::Role::Supervisor, "責", 3).await;
    let described = office.get("/roster/description").await.text;
    for told in [
        "version = 1\n",
        "expires_at = \"2026-02-04T03:00:00Z\"",
        "rp_id = \"localhost\"",
        &format!("person = \"{}\"", guard.id),
        "name = \"守 \\\"一郎\\\"\"",
        "roles = [\"operator\", \"supervisor\"]",
        "revoked = []",
    ] {
        assert!(described.contains(told), "{told}\n{described}");
    }
    let roster = company.roster(
        1,
        &[
            (&guard, &[Role::Guard]),
            (&operator, &[Role::Operator]),
            (&supervisor, &[Role::Operator, Role::Supervisor]),
        ],
    );
    company
        .platform
        .answers(Some(RoadError::Unreachable("no line".to_owned())));
    assert_eq!(company.bring(&roster).await.status, 303);
    until(&company, |text| text.contains("no line")).await;
    company.platform.answers(None);
    // Nobody's press is needed: it is tried every half minute.
    company.world.clock.advance(Duration::from_secs(30));
    until(&company, |text| text.contains("The platform has it")).await;
    assert_eq!(
        company.platform.rosters.lock().unwrap().as_slice(),
        [company.root.sign(&roster).to_bytes()]
    );
    let page = office.get("/roster").await.text;
    assert!(
        page.contains("It is the first.") && !page.contains("Nobody on the roster"),
        "{page}"
    );
    assert!(!office.get("/people").await.text.contains("The roster needs a look"));
    assert!(
        operator
            .browser
            .clone()
            .get("/account/passkeys")
            .await
            .text
            .contains("signs")
    );

    // A passkey that was removed here is in the next description's list of revoked ones.
    let mut browser = guard.browser.clone();
    assert_eq!(browser.post("/account/passkeys/1/remove", &[]).await.status, 303);
    assert!(office.get("/roster").await.text.contains("A new roster revokes it"));
    let described = office.get("/roster/description").await.text;
    let id = data_encoding::BASE64URL_NOPAD.encode(guard.key.credential().as_bytes());
    assert!(
        described.contains(&format!("revoked = [\"{id}\"]")) && described.contains("version = 2\n"),
        "{described}"
    );
    let mut second = company.roster(2, &[(&operator, &[Role::Operator])]);
    second.revoked.insert(guard.key.credential().clone());
    assert_eq!(company.bring(&second).await.status, 303);
    let page = office.get("/roster").await.text;
    for told in [
        "left.",
        "One passkey was revoked",
        "Nobody on the roster can sign as guard",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

async fn until(company: &Company, look: impl Fn(&str) -> bool) {
    let mut office = company.world.office.clone();
    for _ in 0..500 {
        if look(&office.get("/roster").await.text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{}", office.get("/roster").await.text);
}

/// T3-11 EP⑤ なりすまし, T3-10 EP③ 改ざん: whoever owns an administrator's desk has no root.
#[tokio::test]
async fn a_roster_by_another_root_changed_or_rolled_back() {
    let company = Company::new().await;
    let guard = company.member(people::Role::Guard, "守", 1).await;
    let roster = |version| company.roster(version, &[(&guard, &[Role::Guard][..])]);
    assert_eq!(company.bring(&roster(5)).await.status, 303);

    let other = RootSigner::generate().unwrap().sign(&roster(6)).to_bytes();
    let mut changed = company.root.sign(&roster(6)).to_bytes();
    let at = changed.windows(2).position(|two| two == b"\x06\x1b").unwrap();
    changed[at] = 0x07;
    let mut expired = roster(7);
    expired.expires_at = UnixMillis::from_millis(1).unwrap();
    let mut foreign = roster(8);
    foreign.company = tomori_smart_home::CompanyId::from_random([8; 10]);
    for (bytes, told) in [
        (other, "root did not sign this"),
        (changed, "root did not sign this"),
        (company.root.sign(&roster(5)).to_bytes(), "not a newer roster"),
        (company.root.sign(&roster(4)).to_bytes(), "not a newer roster"),
        (company.root.sign(&expired).to_bytes(), "has expired"),
        (company.root.sign(&foreign).to_bytes(), "another company"),
        (b"no roster".to_vec(), "no signed roster"),
    ] {
        let page = company.bring_bytes(&bytes).await;
        assert!(page.status == 409 && page.text.contains(told), "{told}: {}", page.text);
    }
    let kept = company.world.services.unlock.roster().await.unwrap().unwrap();
    assert_eq!(kept.version, 5);
}

#[tokio::test]
async fn the_end_of_a_roster_is_told_a_week_before() {
    let company = Company::new().await;
    let mut guard = company.member(people::Role::Guard, "守", 1).await;
    let roster = company.roster(1, &[(&guard, &[Role::Guard])]);
    assert_eq!(company.bring(&roster).await.status, 303);
    let told = |days: u64| {
        company.world.clock.advance(Duration::from_secs(days * 24 * 3600));
        let unlock = company.world.services.unlock.clone();
        async move { format!("{:?}", unlock.overview().await.unwrap().warnings) }
    };
    assert!(!told(22).await.contains("EndsSoon"));
    assert!(told(2).await.contains("EndsSoon"));
    assert!(told(7).await.contains("Over"));
    // The session is long over; nobody makes a passkey with it.
    assert_eq!(guard.browser.ask("/account/passkeys/begin", &[]).await.status, 401);
}

/// A whole company fits: five hundred people with eight passkeys each would be half a megabyte.
#[tokio::test]
async fn a_large_roster_is_taken_and_one_without_end_is_not() {
    let company = Company::new().await;
    let guard = company.member(people::Role::Guard, "守", 1).await;
    let mut roster = company.roster(1, &[(&guard, &[Role::Guard])]);
    for number in 0..2_000_u32 {
        let id = [&number.to_be_bytes()[..], &[7; 196]].concat();
        roster
            .revoked
            .insert(tomori_smart_home::unlock::CredentialId::new(&id).unwrap());
    }
    assert_eq!(company.bring(&roster).await.status, 303);
    assert_eq!(company.bring_bytes(&vec![0; 900 * 1024]).await.status, 413);
}
