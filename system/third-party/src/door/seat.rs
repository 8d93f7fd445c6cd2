//! Who sits at which desk, and whether a form comes from it.

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use http::StatusCode;
use http::request::Parts;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::http::{Peer, RateLimiter, Refill, cookie, is_own};
use tomori_smart_home::StaffId;

use super::failure::Failure;
use super::fields::Fields;
use super::texts::{Say, lang_of};
use crate::people::{self, Role, Viewer};

/// How the door stands on its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Whether browsers reach this server over TLS: cookies are then `Secure` and `__Host-`.
    pub secure_cookies: bool,
    /// The origin that browsers see when a proxy stands in front that rewrites `Host`.
    pub public_origin: Option<String>,
}

/// The names of the cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieNames {
    /// The session.
    pub session: &'static str,
    /// The mark of a known browser.
    pub browser: &'static str,
}

/// What every door needs to know who calls. Clones are the same.
#[derive(Clone)]
pub struct DoorState {
    /// How the door stands.
    pub door: Door,
    /// The people.
    pub people: people::Service,
    /// The wall clock.
    pub clock: SharedClock,
    limits: Arc<Limits>,
}

/// Requests that somebody known, and an address that nobody is known at, may make.
struct Limits {
    staff: RateLimiter<StaffId>,
    strangers: RateLimiter<IpAddr>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) viewer: Viewer,
    pub(crate) say: Say,
    /// The secret of the session, to be looked at again while a stream runs.
    pub(crate) secret: String,
}

/// A place, and who may sit there.
pub(crate) trait Place: Send + Sync + 'static {
    const ROLES: &'static [Role];
}

/// Everybody of the company.
pub(crate) struct Anyone;
/// The board: operators and supervisors.
pub(crate) struct BoardPlace;
/// The office: company administrators.
pub(crate) struct OfficePlace;
/// The street: guards.
pub(crate) struct StreetPlace;
/// Who looks at what others did.
pub(crate) struct OverseerPlace;
/// Who signs with a passkey.
pub(crate) struct SignerPlace;
/// Who approves.
pub(crate) struct SupervisorPlace;

/// Somebody at a place of theirs.
pub(crate) struct At<P> {
    pub(crate) seat: Seat,
    place: PhantomData<P>,
}

pub(crate) type Anywhere = At<Anyone>;
pub(crate) type AtBoard = At<BoardPlace>;
pub(crate) type Office = At<OfficePlace>;
pub(crate) type Street = At<StreetPlace>;
pub(crate) type Overseer = At<OverseerPlace>;
pub(crate) type Signer = At<SignerPlace>;
pub(crate) type Supervising = At<SupervisorPlace>;

/// A form that somebody sent from a page of this session (T3-10 EP③ なりすまし).
pub(crate) struct Signed<A> {
    pub(crate) at: A,
    pub(crate) fields: Fields,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FromWhere(pub(crate) IpAddr);

impl Place for Anyone {
    const ROLES: &'static [Role] = &Role::ALL;
}

impl Place for BoardPlace {
    const ROLES: &'static [Role] = &[Role::Operator, Role::Supervisor];
}

impl Place for OfficePlace {
    const ROLES: &'static [Role] = &[Role::Administrator];
}

impl Place for StreetPlace {
    const ROLES: &'static [Role] = &[Role::Guard];
}

impl Place for SignerPlace {
    const ROLES: &'static [Role] = &[Role::Operator, Role::Supervisor, Role::Guard];
}

impl Place for SupervisorPlace {
    const ROLES: &'static [Role] = &[Role::Supervisor];
}

impl Place for OverseerPlace {
    const ROLES: &'static [Role] = &[Role::Supervisor, Role::Administrator];
}

impl Seat {
    /// Whether a form brought the token of this session.
    pub(crate) fn is_signed(&self, token: &str) -> Result<(), Failure> {
        let is_right = verify_slices_are_equal(token.as_bytes(), self.viewer.csrf.as_bytes());
        is_right.map_err(|_| Failure::foreign_page())
    }
}

impl DoorState {
    /// The state of the door.
    #[must_use]
    pub fn new(door: Door, people: people::Service, clock: SharedClock) -> Self {
        let limits = Limits {
            staff: RateLimiter::new(
                Refill {
                    burst: 200.0,
                    per_second: 20.0,
                },
                people::MOST_STAFF,
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

    /// The names of the cookies.
    #[must_use]
    pub fn cookies(&self) -> CookieNames {
        if self.door.secure_cookies {
            CookieNames {
                session: "__Host-tomori-staff",
                browser: "__Host-tomori-staff-browser",
            }
        } else {
            CookieNames {
                session: "tomori-staff",
                browser: "tomori-staff-browser",
            }
        }
    }

    /// Counts a request of an address that nobody is known at.
    ///
    /// # Errors
    /// When it has made too many.
    pub fn count_stranger(&self, from: IpAddr) -> Result<(), Failure> {
        let taken = self.limits.strangers.take(&from, 1.0, self.clock.now());
        taken.map_err(too_many)
    }

    /// Whether the form came from one of our own pages.
    pub(crate) fn is_own(&self, headers: &http::HeaderMap, uri: &http::Uri) -> Result<(), Failure> {
        if is_own(headers, uri, self.door.public_origin.as_deref()) {
            Ok(())
        } else {
            Err(Failure::foreign_page())
        }
    }
}

fn too_many(wait: std::time::Duration) -> Failure {
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").wait(wait.as_secs().max(1))
}

impl<P: Place, S: Send + Sync> FromRequestParts<S> for At<P>
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let door = DoorState::from_ref(state);
        let secret = cookie(&parts.headers, door.cookies().session).map(str::to_owned);
        let viewer = match &secret {
            Some(secret) => door.people.viewer_of_session(secret).await?,
            None => None,
        };
        let (Some(viewer), Some(secret)) = (viewer, secret) else {
            door.count_stranger(address(parts))?;
            return Err(Failure::unauthorised());
        };
        let taken = door.limits.staff.take(&viewer.staff, 1.0, door.clock.now());
        taken.map_err(too_many)?;
        if !P::ROLES.contains(&viewer.role) {
            return Err(Failure::other_role());
        }
        Ok(Self {
            seat: Seat {
                viewer,
                say: Say::new(lang_of(&parts.headers)),
                secret,
            },
            place: PhantomData,
        })
    }
}

impl<P: Place, S: Send + Sync> FromRequest<S> for Signed<At<P>>
where
    DoorState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let at = At::<P>::from_request_parts(&mut parts, state).await?;
        DoorState::from_ref(state).is_own(&parts.headers, &parts.uri)?;
        let fields = Fields::from_request(Request::from_parts(parts, body), state).await?;
        at.seat.is_signed(fields.raw("csrf"))?;
        Ok(Self { at, fields })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FromWhere {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(address(parts)))
    }
}

/// The address of the other end. In-process calls have none and count as the loopback address.
fn address(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.address.ip())
}
