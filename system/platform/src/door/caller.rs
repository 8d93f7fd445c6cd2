//! Who calls: a bearer token, or the cookie of a session on one of our own pages.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Path};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, StatusCode};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::http::{Peer, RateLimiter, Refill, is_own};
use tomori_smart_home::{HomeId, ResidentId};
use zeroize::Zeroizing;

use super::cookie::{CookieKind, read};
use super::failure::Failure;
use crate::auth::people::{self, Person, Viewer};

/// How the doors stand on their server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Whether browsers reach this server over TLS: cookies are then `Secure` and `__Host-`.
    pub secure_cookies: bool,
    /// The origin that browsers see when a proxy stands in front that rewrites `Host`.
    pub public_origin: Option<String>,
}

/// What every door needs to know who calls. Clones are the same.
#[derive(Clone)]
pub struct DoorState {
    door: Door,
    people: people::Service,
    clock: SharedClock,
    limits: Arc<Limits>,
}

/// Requests a person, and an address that nobody is known at, may make.
struct Limits {
    people: RateLimiter<Person>,
    strangers: RateLimiter<IpAddr>,
}

/// Somebody who is known.
#[derive(Debug, Clone)]
pub struct Caller(pub Viewer);

/// A resident.
#[derive(Debug, Clone)]
pub struct ResidentOnly(pub ResidentId, pub Viewer);

/// A resident, in a home of theirs that the path names (`{home}`).
#[derive(Debug, Clone)]
pub struct HomeOf {
    /// The home.
    pub home: HomeId,
    /// The resident.
    pub resident: ResidentId,
    /// All that is known of the caller.
    pub viewer: Viewer,
}

/// The same, with the right to change something.
#[derive(Debug, Clone)]
pub struct Control(pub HomeOf);

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct FromWhere(pub IpAddr);

/// What somebody showed at the door, to be looked at again while a stream runs.
#[derive(Clone)]
pub struct Knock(Shown);

#[derive(Clone)]
enum Shown {
    Nothing,
    Token(Zeroizing<String>),
    Session(Zeroizing<String>),
}

impl DoorState {
    /// The state of the doors. `clock` is the wall clock.
    #[must_use]
    pub fn new(door: Door, people: people::Service, clock: SharedClock) -> Self {
        let limits = Limits {
            people: RateLimiter::new(
                Refill {
                    burst: 120.0,
                    per_second: 20.0,
                },
                20_000,
            ),
            strangers: RateLimiter::new(
                Refill {
                    burst: 60.0,
                    per_second: 5.0,
                },
                20_000,
            ),
        };
        Self {
            door,
            people,
            clock,
            limits: Arc::new(limits),
        }
    }

    /// How the doors stand.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// The wall clock.
    #[must_use]
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// Counts a request of an address that nobody is known at.
    ///
    /// # Errors
    /// When it has made too many.
    pub fn count_stranger(&self, from: IpAddr) -> Result<(), Failure> {
        self.limits
            .strangers
            .take(&from, 1.0, self.clock.now())
            .map_err(too_many)
    }

    fn shown(&self, parts: &Parts) -> Shown {
        let secret = |text: &str| Zeroizing::new(text.trim().to_owned());
        match parts.headers.get(AUTHORIZATION) {
            Some(given) => match given.to_str().ok().and_then(|text| text.split_once(' ')) {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Shown::Token(secret(token)),
                _ => Shown::Nothing,
            },
            None => match read(&parts.headers, CookieKind::Resident, self.door.secure_cookies) {
                Some(session) => Shown::Session(secret(session)),
                None => Shown::Nothing,
            },
        }
    }

    async fn known(&self, shown: &Shown) -> Result<Option<Viewer>, Failure> {
        Ok(match shown {
            Shown::Token(token) => self.people.viewer_of_token(token).await?,
            Shown::Session(session) => self.people.viewer_of_session(session).await?,
            Shown::Nothing => None,
        })
    }

    async fn viewer(&self, parts: &Parts) -> Result<Viewer, Failure> {
        let from = address(parts);
        let found = self.known(&self.shown(parts)).await?;
        let Some(viewer) = found else {
            self.count_stranger(from)?;
            return Err(Failure::unauthorised());
        };
        self.limits
            .people
            .take(&viewer.person, 1.0, self.clock.now())
            .map_err(too_many)?;
        let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if changes && viewer.csrf().is_some() {
            let own = is_own(&parts.headers, &parts.uri, self.door.public_origin.as_deref());
            if !own {
                return Err(Failure::new(StatusCode::FORBIDDEN, "foreign-page"));
            }
        }
        Ok(viewer)
    }
}

impl Knock {
    /// Whether what was shown still opens this home.
    pub async fn still_lives_in(&self, door: &DoorState, home: &HomeId) -> bool {
        match door.known(&self.0).await {
            Ok(viewer) => viewer.is_some_and(|viewer| viewer.lives_in(home)),
            Err(_) => false,
        }
    }
}

fn too_many(wait: std::time::Duration) -> Failure {
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(wait.as_secs().max(1))
}

/// The address of the other end. In-process calls have none and count as the loopback address.
pub(crate) fn address(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.address.ip())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        DoorState::from_ref(state).viewer(parts).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FromWhere {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(address(parts)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Knock
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(DoorState::from_ref(state).shown(parts)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ResidentOnly
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Caller(viewer) = Caller::from_request_parts(parts, state).await?;
        match viewer.resident() {
            Some(resident) => Ok(Self(resident.clone(), viewer)),
            None => Err(Failure::new(StatusCode::FORBIDDEN, "residents-only")),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HomeOf
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let ResidentOnly(resident, viewer) = ResidentOnly::from_request_parts(parts, state).await?;
        let Path(path) = Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::not_found())?;
        let home: HomeId = path
            .get("home")
            .and_then(|text| text.parse().ok())
            .ok_or_else(Failure::not_found)?;
        if !viewer.lives_in(&home) {
            return Err(Failure::not_found());
        }
        Ok(Self { home, resident, viewer })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Control
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let home = HomeOf::from_request_parts(parts, state).await?;
        may_control(&home.viewer)?;
        Ok(Self(home))
    }
}

/// Refuses tokens that only look.
///
/// # Errors
/// When the viewer's proof does not reach far enough.
pub(crate) fn may_control(viewer: &Viewer) -> Result<(), Failure> {
    if viewer.may_control() {
        Ok(())
    } else {
        Err(Failure::new(StatusCode::FORBIDDEN, "read-only"))
    }
}
