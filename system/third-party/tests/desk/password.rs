//! Somebody changes their own password.

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_runtime::sign_in::totp::{Step, code};
use tomori_third_party::people::{Acceptance, NewStaff, Role, SignIn};
use zeroize::Zeroizing;

use crate::world::{Browser, PASSWORD, Page, World};

const NEXT: &str = "copper-lantern-88-river";
const LOGIN: &str = "one@example.jp";

struct Somebody {
    world: World,
    secret: Vec<u8>,
    browser: Browser,
}

impl Somebody {
    async fn new() -> Self {
        let world = World::new().await;
        let people = &world.services.people;
        let new = NewStaff {
            name: "管制 一郎".to_owned(),
            email: LOGIN.to_owned(),
            role: Role::Operator,
        };
        let invited = people.invite_new(&world.administrator, new).await.unwrap();
        let open = people.open_invitation(invited.code.text()).await.unwrap();
        let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
        let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
        let acceptance = Acceptance {
            code: invited.code.text().to_owned(),
            password: Zeroizing::new(PASSWORD.to_owned()),
            totp: code(&secret, Step::at(world.clock.now())),
            founder: None,
            from: std::net::Ipv4Addr::LOCALHOST.into(),
        };
        people.accept(acceptance).await.unwrap();
        let mut one = Self {
            browser: Browser::new(&world.addresses),
            world,
            secret,
        };
        let session = one.sign_in(PASSWORD).await.unwrap();
        one.browser.cookies.push(("tomori-staff".to_owned(), session));
        one
    }

    /// The next one-time code.
    fn code(&self) -> String {
        self.world.clock.advance(Duration::from_secs(30));
        code(&self.secret, Step::at(self.world.clock.now()))
    }

    async fn sign_in(&self, password: &str) -> Option<String> {
        let sign_in = SignIn {
            login: LOGIN.to_owned(),
            password: Zeroizing::new(password.to_owned()),
            totp: self.code(),
            from: std::net::Ipv4Addr::LOCALHOST.into(),
            known_browser: None,
            replaces: None,
        };
        let signed_in = self.world.services.people.sign_in(sign_in).await;
        signed_in.ok().map(|signed_in| signed_in.session.text().to_owned())
    }

    async fn change(&mut self, old: &str, new: &str, again: &str, code: &str) -> Page {
        let fields = [("old", old), ("password", new), ("again", again), ("code", code)];
        self.browser.post("/account/password", &fields).await
    }
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let mut one = Somebody::new().await;
    let mut elsewhere = Browser::new(&one.world.addresses);
    let session = one.sign_in(PASSWORD).await.unwrap();
    elsewhere.cookies.push(("tomori-staff".to_owned(), session));
    assert_eq!(elsewhere.get("/board").await.status, 200);
    let before = one.browser.cookies.clone();

    let given = one.code();
    for (new, again, status) in [(NEXT, "another", 422), ("short", "short", 422)] {
        assert_eq!(one.change(PASSWORD, new, again, &given).await.status, status);
    }
    assert_eq!(one.change("not this one 47", NEXT, NEXT, &given).await.status, 409);
    assert_eq!(one.change(PASSWORD, NEXT, NEXT, "000000").await.status, 409);
    assert_eq!(elsewhere.get("/board").await.status, 200, "nothing has happened yet");
    let changed = one.change(PASSWORD, NEXT, NEXT, &given).await;
    assert_eq!((changed.status, changed.location.as_str()), (303, "/board"));

    assert_eq!(
        one.browser.get("/board").await.status,
        200,
        "whoever changed it goes on"
    );
    assert_eq!(elsewhere.get("/board").await.status, 303);
    let mut old = Browser::new(&one.world.addresses);
    old.cookies = before;
    assert_eq!(
        old.get("/board").await.status,
        303,
        "this browser has a new session too"
    );
    assert_eq!(one.sign_in(PASSWORD).await, None);
    assert!(one.sign_in(NEXT).await.is_some());
    let log = one.world.office.clone().get("/log").await.text;
    assert!(log.contains("password.changed") && log.contains("password.refused"));
}

/// T3-10 EP③ 不正アクセス: whoever has taken a session over guesses the password from inside.
#[tokio::test]
async fn guessing_from_inside() {
    let mut one = Somebody::new().await;
    let given = one.code();
    let mut last = 0;
    for _ in 0..8 {
        last = one.change("guess-guess-guess", NEXT, NEXT, "000000").await.status;
    }
    assert_eq!(last, 429);
    let right = one.change(PASSWORD, NEXT, NEXT, &given).await;
    assert_eq!(right.status, 429, "even a right one waits");
}
