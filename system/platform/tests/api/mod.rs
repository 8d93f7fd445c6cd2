mod attacks;
mod commands;
mod document;
mod elapi;
mod events;
mod roles;
mod schedules;
mod tokens;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tomori_platform::api::{self, Needs};
use tomori_platform::auth::people::{NewToken, Person, Scope};
use tomori_platform::door::{Door, DoorState};
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::{DeviceId, HomeId};
use tower::ServiceExt as _;

use crate::town::{Someone, Town};

/// The API over the rooms of a town: two homes with a shutter and a resident each, and an operator.
pub struct Api {
    pub town: Town,
    pub router: Router,
    pub operator: Someone,
    pub hanako: Someone,
    pub jiro: Someone,
    pub home: HomeId,
    pub shutter: DeviceId,
    pub other_home: HomeId,
    pub other_shutter: DeviceId,
    _trigger: Trigger,
}

/// Who asks.
#[derive(Clone)]
pub enum As {
    Nobody,
    Token(String),
    /// The cookie of a session, from a page of our own.
    Session(String),
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Api {
    pub async fn new() -> Self {
        let town = Town::new();
        let (home, shutter) = town.house(1).await;
        let (other_home, other_shutter) = town.house(2).await;
        let operator = town.operator().await;
        let by = operator.viewer.operator().unwrap().clone();
        let hanako = town.resident(&by, &home, "hanako@example.com").await;
        let jiro = town.resident(&by, &other_home, "jiro@example.com").await;
        let (trigger, shutdown) = Shutdown::new();
        let door = Door {
            secure_cookies: true,
            public_origin: None,
        };
        let router = tomori_runtime::http::secure(api::router(Needs {
            door: DoorState::new(door, town.people.clone(), std::sync::Arc::new(town.clock.clone())),
            people: town.people.clone(),
            personal: town.personal.clone(),
            state: town.state.clone(),
            shutter: town.shutter.clone(),
            dispatch: town.dispatch.clone(),
            unlock: town.unlock.clone(),
            shutdown,
        }));
        Self {
            town,
            router,
            operator,
            hanako,
            jiro,
            home,
            shutter,
            other_home,
            other_shutter,
            _trigger: trigger,
        }
    }

    pub async fn token(&self, person: &Person, scope: Scope) -> As {
        let new = NewToken {
            label: "test".to_owned(),
            scope,
            days: 1,
        };
        let issued = self.town.people.issue_token(person, new).await.unwrap();
        As::Token(issued.secret.text().to_owned())
    }

    /// Hanako, with a token that controls.
    pub async fn hanako(&self) -> As {
        self.token(&self.hanako.viewer.person, Scope::Control).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        let bytes = if stream {
            Vec::new()
        } else {
            body.collect().await.unwrap().to_bytes().to_vec()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub async fn call(&self, who: &As, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.send(request(who, method, path, body)).await
    }

    pub async fn get(&self, who: &As, path: &str) -> Answer {
        self.call(who, Method::GET, path, None).await
    }
}

pub fn request(who: &As, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "tomori.example");
    match who {
        As::Nobody => {}
        As::Token(token) => request = request.header("authorization", format!("Bearer {token}")),
        As::Session(secret) => {
            request = request
                .header("cookie", format!("__Host-tomori={secret}"))
                .header("origin", "https://tomori.example");
        }
    }
    match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    }
    .unwrap()
}
