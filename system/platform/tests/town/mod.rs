//! A town: the rooms of a platform on real databases and on a clock that the test moves, with people in it who have
//! real authenticator secrets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tomori_platform::audit::AuditLog;
use tomori_platform::auth::people::totp::{Step, code};
use tomori_platform::auth::people::{self, Acceptance, Founder, NewPerson, PeopleError, SignIn, Viewer};
use tomori_platform::device_state::{self, Keep};
use tomori_platform::house_plan::Doorbell;
use tomori_platform::personal_info;
use tomori_platform::services::{dispatch, shutter, unlock};
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::entropy::{SharedEntropy, SystemEntropy};
use tomori_runtime::seal::KeyFile;
use tomori_smart_home::{DeviceId, HomeId, OperatorId};
use zeroize::Zeroizing;

pub const PASSWORD: &str = "tidal-meadow-47-bronze";
pub const OTHER_PASSWORD: &str = "quiet-lantern-82-harbour";
pub const HOME_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
pub const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 66));

/// The rooms of a platform.
pub struct Town {
    pub people: people::Service,
    pub personal: personal_info::Service,
    pub state: device_state::Service,
    pub shutter: shutter::Service,
    pub dispatch: dispatch::Service,
    pub unlock: unlock::Service,
    pub audit: AuditLog,
    pub clock: ManualClock,
    pub dir: Arc<TempDir>,
}

/// Somebody with an authenticator app.
pub struct Someone {
    pub email: String,
    pub secret: Vec<u8>,
    pub viewer: Viewer,
    pub device: String,
    pub session: String,
}

impl Town {
    pub fn new() -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let clock = ManualClock::new("2026-11-23T06:00:00+09:00".parse().unwrap());
        Self::open(dir, clock)
    }

    fn open(dir: Arc<TempDir>, clock: ManualClock) -> Self {
        let path = |name: &str| dir.path().join(name);
        let entropy: SharedEntropy = Arc::new(SystemEntropy);
        let keys = Arc::new(KeyFile::open_or_create(&path("key"), entropy.as_ref()).unwrap());
        let shared = Arc::new(clock.clone());
        let audit = AuditLog::open(dir.path(), keys.as_ref(), shared.clone()).unwrap();
        let doorbell = Doorbell::default();
        let state = device_state::Service::open(
            &path("device_state.db"),
            shared.clone(),
            entropy.clone(),
            audit.clone(),
            doorbell.clone(),
            Keep::default(),
        )
        .unwrap();
        let personal = personal_info::Service::open(
            &path("personal_info.db"),
            keys.as_ref(),
            entropy.clone(),
            doorbell.clone(),
        )
        .unwrap();
        let people = people::Service::open(
            &path("people.db"),
            people::Needs {
                personal: personal.clone(),
                keys,
                audit: audit.clone(),
                clock: shared.clone(),
                entropy: entropy.clone(),
                doorbell: doorbell.clone(),
            },
        )
        .unwrap();
        let shutter = shutter::Service::open(
            &path("shutter.db"),
            shutter::Needs {
                state: state.clone(),
                audit: audit.clone(),
                clock: shared.clone(),
                entropy: entropy.clone(),
                doorbell: doorbell.clone(),
            },
        )
        .unwrap();
        let dispatch = dispatch::Service::open(
            &path("dispatch.db"),
            dispatch::Needs {
                state: state.clone(),
                personal: personal.clone(),
                audit: audit.clone(),
                clock: shared.clone(),
                entropy,
                doorbell: doorbell.clone(),
            },
        )
        .unwrap();
        let unlock = unlock::Service::open(
            &path("unlock.db"),
            unlock::Needs {
                dispatch: dispatch.clone(),
                state: state.clone(),
                audit: audit.clone(),
                clock: shared,
                doorbell,
            },
        )
        .unwrap();
        Self {
            people,
            personal,
            state,
            shutter,
            dispatch,
            unlock,
            audit,
            clock,
            dir,
        }
    }

    /// The rooms opened anew on the same files, as after a restart; the town before must be closed or dropped.
    pub fn reopen(&self) -> Self {
        Self::open(Arc::clone(&self.dir), self.clock.clone())
    }

    /// Closes all databases and the audit log.
    pub async fn close(&self) {
        self.people.close().await;
        self.personal.close().await;
        self.shutter.close().await;
        self.unlock.close().await;
        self.dispatch.close().await;
        self.state.close().await;
        self.audit.close().await;
    }

    /// Who is behind a session, if anybody.
    pub async fn viewer(&self, session: &str) -> Option<Viewer> {
        self.people.viewer_of_session(session).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A home that exists by its id only; enough where nobody asks for its devices.
    pub fn home(number: u8) -> HomeId {
        HomeId::from_random([number; 10])
    }

    /// A home with a shutter.
    pub async fn house(&self, node: u8) -> (HomeId, DeviceId) {
        let home = self
            .state
            .add_home(crate::device_state::tokyo(), "op_test")
            .await
            .unwrap();
        let shutter = crate::device_state::shutter(node);
        let device = self.state.add_equipment(&home, shutter, "op_test").await.unwrap();
        (home, device)
    }

    /// The code that an authenticator app shows a moment later, so that it has not been used.
    pub fn next_code(&self, secret: &[u8]) -> String {
        self.clock.advance(Duration::from_secs(30));
        code(secret, Step::at(self.now()))
    }

    pub async fn accept(&self, text: &str, password: &str, founder: Option<Founder>) -> Result<Someone, PeopleError> {
        let open = self.people.open_invitation(text).await?;
        let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
        let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
        let email = founder
            .as_ref()
            .map_or(open.email.clone(), |founder| founder.email.clone());
        let acceptance = Acceptance {
            code: text.to_owned(),
            password: Zeroizing::new(password.to_owned()),
            totp: self.next_code(&secret),
            founder,
            from: HOME_ADDRESS,
            agent: "test".to_owned(),
        };
        let signed_in = self.people.accept(acceptance).await?;
        Ok(Someone {
            email,
            secret,
            viewer: signed_in.viewer,
            device: signed_in.known_device.text().to_owned(),
            session: signed_in.session.text().to_owned(),
        })
    }

    pub async fn operator(&self) -> Someone {
        let invited = self.people.setup_code().await.unwrap().unwrap();
        let founder = Founder {
            name: "運用 太郎".to_owned(),
            email: "ops@example.com".to_owned(),
        };
        self.accept(invited.code.text(), PASSWORD, Some(founder)).await.unwrap()
    }

    pub async fn resident(&self, by: &OperatorId, home: &HomeId, email: &str) -> Someone {
        let new = NewPerson {
            name: "花子".to_owned(),
            email: email.to_owned(),
        };
        let (_, invited) = self.people.invite_resident(by, home, new).await.unwrap();
        self.accept(invited.unwrap().code.text(), PASSWORD, None).await.unwrap()
    }

    /// An operator, and a resident of home 1.
    pub async fn family(&self) -> (Someone, Someone) {
        let operator = self.operator().await;
        let by = operator.viewer.operator().unwrap().clone();
        let resident = self.resident(&by, &Self::home(1), "hanako@example.com").await;
        (operator, resident)
    }

    pub fn sign_in(&self, login: &str, password: &str, totp: String, from: IpAddr) -> SignIn {
        SignIn {
            login: login.to_owned(),
            password: Zeroizing::new(password.to_owned()),
            totp,
            from,
            agent: "Mozilla/5.0".to_owned(),
            known_device: None,
            replaces: None,
        }
    }
}
