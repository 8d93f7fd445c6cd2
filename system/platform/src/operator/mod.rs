//! The operator's desk: what needs me, homes, gateways, equipment and adoption, people, the audit log.
//!
//! Pages from the server that work without script. An operator sees which things answer and which do not; what residents
//! do at home is not on any page here.

mod account;
mod audit;
mod companies;
mod desk;
mod equipment;
mod gateways;
mod home;
mod homes;
mod incidents;
mod overview;
mod people;
mod security;
mod shell;
mod sign_in;
mod watch;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tomori_look::{Asset, Assets};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::shutdown::Shutdown;

use crate::audit::AuditLog;
use crate::auth::companies as company_room;
use crate::auth::gateways as gateway_room;
use crate::auth::people as people_room;
use crate::device_state;
use crate::door::DoorState;
use crate::partner::Supervision;
use crate::personal_info;
use crate::services::{dispatch, unlock};
use watch::Watch;

/// What the desk needs from others.
pub struct Needs {
    /// Who is at the desk.
    pub door: DoorState,
    /// Residents and operators.
    pub people: people_room::Service,
    /// Names of homes.
    pub personal: personal_info::Service,
    /// The state of the houses.
    pub state: device_state::Service,
    /// Home gateways.
    pub gateways: gateway_room::Service,
    /// Servers of companies.
    pub companies: company_room::Service,
    /// Whether they are heard.
    pub supervision: Supervision,
    /// Incidents, companies, and what homes are guarded by.
    pub dispatch: dispatch::Service,
    /// What was signed in incidents.
    pub unlock: unlock::Service,
    /// For ids.
    pub entropy: SharedEntropy,
    /// The audit log.
    pub audit: AuditLog,
    /// The house clock.
    pub clock: SharedClock,
    /// Ends the watch.
    pub shutdown: Shutdown,
}

/// What every page needs.
#[derive(Clone)]
struct Operator {
    door: DoorState,
    inner: Arc<Inner>,
}

struct Inner {
    people: people_room::Service,
    personal: personal_info::Service,
    state: device_state::Service,
    gateways: gateway_room::Service,
    companies: company_room::Service,
    supervision: Supervision,
    dispatch: dispatch::Service,
    unlock: unlock::Service,
    entropy: SharedEntropy,
    audit: AuditLog,
    clock: SharedClock,
    watch: Watch,
}

impl axum::extract::FromRef<Operator> for DoorState {
    fn from_ref(operator: &Operator) -> Self {
        operator.door.clone()
    }
}

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(
        "/operator/files",
        &[Asset {
            name: "countdown.js",
            mime: "text/javascript; charset=utf-8",
            body: include_bytes!("../../assets/countdown.js"),
        }],
    )
});

/// The desk, under `/operator`. Call it inside a tokio runtime: it starts the watch over the houses.
pub fn router(needs: Needs) -> Router {
    let watch = Watch::start(needs.state.clone(), needs.clock.clone(), needs.shutdown);
    let operator = Operator {
        door: needs.door,
        inner: Arc::new(Inner {
            people: needs.people,
            personal: needs.personal,
            state: needs.state,
            gateways: needs.gateways,
            companies: needs.companies,
            supervision: needs.supervision,
            dispatch: needs.dispatch,
            unlock: needs.unlock,
            entropy: needs.entropy,
            audit: needs.audit,
            clock: needs.clock,
            watch,
        }),
    };
    Router::new()
        .route("/operator", get(overview::page))
        .route("/operator/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/operator/sign-out", post(sign_in::sign_out))
        .route("/operator/language", post(sign_in::language))
        .route("/operator/homes", get(homes::list).post(homes::add))
        .route("/operator/homes/new", get(homes::blank))
        .route("/operator/homes/{home}", get(home::page))
        .route("/operator/homes/{home}/name", post(homes::rename))
        .route("/operator/homes/{home}/codes", post(gateways::code))
        .route(
            "/operator/homes/{home}/gateways/{gateway}/revoke",
            post(gateways::revoke),
        )
        .route("/operator/homes/{home}/residents", post(people::invite_resident))
        .route(
            "/operator/homes/{home}/residents/{resident}/recover",
            post(people::recover_resident),
        )
        .route(
            "/operator/homes/{home}/residents/{resident}/remove",
            post(people::remove_resident),
        )
        .route("/operator/homes/{home}/devices", post(equipment::add))
        .route("/operator/homes/{home}/devices/{device}/adopt", post(equipment::adopt))
        .route(
            "/operator/homes/{home}/devices/{device}/certify",
            post(equipment::certify),
        )
        .route(
            "/operator/homes/{home}/devices/{device}/release",
            post(equipment::release),
        )
        .route(
            "/operator/homes/{home}/devices/{device}/remove",
            post(equipment::remove),
        )
        .route("/operator/homes/{home}/guard", get(security::page))
        .route("/operator/homes/{home}/guard/zones", post(security::add_zone))
        .route(
            "/operator/homes/{home}/guard/zones/{zone}/remove",
            post(security::remove_zone),
        )
        .route("/operator/homes/{home}/guard/delays", post(security::delays))
        .route("/operator/homes/{home}/guard/contract", post(security::contract))
        .route("/operator/homes/{home}/guard/entry", post(security::entry))
        .route("/operator/companies", post(security::add_company))
        .route("/operator/companies/{company}", get(companies::page))
        .route("/operator/companies/{company}/codes", post(companies::code))
        .route("/operator/companies/{company}/revoke", post(companies::revoke))
        .route("/operator/incidents", get(incidents::list))
        .route("/operator/incidents/{incident}", get(incidents::page))
        .route("/operator/incidents/{incident}/file", get(incidents::file))
        .route("/operator/incidents/{incident}/close", post(incidents::close))
        .route("/operator/people", get(people::page).post(people::invite_operator))
        .route("/operator/people/{operator}/recover", post(people::recover_operator))
        .route("/operator/people/{operator}/remove", post(people::remove_operator))
        .route("/operator/account", get(account::page))
        .route("/operator/account/password", post(account::password))
        .route("/operator/account/sessions/{session}/end", post(account::end_session))
        .route("/operator/audit", get(audit::page))
        .layer(from_fn_with_state(operator.clone(), shell::render))
        .with_state(operator)
        .merge(FILES.router())
}
