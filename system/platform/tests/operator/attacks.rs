//! Attacks on the desk, each named for the attack.

use tomori_platform::auth::people::NewPerson;
use tomori_platform::personal_info::HomeInfo;

use super::{Browser, Desk};
use crate::town::PASSWORD;

const ROUTES: [(&str, &str); 39] = [
    ("GET", "/operator"),
    ("POST", "/operator/sign-out"),
    ("GET", "/operator/homes"),
    ("POST", "/operator/homes"),
    ("GET", "/operator/homes/new"),
    ("GET", "/operator/homes/{home}"),
    ("POST", "/operator/homes/{home}/name"),
    ("POST", "/operator/homes/{home}/codes"),
    ("POST", "/operator/homes/{home}/gateways/gw_1/revoke"),
    ("POST", "/operator/homes/{home}/residents"),
    ("POST", "/operator/homes/{home}/residents/res_1/recover"),
    ("POST", "/operator/homes/{home}/residents/res_1/remove"),
    ("POST", "/operator/homes/{home}/devices"),
    ("POST", "/operator/homes/{home}/devices/dev_1/adopt"),
    ("POST", "/operator/homes/{home}/devices/dev_1/certify"),
    ("POST", "/operator/homes/{home}/devices/dev_1/release"),
    ("POST", "/operator/homes/{home}/devices/dev_1/remove"),
    ("GET", "/operator/homes/{home}/guard"),
    ("POST", "/operator/homes/{home}/guard/zones"),
    ("POST", "/operator/homes/{home}/guard/zones/zone_1/remove"),
    ("POST", "/operator/homes/{home}/guard/delays"),
    ("POST", "/operator/homes/{home}/guard/contract"),
    ("POST", "/operator/homes/{home}/guard/entry"),
    ("POST", "/operator/companies"),
    ("GET", "/operator/companies/comp_1"),
    ("POST", "/operator/companies/comp_1/codes"),
    ("POST", "/operator/companies/comp_1/revoke"),
    ("GET", "/operator/incidents"),
    ("GET", "/operator/incidents/inc_1"),
    ("GET", "/operator/incidents/inc_1/file"),
    ("POST", "/operator/incidents/inc_1/close"),
    ("GET", "/operator/people"),
    ("POST", "/operator/people"),
    ("POST", "/operator/people/op_1/recover"),
    ("POST", "/operator/people/op_1/remove"),
    ("GET", "/operator/account"),
    ("POST", "/operator/account/password"),
    ("POST", "/operator/account/sessions/ses_1/end"),
    ("GET", "/operator/audit"),
];

/// Routes of the desk that answer somebody who is not signed in.
const OPEN: [&str; 3] = ["/operator/sign-in", "/operator/language", "/operator/files"];

/// The list above is the list of the routes.
#[test]
fn every_route_of_the_desk_is_attacked() {
    let source = include_str!("../../src/operator/mod.rs");
    let mounted: Vec<&str> = source
        .split("route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .filter(|path| !OPEN.contains(path))
        .collect();
    let shape = |path: &str| {
        path.replace("gw_1", "{gateway}")
            .replace("res_1", "{resident}")
            .replace("dev_1", "{device}")
            .replace("op_1", "{operator}")
            .replace("ses_1", "{session}")
            .replace("zone_1", "{zone}")
            .replace("comp_1", "{company}")
            .replace("inc_1", "{incident}")
    };
    for path in &mounted {
        assert!(
            ROUTES.iter().any(|(_, known)| shape(known) == **path),
            "{path} is not attacked"
        );
    }
    assert!(mounted.len() >= 18);
}

/// T3-10 EP① 不正アクセス (SR2-SP-3): nobody gets past the door of the desk without an operator's session.
#[tokio::test]
async fn unauthorised() {
    let desk = Desk::new().await;
    let home = desk.world.home().await;
    let invited = desk.world.services.people.invite_resident(
        &desk.operator,
        &home,
        NewPerson {
            name: "花子".to_owned(),
            email: "hanako@example.com".to_owned(),
        },
    );
    let (resident, _) = invited.await.unwrap();
    let _ = resident;
    for (method, path) in ROUTES {
        let path = path.replace("{home}", home.as_str());
        for cookie in [
            None,
            Some("tmrs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            Some("' OR 1=1 --"),
        ] {
            let mut browser = Browser::new(&desk.world);
            browser
                .cookies
                .extend(cookie.map(|value| ("tomori-operator".to_owned(), value.to_owned())));
            let page = match method {
                "GET" => browser.get(&path).await,
                _ => browser.post(&path, &[("csrf", "")]).await,
            };
            assert_eq!(page.status, 303, "{method} {path}");
            assert!(page.location.starts_with("/operator/sign-in?next="), "{method} {path}");
        }
    }
}

/// T3-10 EP① なりすまし: another site's form does nothing, even in the browser of an operator who is signed in; and
/// neither does a form of our own without the token of its session.
#[tokio::test]
async fn csrf() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    let own = format!("http://{}", desk.world.addresses.web);
    let token = desk.browser.csrf("/operator/account").await;
    let path = format!("/operator/homes/{home}/codes");
    for (origin, csrf) in [
        (Some("https://evil.example"), token.as_str()),
        (Some("null"), token.as_str()),
        (None, token.as_str()),
        (Some(own.as_str()), ""),
        (Some(own.as_str()), "another token"),
    ] {
        let page = desk.browser.post_from(origin, &path, &[("csrf", csrf)]).await;
        assert_eq!(page.status, 403, "{origin:?} {csrf}");
    }
    // Signing somebody in from another site (login CSRF) is no better.
    let form = [("login", "ops@example.com"), ("password", PASSWORD), ("code", "000000")];
    let page = Browser::new(&desk.world)
        .post_from(Some("https://evil.example"), "/operator/sign-in", &form)
        .await;
    assert_eq!(page.status, 403);
    let page = desk.browser.post(&path, &[("csrf", &token)]).await;
    assert_eq!(page.status, 200);
}

/// T3-10 EP① 不正アクセス: a resident's session opens nothing at the desk, even under the name of the operator's cookie,
/// and a resident's password opens no session there.
#[tokio::test]
async fn resident_at_the_desk() {
    let desk = Desk::new().await;
    let home = desk.world.home().await;
    let people = &desk.world.services.people;
    let new = NewPerson {
        name: "花子".to_owned(),
        email: "hanako@example.com".to_owned(),
    };
    let (_, invited) = people.invite_resident(&desk.operator, &home, new).await.unwrap();
    let invited = invited.unwrap();
    let open = people.open_invitation(invited.code.text()).await.unwrap();
    let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
    let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
    let now = || tomori_runtime::clock::Clock::now(&desk.clock);
    let code =
        |at| tomori_platform::auth::people::totp::code(&secret, tomori_platform::auth::people::totp::Step::at(at));
    let accepted = people
        .accept(tomori_platform::auth::people::Acceptance {
            code: invited.code.text().to_owned(),
            password: zeroize::Zeroizing::new(PASSWORD.to_owned()),
            totp: code(now()),
            founder: None,
            from: crate::town::HOME_ADDRESS,
            agent: String::new(),
        })
        .await
        .unwrap();
    let mut browser = Browser::new(&desk.world);
    let session = accepted.session.text().to_owned();
    browser.cookies.push(("tomori-operator".to_owned(), session));
    assert_eq!(browser.get("/operator").await.status, 303);
    desk.clock.advance(std::time::Duration::from_secs(30));
    let totp = code(now());
    let form = [
        ("login", "hanako@example.com"),
        ("password", PASSWORD),
        ("code", totp.as_str()),
    ];
    let refused = Browser::new(&desk.world).post("/operator/sign-in", &form).await;
    assert_eq!(refused.status, 401);
    assert!(
        refused.text.contains("You could not be signed in"),
        "as if there were no such account"
    );
}

/// T3-10 EP① データ改ざん: names and product codes with markup stay text on every page.
#[tokio::test]
async fn xss_through_names() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    let evil = "<img src=x onerror=alert(1)>\"'";
    let name = HomeInfo {
        name: evil.to_owned(),
        address: evil.to_owned(),
    };
    desk.world.services.personal_info.put_home(&home, name).await.unwrap();
    let path = format!("/operator/homes/{home}");
    let csrf = desk.browser.csrf(&path).await;
    let line = [
        ("csrf", csrf.as_str()),
        ("kind", "electricLock"),
        ("room", evil),
        ("device", evil),
        ("model", evil),
    ];
    assert_eq!(desk.browser.post(&format!("{path}/devices"), &line).await.status, 303);
    let person = [("csrf", csrf.as_str()), ("name", evil), ("email", "evil@example.com")];
    let invited = desk.browser.post(&format!("{path}/residents"), &person).await;
    assert_eq!(invited.status, 200);
    let told = desk.browser.get(&format!("{path}?told=%3Cscript%3E")).await;
    let again = [
        ("csrf", csrf.as_str()),
        ("name", evil),
        ("email", "\"><script>alert(1)</script>"),
    ];
    let refused = desk.browser.post(&format!("{path}/residents"), &again).await;
    let pages = [
        told.text,
        invited.text,
        refused.text,
        desk.browser.get("/operator").await.text,
        desk.browser.get("/operator/homes").await.text,
        desk.browser.get("/operator/audit").await.text,
        desk.browser.get("/operator/sign-in?next=%22%3E%3Cscript%3E").await.text,
    ];
    for page in pages {
        assert!(!page.contains("<img src=x") && !page.contains("<script>"), "{page}");
        assert!(!page.contains("value=\"<") && !page.contains("=\"\"'"), "{page}");
    }
}

/// T3-10 EP① 不正アクセス (SR2-SP-3): guessing at the door of the desk comes to waiting.
#[tokio::test]
async fn brute_forced_login() {
    let desk = Desk::new().await;
    let mut browser = Browser::new(&desk.world);
    let mut statuses = Vec::new();
    for guess in 0..10 {
        let password = format!("guess number {guess}");
        let form = [
            ("login", "ops@example.com"),
            ("password", password.as_str()),
            ("code", "000000"),
        ];
        let page = browser.post("/operator/sign-in", &form).await;
        assert!(!page.text.contains(&password));
        statuses.push(page.status);
    }
    assert_eq!(statuses[..6], [401; 6]);
    assert_eq!(statuses[6..], [429; 4]);
}

/// T3-10 EP① 不正アクセス: invitations cannot be guessed at leisure.
#[tokio::test]
async fn guessed_invitations() {
    let desk = Desk::new().await;
    let mut browser = Browser::new(&desk.world);
    let mut last = 0;
    for guess in 0..100 {
        last = browser.get(&format!("/welcome/{guess:0>26}")).await.status;
        assert!(last == 404 || last == 429);
    }
    assert_eq!(last, 429);
}

/// T3-10 EP① サービス不能: bodies that are too large, and headers without end.
#[tokio::test]
async fn oversized_forms_and_header_floods() {
    let mut desk = Desk::new().await;
    let large = "x".repeat(70_000);
    let page = desk.browser.post("/operator/homes", &[("csrf", &large)]).await;
    assert_eq!(page.status, 413);
    let many: Vec<(String, String)> = (0..100).map(|number| (format!("f{number}"), "x".to_owned())).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(desk.browser.post("/operator/homes", &many).await.status, 413);
    let mut flood = desk.browser.clone();
    for number in 0..200 {
        flood.cookies.push((format!("c{number}"), "x".repeat(400)));
    }
    assert_eq!(flood.get("/operator").await.status, 431);
    assert_eq!(desk.browser.get("/operator").await.status, 200);
}
