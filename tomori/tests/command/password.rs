//! A resident changes the password in the app, over a real platform.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tomori::compose::AppOverPlatform;
use tomori_app::port::{HousePort, PasswordChange, PasswordError, SignIn, SignInError, Viewer};
use tomori_platform::auth::people::totp::{Step, code};
use tomori_platform::auth::people::{Acceptance, Founder, NewPerson};
use tomori_platform::config::Config;
use tomori_platform::device_state::NewHome;
use tomori_platform::server::{Clocks, Platform};
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use zeroize::Zeroizing;

const OLD: &str = "tidal-meadow-47-bronze";
const NEW: &str = "quiet-lantern-82-harbour";
const EMAIL: &str = "hanako@example.jp";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Scene {
    app: AppOverPlatform,
    clock: ManualClock,
    secret: Vec<u8>,
    _platform: Platform,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new("2026-11-23T06:00:00+09:00".parse().unwrap());
        let clocks = Clocks {
            house: Arc::new(clock.clone()),
            wall: Arc::new(clock.clone()),
        };
        let config: Config = toml::from_str(&crate::binary::fitting("platform")).unwrap();
        let data = DataDir::open(&folder.path().join("platform")).unwrap();
        let platform = Platform::open(config, data, clocks, Arc::new(SystemEntropy))
            .await
            .unwrap();
        let services = platform.services().clone();
        let invited = services.people.setup_code().await.unwrap().unwrap();
        let founder = Founder {
            name: "運用 太郎".to_owned(),
            email: "ops@example.jp".to_owned(),
        };
        let mut scene = Self {
            app: AppOverPlatform::new(services.clone(), Arc::new(clock.clone())),
            clock,
            secret: Vec::new(),
            _platform: platform,
            _folder: folder,
        };
        let operator = scene.accept(invited.code.text(), Some(founder)).await;
        let home = NewHome {
            time_zone: "Asia/Tokyo".to_owned(),
            latitude: 35.68,
            longitude: 139.77,
        };
        let home = services
            .device_state
            .add_home(home, operator.person.id())
            .await
            .unwrap();
        let new = NewPerson {
            name: "花子".to_owned(),
            email: EMAIL.to_owned(),
        };
        let by = operator.operator().unwrap();
        let (_, invited) = services.people.invite_resident(by, &home, new).await.unwrap();
        scene.accept(invited.unwrap().code.text(), None).await;
        scene
    }

    async fn accept(&mut self, text: &str, founder: Option<Founder>) -> tomori_platform::auth::people::Viewer {
        let people = &self._platform.services().people;
        let open = people.open_invitation(text).await.unwrap();
        let spelled: String = open.second_factor.chars().filter(char::is_ascii_alphanumeric).collect();
        self.secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
        let acceptance = Acceptance {
            code: text.to_owned(),
            password: Zeroizing::new(OLD.to_owned()),
            totp: self.code(),
            founder,
            from: HERE,
            agent: "test".to_owned(),
        };
        people.accept(acceptance).await.unwrap().viewer
    }

    /// The next code of the authenticator app.
    fn code(&self) -> String {
        self.clock.advance(Duration::from_secs(30));
        code(&self.secret, Step::at(self.clock.now()))
    }

    async fn sign_in(&self, password: &str) -> Result<String, SignInError> {
        let given = SignIn {
            login: EMAIL.to_owned(),
            password: password.to_owned(),
            code: self.code(),
            from: Some(HERE),
            agent: "test".to_owned(),
            known_device: None,
            replaces: None,
        };
        Ok(self.app.sign_in(given).await?.token)
    }

    async fn viewer(&self, token: &str) -> Option<Viewer> {
        self.app.viewer(token).await.unwrap()
    }

    async fn change(&self, viewer: &Viewer, current: &str, code: &str, new: &str) -> Result<(), PasswordError> {
        let given = PasswordChange {
            current: current.to_owned(),
            code: code.to_owned(),
            new: new.to_owned(),
        };
        self.app.change_password(viewer, given).await
    }
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_a_fresh_code_and_ends_the_other_sessions() {
    let scene = Scene::new().await;
    assert!(scene.app.abilities().change_password);
    let (here, elsewhere) = (scene.sign_in(OLD).await.unwrap(), scene.sign_in(OLD).await.unwrap());
    let viewer = scene.viewer(&here).await.unwrap();
    let code = scene.code();
    for (current, given, new, wanted) in [
        ("not the password", code.as_str(), NEW, PasswordError::Wrong),
        (OLD, "000000", NEW, PasswordError::Wrong),
        (OLD, "", NEW, PasswordError::Wrong),
        (OLD, &code, "short", PasswordError::TooShort { least: 10 }),
        (OLD, &code, "password2026", PasswordError::TooEasy),
    ] {
        assert_eq!(
            scene.change(&viewer, current, given, new).await,
            Err(wanted),
            "{current} {given} {new}"
        );
    }
    assert!(scene.viewer(&elsewhere).await.is_some(), "nothing ended");
    scene.change(&viewer, OLD, &code, NEW).await.unwrap();
    assert!(scene.viewer(&here).await.is_some());
    assert!(scene.viewer(&elsewhere).await.is_none(), "the other session has ended");
    let again = scene.change(&viewer, NEW, &code, OLD).await;
    assert_eq!(again, Err(PasswordError::Wrong), "a code works once");
    assert_eq!(scene.sign_in(OLD).await, Err(SignInError::Wrong));
    scene.sign_in(NEW).await.unwrap();
}

/// SR2-SP-3.
#[tokio::test]
async fn guessing_at_an_open_session_has_to_wait() {
    let scene = Scene::new().await;
    let here = scene.sign_in(OLD).await.unwrap();
    let viewer = scene.viewer(&here).await.unwrap();
    let code = scene.code();
    let mut tries = 0;
    while scene.change(&viewer, OLD, "000000", NEW).await == Err(PasswordError::Wrong) {
        tries += 1;
        assert!(tries < 20, "nobody is made to wait");
    }
    let kept_out = scene.change(&viewer, OLD, &code, NEW).await;
    assert!(matches!(kept_out, Err(PasswordError::Locked { .. })), "{kept_out:?}");
    scene.clock.advance(Duration::from_secs(16 * 60));
    let code = scene.code();
    scene.change(&viewer, OLD, &code, NEW).await.unwrap();
}
