//! A security company with an offline root, its people with passkeys in software, and a road that a test can cut.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::unlock::{CredentialId, Digest, Member, Role, Roster, Statement as _, UnixMillis};
use tomori_smart_home::{CompanyId, StaffId};
use tomori_third_party::people;
use tomori_third_party::unlock::{Alone, Houses, Outside, Road, RoadError};
use tomori_unlock::{Authenticator, Ceremony, RootSigner};

use crate::world::{Browser, Page, World, config};

/// What the platform got, and how it answers.
#[derive(Default)]
pub struct Platform {
    pub rosters: Mutex<Vec<Vec<u8>>>,
    pub bundles: Mutex<Vec<Vec<u8>>>,
    pub answer: Mutex<Option<RoadError>>,
}

impl Platform {
    pub fn answers(&self, error: Option<RoadError>) {
        *self.answer.lock().unwrap() = error;
    }

    fn take(&self, into: &Mutex<Vec<Vec<u8>>>, bytes: &[u8]) -> Result<(), RoadError> {
        if let Some(error) = self.answer.lock().unwrap().clone() {
            return Err(error);
        }
        into.lock().unwrap().push(bytes.to_vec());
        Ok(())
    }
}

#[async_trait]
impl Road for Platform {
    async fn send_bundle(&self, bundle: &[u8]) -> Result<(), RoadError> {
        self.take(&self.bundles, bundle)
    }

    async fn send_roster(&self, signed: &[u8]) -> Result<(), RoadError> {
        self.take(&self.rosters, signed)
    }
}

/// Somebody of the company with a browser and a passkey.
pub struct Colleague {
    pub id: StaffId,
    pub browser: Browser,
    pub key: Authenticator,
}

pub struct Company {
    pub world: World,
    pub platform: Arc<Platform>,
    pub root: RootSigner,
    pub id: CompanyId,
}

/// A passkey with an id that begins with this number.
pub fn passkey(number: u8) -> Authenticator {
    Authenticator::generate(CredentialId::new(&[number; 20]).unwrap()).unwrap()
}

impl Company {
    pub async fn new() -> Self {
        Self::at(Arc::new(Alone)).await
    }

    /// A company whose only road is the line to a platform.
    pub async fn on_the_line() -> Self {
        let root = RootSigner::generate().unwrap();
        let mut config = config();
        config.company.root = Some(root.public().to_string());
        Self {
            world: World::with(config).await,
            platform: Arc::default(),
            root,
            id: CompanyId::from_random([9; 10]),
        }
    }

    /// A company that sees to these houses.
    pub async fn at(houses: Arc<dyn Houses>) -> Self {
        let root = RootSigner::generate().unwrap();
        let mut config = config();
        config.company.root = Some(root.public().to_string());
        let platform = Arc::new(Platform::default());
        let road: Arc<dyn Road> = platform.clone();
        Self {
            world: World::over(Outside { houses, road }, config).await,
            platform,
            root,
            id: CompanyId::from_random([9; 10]),
        }
    }

    /// The origin that passkeys of this server are used on.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.world.addresses.web.port())
    }

    pub fn signing(&self) -> Ceremony {
        Ceremony::on("localhost", &self.origin())
    }

    /// The fields with which a page answers a question to a passkey.
    pub fn assertion(
        &self,
        key: &Authenticator,
        challenge: &Digest,
        ceremony: Option<&Ceremony>,
    ) -> [(&'static str, String); 5] {
        let own = self.signing();
        let made = key.assert(challenge, ceremony.unwrap_or(&own)).unwrap();
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        [
            ("challenge", text(&challenge.0)),
            ("credential", text(made.credential.as_bytes())),
            ("authenticator", text(&made.authenticator_data)),
            ("client", text(&made.client_data)),
            ("signature", text(&made.signature)),
        ]
    }

    /// Somebody signs what they were asked.
    pub async fn answer(
        &self,
        who: &mut Colleague,
        path: &str,
        challenge: &Digest,
        ceremony: Option<&Ceremony>,
    ) -> Page {
        let fields = self.assertion(&who.key, challenge, ceremony);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        who.browser.post(path, &fields).await
    }

    pub fn making(&self) -> Ceremony {
        Ceremony::making("localhost", &self.origin())
    }

    /// Somebody new, with a passkey that is registered.
    pub async fn member(&self, role: people::Role, name: &str, number: u8) -> Colleague {
        let (id, mut browser) = self.world.somebody(role, name).await;
        let key = passkey(number);
        assert_eq!(register(&mut browser, &key, &self.making()).await.status, 303);
        Colleague { id, browser, key }
    }

    /// A roster with these people, in force for a month.
    pub fn roster(&self, version: u64, people: &[(&Colleague, &[Role])]) -> Roster {
        let now = UnixMillis::of(self.world.clock.now());
        let later = |days: u64| UnixMillis::from_millis(now.millis() + days * 24 * 3_600_000).unwrap();
        Roster {
            company: self.id.clone(),
            version,
            issued_at: now,
            expires_at: later(30),
            rp_id: "localhost".to_owned(),
            origins: BTreeSet::from([self.origin()]),
            members: people
                .iter()
                .map(|(member, roles)| {
                    let passkeys = BTreeMap::from([(member.key.credential().clone(), *member.key.public())]);
                    let entry = Member {
                        name: format!("人 {}", member.id),
                        roles: roles.iter().copied().collect(),
                        passkeys,
                    };
                    (member.id.clone(), entry)
                })
                .collect(),
            revoked: BTreeSet::new(),
        }
    }

    /// An administrator brings a roster that the root signed.
    pub async fn bring(&self, roster: &Roster) -> Page {
        self.bring_bytes(&self.root.sign(roster).to_bytes()).await
    }

    pub async fn bring_bytes(&self, bytes: &[u8]) -> Page {
        let text = BASE64URL_NOPAD.encode(bytes);
        let mut office = self.world.office.clone();
        office.post("/roster", &[("roster", text.as_str())]).await
    }
}

/// The challenge in what a script was told.
pub fn challenge(page: &Page) -> Digest {
    let told: serde_json::Value = serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("{}", page.text));
    let text = told["challenge"].as_str().unwrap_or_else(|| panic!("{told}"));
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    Digest(bytes.try_into().unwrap())
}

/// Somebody makes this passkey on their page.
pub async fn register(browser: &mut Browser, key: &Authenticator, ceremony: &Ceremony) -> Page {
    let asked = browser.ask("/account/passkeys/begin", &[]).await;
    answer(browser, key, &challenge(&asked), ceremony).await
}

/// The answer to a question of the page of passkeys.
pub async fn answer(browser: &mut Browser, key: &Authenticator, challenge: &Digest, ceremony: &Ceremony) -> Page {
    let made = key.make(challenge, ceremony);
    let (attestation, client) = (
        BASE64URL_NOPAD.encode(&made.attestation_object),
        BASE64URL_NOPAD.encode(&made.client_data),
    );
    let fields = [
        ("name", "仕事用"),
        ("attestation", attestation.as_str()),
        ("client", client.as_str()),
    ];
    browser.post("/account/passkeys", &fields).await
}
