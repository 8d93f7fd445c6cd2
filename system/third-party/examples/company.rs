//! A security company by itself, for a look at its pages and for the browser's tests: four people, a house in alarm whose door
//! opens for three signatures, an offline root that signs every passkey at once, and a gateway that answers.
//!
//! `cargo run -p tomori-third-party --example company -- 127.0.0.1:8090` prints who can sign in, as JSON, and serves until it
//! is ended. The panel at the door shows 1234 5678 for ever.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::json;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::sign_in::totp::{Step, code};
use tomori_sia_dc09::{Code, Signal};
use tomori_smart_home::unlock::{
    self, IncidentOpened, Member, Outcome, Receipt, Refusal, RefusalNotice, Roster, Statement as _, UnixMillis,
};
use tomori_smart_home::{CaseId, CompanyId, DeviceId, GatewayId, HomeId, IncidentId};
use tomori_third_party::cases::Told;
use tomori_third_party::config::Config;
use tomori_third_party::panels::{Customer, Panel, Policy};
use tomori_third_party::people::{Acceptance, Founder, Invited, NewStaff, Role, SignedIn};
use tomori_third_party::server::{Services, ThirdParty};
use tomori_third_party::unlock::{House, HouseError, Houses, Lock, Outside, Road, RoadError};
use tomori_unlock::{Authority, GatewayKey, RootSigner, UnlockBundle};
use zeroize::Zeroizing;

const PASSWORD: &str = "a calm light at night";
const SHOWN: &str = "12345678";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The platform and the house behind it.
struct Beyond {
    house: House,
    key: GatewayKey,
    services: OnceLock<Services>,
}

#[async_trait]
impl Houses for Beyond {
    async fn house(&self, _: &CaseId) -> Result<Option<House>, HouseError> {
        Ok(Some(self.house.clone()))
    }
}

#[async_trait]
impl Road for Beyond {
    async fn send_bundle(&self, bundle: &[u8]) -> Result<(), RoadError> {
        let refused = |why: String| RoadError::Refused(why);
        let bundle = UnlockBundle::from_bytes(bundle).map_err(|error| refused(error.to_string()))?;
        let services = self.services.get().unwrap().clone();
        let roster = services.unlock.roster().await.unwrap().unwrap();
        let now = UnixMillis::of(Timestamp::now());
        let digest = bundle.digest();
        let judged = Authority::of(&bundle, &roster).and_then(|authority| match authority.arrival().code.as_str() {
            SHOWN => Ok(authority.request().lock.clone()),
            _ => Err(Refusal::CodeWrong),
        });
        let (home, gateway) = (self.house.home.clone(), GatewayId::from_random([1; 10]));
        let incident = self.house.incident.clone();
        let attested = match judged {
            Ok(lock) => self.key.attest(&Receipt {
                incident: incident.clone(),
                home,
                gateway,
                lock,
                bundle: digest,
                roster: roster.version,
                outcome: Outcome::Opened,
                at: now,
            }),
            Err(why) => self.key.attest(&RefusalNotice {
                home,
                gateway,
                bundle: digest,
                why,
                at: now,
            }),
        };
        let attested = attested.unwrap().to_bytes();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            services.unlock.answered(&incident, &attested).await.unwrap();
        });
        Ok(())
    }

    async fn send_roster(&self, _: &[u8]) -> Result<(), RoadError> {
        Ok(())
    }
}

fn house() -> House {
    let opened = IncidentOpened {
        incident: IncidentId::from_random([3; 10]),
        home: HomeId::from_random([4; 10]),
        zone: "1階の窓".to_owned(),
        at: UnixMillis::of(Timestamp::now()),
        nonce: [5; 32].into(),
    };
    let lock = |number, name: &str, is_trusted| Lock {
        id: DeviceId::from_random([number; 10]),
        name: name.to_owned(),
        is_trusted,
    };
    House {
        incident: opened.incident.clone(),
        home: opened.home.clone(),
        opened: Some(opened),
        locks: vec![lock(1, "玄関", true), lock(2, "勝手口", false)],
    }
}

async fn accept(services: &Services, invited: &Invited, founder: Option<Founder>) -> (SignedIn, String) {
    let open = services.people.open_invitation(invited.code.text()).await.unwrap();
    let spelled = open.second_factor.replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
    // The code of the half minute before leaves the present one to whoever signs in.
    let before = Timestamp::now() - Duration::from_secs(30);
    let acceptance = Acceptance {
        code: invited.code.text().to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        totp: code(&secret, Step::at(before)),
        founder,
        from: HERE,
    };
    (services.people.accept(acceptance).await.unwrap(), spelled)
}

/// Signs a new roster whenever a passkey waits for one: the machine without a network, played.
async fn sign_rosters(services: Services, root: RootSigner, origin: String, by: SignedIn) {
    let mut known = 0;
    loop {
        let passkeys = services.unlock.all_passkeys().await.unwrap();
        if passkeys.len() > known {
            known = passkeys.len();
            let now = Timestamp::now();
            let mut members: BTreeMap<_, Member> = BTreeMap::new();
            for staff in services.people.all().await.unwrap() {
                let own = passkeys.iter().filter(|passkey| passkey.staff == staff.id);
                let roles = match staff.role {
                    Role::Guard => vec![unlock::Role::Guard],
                    Role::Operator => vec![unlock::Role::Operator],
                    Role::Supervisor => vec![unlock::Role::Operator, unlock::Role::Supervisor],
                    Role::Administrator => continue,
                };
                let member = Member {
                    name: staff.name,
                    roles: roles.into_iter().collect(),
                    passkeys: own.map(|passkey| (passkey.credential.clone(), passkey.key)).collect(),
                };
                members.insert(staff.id, member);
            }
            let roster = Roster {
                company: CompanyId::from_random([9; 10]),
                version: u64::try_from(known).unwrap(),
                issued_at: UnixMillis::of(now),
                expires_at: UnixMillis::of(now + Duration::from_secs(30 * 24 * 3600)),
                rp_id: "localhost".to_owned(),
                origins: BTreeSet::from([origin.clone()]),
                members,
                revoked: BTreeSet::new(),
            };
            let signed = root.sign(&roster).to_bytes();
            services.unlock.keep_roster(&by.viewer, signed).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::main]
async fn main() {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let root = RootSigner::generate().unwrap();
    let mut config = Config::default();
    config.web.listen = listen.parse().unwrap();
    config.receiver.tcp.set_port(0);
    config.receiver.udp.set_port(0);
    config.company.root = Some(root.public().to_string());
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::open(&folder.path().join("data")).unwrap();
    let beyond = Arc::new(Beyond {
        house: house(),
        key: GatewayKey::generate().unwrap(),
        services: OnceLock::new(),
    });
    let outside = Outside {
        houses: beyond.clone(),
        road: beyond.clone(),
    };
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let server = ThirdParty::open_over(outside, config, data, clock, entropy)
        .await
        .unwrap();
    let services = server.services().clone();
    let _ = beyond.services.set(services.clone());

    let founder = Founder {
        name: "管理 花子".to_owned(),
        email: "admin@example.jp".to_owned(),
    };
    let invited = services.people.setup_code().await.unwrap().unwrap();
    let (admin, secret) = accept(&services, &invited, Some(founder)).await;
    let account = |role: &str, email: &str, secret: String| json!({ "role": role, "login": email, "password": PASSWORD, "secret": secret });
    let mut people = vec![account("administrator", "admin@example.jp", secret)];
    for (role, name) in [
        (Role::Guard, "守 一郎"),
        (Role::Operator, "管 次郎"),
        (Role::Supervisor, "責 三郎"),
    ] {
        let email = format!("{}@example.jp", role.word());
        let new = NewStaff {
            name: name.to_owned(),
            email: email.clone(),
            role,
        };
        let invited = services.people.invite_new(&admin.viewer.staff, new).await.unwrap();
        let (_, secret) = accept(&services, &invited, None).await;
        people.push(account(role.word(), &email, secret));
    }
    let account = "1234".parse().unwrap();
    let panel = Panel {
        account,
        customer: Customer {
            name: "山田 太郎".to_owned(),
            address: "東京都千代田区1-1".to_owned(),
            notes: "犬がいます".to_owned(),
            place: Some((35.68, 139.76)),
        },
        policy: Policy::Plain,
        supervision: None,
    };
    let account = panel.account.clone();
    services.panels.add(&admin.viewer.staff, panel).await.unwrap();
    let alarm = Told {
        account,
        digest: [1; 32],
        is_stamped: false,
        is_plain: false,
        signals: vec![Signal {
            code: Code::Sia(['B', 'A']),
            area: None,
            zone: None,
            text: None,
            is_old: false,
        }],
    };
    services.cases.take_frame(alarm).await.unwrap();
    let origin = format!("http://localhost:{}", server.addresses().web.port());
    let line = json!({ "origin": origin, "people": people });
    #[expect(clippy::print_stdout, reason = "what the person at the terminal asked for")]
    {
        println!("{line}");
    }
    tokio::spawn(sign_rosters(services, root, origin, admin));
    let (_trigger, shutdown) = Shutdown::new();
    server.run(shutdown).await.unwrap();
}
