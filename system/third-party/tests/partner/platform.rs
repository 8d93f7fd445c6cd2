//! A platform that says what the test tells it to say: its door, its feed, and what it was told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use data_encoding::HEXLOWER;
use futures_util::stream;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tomori_partner_link::{Acknowledgement, Base64, Enrolment, PLATFORM_NAME, route};
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::http::{ClientCertificate, Door};
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey};
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_runtime::tls::{Limits, asking_server_config_with, provider};
use tomori_smart_home::EnrolmentCode;

const COMPANY: &str = "comp_000000000000000a";

/// What the platform keeps, whether it stands or not.
pub struct Platform {
    pub address: SocketAddr,
    authority: Arc<CertificateAuthority>,
    clock: ManualClock,
    pub book: Arc<Book>,
    standing: Option<Trigger>,
    _folder: tempfile::TempDir,
}

/// What it says and was told.
pub struct Book {
    authority: Arc<CertificateAuthority>,
    clock: ManualClock,
    secret: String,
    feed: watch::Sender<Vec<Value>>,
    pub acknowledged: Mutex<u64>,
    /// Acknowledgements that came.
    pub acknowledgements: Mutex<u32>,
    /// Streams that were begun.
    pub streams: Mutex<u32>,
    /// So many of the next words are put off.
    pub is_busy: Mutex<u32>,
    pub said: Mutex<Vec<(String, Value)>>,
    pub enrolments: Mutex<u32>,
    /// Answers the stream from its beginning, whatever the cursor.
    pub forgets: Mutex<bool>,
}

#[derive(Debug)]
struct Fixed(Arc<rustls::sign::CertifiedKey>);

impl rustls::server::ResolvesServerCert for Fixed {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Platform {
    pub async fn new(clock: &ManualClock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority =
            CertificateAuthority::open_or_create(folder.path(), "Tomori platform", clock.now(), &SystemEntropy)
                .unwrap();
        let authority = Arc::new(authority);
        let secret = EnrolmentCode::new([7; 10], &authority.fingerprint()).secret();
        let book = Arc::new(Book {
            authority: Arc::clone(&authority),
            clock: clock.clone(),
            secret,
            feed: watch::Sender::new(Vec::new()),
            acknowledged: Mutex::new(0),
            acknowledgements: Mutex::new(0),
            streams: Mutex::new(0),
            is_busy: Mutex::new(0),
            said: Mutex::default(),
            enrolments: Mutex::new(0),
            forgets: Mutex::new(false),
        });
        let mut platform = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            authority,
            clock: clock.clone(),
            book,
            standing: None,
            _folder: folder,
        };
        platform.stand().await;
        platform
    }

    pub fn code(&self) -> String {
        EnrolmentCode::new([7; 10], &self.authority.fingerprint()).to_string()
    }

    /// Opens the door, where it was before.
    pub async fn stand(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        let key = PrivateKey::generate().unwrap();
        let life = LifeTime::from(self.clock.now(), jiff::SignedDuration::from_hours(24 * 30));
        let names = [PLATFORM_NAME.to_owned()];
        let issued = self
            .authority
            .issue_server(&key.request().unwrap(), &names, life, &SystemEntropy);
        let chain = issued.unwrap().chain_der.into_iter().map(Into::into).collect();
        let certified = rustls::sign::CertifiedKey::from_der(chain, key.to_tls(), &provider()).unwrap();
        let certificates = Arc::new(Fixed(Arc::new(certified)));
        let clock = Arc::new(self.clock.clone());
        let tls = asking_server_config_with(certificates, self.authority.certificate_der(), clock).unwrap();
        let router = Router::new()
            .route(route::ENROLMENTS, post(enrol))
            .route(route::STREAM, get(follow))
            .route(route::CHANGES, get(changes))
            .route(route::ACKNOWLEDGEMENT, put(acknowledge))
            .route(route::HEARTBEAT, put(beat))
            .route("/v1/incidents/{incident}/{what}", post(said))
            .route(route::ROSTER, put(roster))
            .with_state(Arc::clone(&self.book));
        let door = Door {
            listener,
            tls: Some(Arc::new(tls)),
            limits: Limits::default(),
        };
        let (trigger, shutdown) = Shutdown::new();
        tokio::spawn(tomori_runtime::http::serve(door, router, shutdown));
        self.standing = Some(trigger);
    }

    /// Closes the door and every connection.
    pub async fn fall(&mut self) {
        self.standing.take().unwrap().stop();
        // The end of the streams is what lets the connections end.
        self.book.feed.send_modify(|_| {});
        while TcpListener::bind(self.address).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    /// Puts a change at the end of the feed.
    pub fn tell(&self, incident: &str, hazard: &str, at: u64, entry: Value) {
        self.book.feed.send_modify(|feed| {
            let mut entry = entry;
            entry["number"] = json!(at);
            entry["at"] = json!("2026-01-05T02:59:00Z");
            feed.push(json!({
                "number": feed.len() + 1,
                "incident": {
                    "id": incident, "home": "home_000000000000000a", "nonce": "01".repeat(32), "hazard": hazard,
                    "openedAt": "2026-01-05T02:59:00Z"
                },
                "entry": entry
            }));
        });
    }

    pub fn alarm(&self, incident: &str, at: u64, hazard: &str, room: &str, name: &str) {
        let entry = json!({
            "step": "alarm", "alarm": format!("alm_{at}"), "hazard": hazard, "device": "dev_000000000000000b",
            "trust": "authenticated", "room": room, "name": name
        });
        self.tell(incident, hazard, at, entry);
    }

    pub fn said(&self) -> Vec<(String, Value)> {
        self.book.said.lock().unwrap().clone()
    }

    pub fn acknowledged(&self) -> u64 {
        *self.book.acknowledged.lock().unwrap()
    }
}

impl Book {
    /// Tells an alarm, and in the same moment a change of which nobody knows what it is.
    pub fn garbled(&self) {
        let incident = json!({
            "id": "inc_000000000000000a", "home": "home_000000000000000a", "nonce": "01".repeat(32),
            "hazard": "intrusion", "openedAt": "2026-01-05T02:59:00Z"
        });
        let alarm = json!({
            "number": 1, "at": "2026-01-05T02:59:00Z", "step": "alarm", "alarm": "alm_1", "hazard": "intrusion",
            "device": "dev_000000000000000b", "trust": "authenticated", "room": "台所", "name": "窓"
        });
        self.feed.send_modify(|feed| {
            feed.push(json!({ "number": 1, "incident": incident, "entry": alarm }));
            feed.push(json!({ "number": "two" }));
        });
    }

    /// Forgets all but so many changes, as after a backup was put back.
    pub fn put_back(&self, keep: usize) {
        self.feed.send_modify(|feed| feed.truncate(keep));
    }
}

type Shared = State<Arc<Book>>;

async fn enrol(State(book): Shared, Json(asked): Json<Enrolment>) -> Response {
    *book.enrolments.lock().unwrap() += 1;
    if asked.code != book.secret {
        return StatusCode::FORBIDDEN.into_response();
    }
    let life = LifeTime::from(book.clock.now(), jiff::SignedDuration::from_hours(24 * 30));
    let uri = format!("urn:tomori:company:{COMPANY}");
    let issued = book
        .authority
        .issue_client(&asked.csr.0, &uri, life, &SystemEntropy)
        .unwrap();
    let chain: Vec<Base64> = issued.chain_der.into_iter().map(Base64).collect();
    Json(json!({ "company": COMPANY, "name": "灯警備", "chain": chain })).into_response()
}

async fn follow(
    State(book): Shared,
    Extension(_): Extension<ClientCertificate>,
    request: Request,
) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let last = request
        .headers()
        .get("last-event-id")
        .and_then(|last| last.to_str().ok());
    let after: u64 = last.and_then(|last| last.parse().ok()).unwrap_or(0);
    let after = if *book.forgets.lock().unwrap() { 0 } else { after };
    *book.streams.lock().unwrap() += 1;
    let feed = book.feed.subscribe();
    let events = stream::unfold((feed, after, true), |(mut feed, after, is_first)| async move {
        if is_first {
            let event = Event::default()
                .event("heartbeat")
                .data("{\"at\":\"2026-01-05T03:00:00Z\"}");
            return Some((Ok(event), (feed, after, false)));
        }
        loop {
            let next = {
                let all = feed.borrow_and_update();
                all.get(usize::try_from(after).unwrap()).cloned()
            };
            if let Some(next) = next {
                let event = Event::default().event("change").id((after + 1).to_string());
                return Some((Ok(event.data(next.to_string())), (feed, after + 1, false)));
            }
            feed.changed().await.ok()?;
        }
    });
    Sse::new(events)
}

#[derive(serde::Deserialize)]
struct Which {
    after: usize,
    most: usize,
}

async fn changes(State(book): Shared, Query(which): Query<Which>) -> Json<Value> {
    let feed = book.feed.borrow();
    let part: Vec<&Value> = feed.iter().skip(which.after).take(which.most).collect();
    Json(json!({ "changes": part, "hasMore": false }))
}

async fn acknowledge(State(book): Shared, Json(ack): Json<Acknowledgement>) -> StatusCode {
    let given = book.feed.borrow().len() as u64;
    if ack.through > given {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    *book.acknowledged.lock().unwrap() = ack.through;
    *book.acknowledgements.lock().unwrap() += 1;
    StatusCode::NO_CONTENT
}

async fn beat(State(book): Shared) -> Json<Value> {
    Json(json!({ "at": book.clock.now() }))
}

async fn said(
    State(book): Shared,
    Path((incident, what)): Path<(String, String)>,
    Query(_): Query<Value>,
    body: Bytes,
) -> Response {
    let content = match what.as_str() {
        "unlocks" => json!(HEXLOWER.encode(&body)),
        _ => serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    {
        let mut is_busy = book.is_busy.lock().unwrap();
        if *is_busy > 0 {
            *is_busy -= 1;
            return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response();
        }
    }
    book.said.lock().unwrap().push((what.clone(), content));
    match what.as_str() {
        "disclosure" => Json(json!({
            "home": "home_000000000000000a", "address": "東京都千代田区1-1",
            "place": { "latitude": 35.69, "longitude": 139.76 }, "name": "田中家", "plan": "玄関の右が台所",
            "entryNotes": "犬がいます",
            "locks": [{ "id": "dev_000000000000000c", "name": "玄関 – 錠", "isTrusted": true }]
        }))
        .into_response(),
        "unlocks" => Json(json!({ "bundle": tomori_unlock::digest(&body) })).into_response(),
        _ if incident.ends_with("closed") => StatusCode::CONFLICT.into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn roster(State(book): Shared, body: Bytes) -> StatusCode {
    let said = json!(body.len());
    book.said.lock().unwrap().push(("roster".to_owned(), said));
    StatusCode::NO_CONTENT
}
