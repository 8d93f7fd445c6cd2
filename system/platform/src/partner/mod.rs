//! The door for the servers of security companies (EP③, the line of EP④): JSON over TLS 1.3. One route makes a company's
//! server out of a machine that holds a code; every other asks for the certificate that this gave.
//!
//! Architecture invariant: which company it is, is read from its certificate and nowhere else, with each request. What is
//! another company's does not exist here (404). The door keeps nothing: incidents are `services::dispatch`'s, what was
//! signed `services::unlock`'s, certificates `auth::companies`'.

mod caller;
mod enrolment;
mod feed;
mod incidents;
mod supervision;
mod unlocks;
mod words;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use tomori_gateway_link::limits::ROSTER_BYTES;
use tomori_partner_link::{LARGEST_REQUEST, OPENAPI, route};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::CompanyId;

use crate::auth::companies;
use crate::services::{dispatch, unlock};
pub use supervision::{Hearing, Supervision};

/// What one company may ask for: a night with many incidents passes, a loop does not.
const REQUESTS: Refill = Refill {
    burst: 200.0,
    per_second: 50.0,
};
/// Companies whose requests are counted.
const MOST_COMPANIES: usize = 1_000;

/// What the door is built from.
pub struct Needs {
    /// Who may come in.
    pub companies: companies::Service,
    /// Incidents and the feed.
    pub dispatch: dispatch::Service,
    /// Bundles and rosters.
    pub unlock: unlock::Service,
    /// Who is heard.
    pub supervision: Supervision,
    /// The time of the world.
    pub clock: SharedClock,
    /// How often a quiet stream says that it is there.
    pub beat: Duration,
    /// Ends the streams.
    pub shutdown: Shutdown,
}

/// The door. Clones are the same.
#[derive(Clone)]
struct Partner {
    inner: Arc<Inner>,
}

struct Inner {
    needs: Needs,
    requests: RateLimiter<CompanyId>,
    streams: feed::Streams,
}

/// The routes.
pub fn router(needs: Needs) -> Router {
    let partner = Partner {
        inner: Arc::new(Inner {
            needs,
            requests: RateLimiter::new(REQUESTS, MOST_COMPANIES),
            streams: feed::Streams::default(),
        }),
    };
    Router::new()
        .route(route::ENROLMENTS, post(enrolment::enrol))
        .route(route::RENEWALS, post(enrolment::renew))
        .route(route::CHANGES, get(feed::changes))
        .route(route::STREAM, get(feed::stream))
        .route(route::ACKNOWLEDGEMENT, put(feed::acknowledge))
        .route(route::HEARTBEAT, put(feed::heartbeat))
        .route(route::DISCLOSURE, post(incidents::disclose))
        .route(route::STEPS, post(incidents::step))
        .route(route::CLOSING, post(incidents::close))
        .route(route::UNLOCKS, post(unlocks::unlock))
        .route(
            route::ROSTER,
            // The one body that is larger than all others.
            put(unlocks::roster).layer(DefaultBodyLimit::max(ROSTER_BYTES)),
        )
        .route(route::OPENAPI, get(describe))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(axum::middleware::from_fn(crate::door::render))
        .with_state(partner)
}

/// `GET /v1/openapi.json`
async fn describe(_: caller::Caller) -> ([(http::HeaderName, &'static str); 1], &'static str) {
    ([(http::header::CONTENT_TYPE, "application/json")], OPENAPI)
}
