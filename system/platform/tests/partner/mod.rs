//! The door for companies' servers, over real TLS.

mod attacks;
mod feed;
mod roles;
mod unlocks;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tomori_partner_link::{Base64, Enrolled, Enrolment, PLATFORM_NAME, route};
use tomori_platform::device_state::NewEquipment;
use tomori_platform::services::dispatch::Disclosure;
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::tls::{Identity, client_config, pinned_client_config};
use tomori_smart_home::event::What;
use tomori_smart_home::{CompanyId, DeviceKind, EnrolmentCode, Event, GatewayId, Hazard, HomeId, IncidentId};

use crate::dispatch::{alarm, operator};
use crate::world::{World, config};

/// A platform with a home that a company guards, and the company's server.
pub struct Link {
    pub world: World,
    pub clock: ManualClock,
    pub home: HomeId,
    pub company: CompanyId,
    pub server: Server,
    next: u64,
}

/// A company's server, as far as its papers go.
#[derive(Clone)]
pub struct Server {
    client: Client,
    origin: String,
    pub chain_der: Vec<Vec<u8>>,
    pub key: Arc<PrivateKey>,
}

impl Link {
    pub async fn new() -> Self {
        let clock = ManualClock::new(Timestamp::now());
        let world = World::with(config(), Arc::new(clock.clone())).await;
        let home = world.home().await;
        let dispatch = &world.services.dispatch;
        let company = dispatch.add_company("灯警備", &operator()).await.unwrap();
        let discloses = [Disclosure::Address].into();
        let contract = Some((company.clone(), discloses));
        dispatch.set_contract(&home, contract, &operator()).await.unwrap();
        let server = enrolled(&world, &company).await;
        Self {
            world,
            clock,
            home,
            company,
            server,
            next: 1,
        }
    }

    /// Another company with its server.
    pub async fn other(&self) -> (CompanyId, Server) {
        let dispatch = &self.world.services.dispatch;
        let company = dispatch.add_company("他社警備", &operator()).await.unwrap();
        let server = enrolled(&self.world, &company).await;
        (company, server)
    }

    /// The home's gateway raises an alarm of an incident.
    pub async fn raise(&mut self, number: u8, incident: u8, hazard: Hazard) -> IncidentId {
        let alarm = alarm(number, incident, hazard, None);
        let id = alarm.incident.clone();
        let what = What::AlarmRaised { alarm };
        let events = vec![Some(Event {
            at: self.clock.now(),
            what,
        })];
        let gateway = GatewayId::from_random([7; 10]);
        let state = &self.world.services.device_state;
        state
            .store_batch(&self.home, &gateway, self.next, events, false)
            .await
            .unwrap();
        self.next += 1;
        while !self.world.services.dispatch.take_in().await.unwrap() {}
        id
    }

    pub async fn lock(&self) -> tomori_smart_home::DeviceId {
        let lock = NewEquipment {
            kind: DeviceKind::ElectricLock,
            room: "玄関".to_owned(),
            name: "錠".to_owned(),
            model: String::new(),
            endpoint: None,
        };
        let state = &self.world.services.device_state;
        state.add_equipment(&self.home, lock, "op_test").await.unwrap()
    }
}

/// A code for a company's server.
pub async fn code(world: &World, company: &CompanyId) -> EnrolmentCode {
    let code = world.services.companies.new_enrolment_code(company, "op_test").await;
    code.unwrap().text.parse().unwrap()
}

/// A company's server, enrolled over the wire.
pub async fn enrolled(world: &World, company: &CompanyId) -> Server {
    let code = code(world, company).await;
    let key = PrivateKey::generate().unwrap();
    let answer = enrol(world, &code, &key).await;
    assert_eq!(answer.status(), 200);
    let enrolled: Enrolled = answer.json().await.unwrap();
    assert_eq!(&enrolled.company, company);
    let chain_der: Vec<Vec<u8>> = enrolled.chain.into_iter().map(|der| der.0).collect();
    Server::of(world, chain_der, key)
}

pub async fn enrol(world: &World, code: &EnrolmentCode, key: &PrivateKey) -> Response {
    let config = pinned_client_config(code.fingerprint_prefix(), Arc::clone(&world.clock)).unwrap();
    let asked = Enrolment {
        code: code.secret(),
        csr: Base64(key.request().unwrap()),
    };
    let at = format!("{}{}", origin(world), route::ENROLMENTS);
    client(world, config).post(at).json(&asked).send().await.unwrap()
}

pub fn origin(world: &World) -> String {
    format!("https://{PLATFORM_NAME}:{}", world.addresses.partner.port())
}

pub fn client(world: &World, config: rustls::ClientConfig) -> Client {
    Client::builder()
        .tls_backend_preconfigured(config)
        .resolve(PLATFORM_NAME, world.addresses.partner)
        .http2_prior_knowledge()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

/// A client without a certificate that trusts our authority.
pub fn nobody(world: &World) -> Client {
    let root = world.services.gateways.authority_der();
    client(world, client_config(root, None, Arc::clone(&world.clock)).unwrap())
}

impl Server {
    pub fn of(world: &World, chain_der: Vec<Vec<u8>>, key: PrivateKey) -> Self {
        let identity = Identity {
            chain_der: chain_der.clone(),
            key: &key,
        };
        let root = world.services.gateways.authority_der();
        let config = client_config(root, Some(&identity), Arc::clone(&world.clock)).unwrap();
        Self {
            client: client(world, config),
            origin: origin(world),
            chain_der,
            key: Arc::new(key),
        }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.origin));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Response {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn beat(&self, at: Timestamp) -> Response {
        self.put(route::HEARTBEAT, json!({ "at": at })).await
    }

    /// What people signed, as they signed it.
    pub async fn hand_over(&self, method: Method, path: &str, body: Vec<u8>) -> Response {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        let request = request.header("content-type", "application/cbor").body(body);
        request.send().await.unwrap()
    }

    /// The stream behind a number.
    pub async fn stream(&self, after: u64) -> Events {
        let request = self.client.get(format!("{}{}", self.origin, route::STREAM));
        let answer = request.header("last-event-id", after).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Events {
            bytes: Box::pin(answer.bytes_stream()),
            text: String::new(),
        }
    }
}

/// A live stream.
pub struct Events {
    bytes: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
}

impl Events {
    /// The next event and its data; `None` when the stream has ended, however it did.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                let (name, data) = (field("event:"), serde_json::from_str(&field("data:")).unwrap());
                self.text = rest.to_owned();
                return Some((name, data));
            }
            let more = tokio::time::timeout(Duration::from_secs(20), self.bytes.next());
            let more = more.await.expect("the stream said nothing for 20 s")?.ok()?;
            self.text.push_str(std::str::from_utf8(&more).unwrap());
        }
    }

    /// The next change.
    pub async fn change(&mut self) -> Option<Value> {
        loop {
            match self.next().await? {
                (name, data) if name == "change" => return Some(data),
                (name, _) => assert_eq!(name, "heartbeat"),
            }
        }
    }
}
