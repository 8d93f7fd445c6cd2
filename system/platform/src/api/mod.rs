//! The door for programs: the ECHONET Lite Web API, schedules, history, live events and tokens, over HTTPS and JSON.
//!
//! Who calls is known by a bearer token, or by the session cookie on a page of our own. Residents see their own homes
//! and nothing else: what is another home's is as absent as what never was. Operators see nobody's doings here.

mod commands;
mod document;
mod elapi;
mod events;
mod feed;
mod guard;
mod history;
mod homes;
mod phones;
mod schedules;
mod sessions;
pub mod shape;
mod tokens;

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use axum::{Json, Router};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::DeviceKind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::people;
use crate::device_state;
use crate::door::{DoorState, Failure, render};
use crate::personal_info;
use crate::services::{dispatch, shutter, unlock};
use feed::Feed;

/// What the API needs from others.
pub struct Needs {
    /// Who calls.
    pub door: DoorState,
    /// Residents and operators.
    pub people: people::Service,
    /// Names of homes.
    pub personal: personal_info::Service,
    /// The state of the houses.
    pub state: device_state::Service,
    /// The shutter service.
    pub shutter: shutter::Service,
    /// Incidents, and orders to the guard.
    pub dispatch: dispatch::Service,
    /// What was signed in incidents.
    pub unlock: unlock::Service,
    /// Ends the live streams.
    pub shutdown: Shutdown,
}

#[derive(Clone)]
struct Api {
    door: DoorState,
    inner: Arc<Inner>,
}

struct Inner {
    people: people::Service,
    personal: personal_info::Service,
    state: device_state::Service,
    shutter: shutter::Service,
    dispatch: dispatch::Service,
    unlock: unlock::Service,
    feed: Feed,
}

impl FromRef<Api> for DoorState {
    fn from_ref(api: &Api) -> Self {
        api.door.clone()
    }
}

/// The API, with `/openapi.json`. Call it inside a tokio runtime: it starts the task that feeds the live streams.
pub fn router(needs: Needs) -> Router {
    let feed = Feed::start(needs.state.changes(), needs.shutter.changes(), needs.shutdown);
    let api = Api {
        door: needs.door,
        inner: Arc::new(Inner {
            people: needs.people,
            personal: needs.personal,
            state: needs.state,
            shutter: needs.shutter,
            dispatch: needs.dispatch,
            unlock: needs.unlock,
            feed,
        }),
    };
    let (router, document) = routes().split_for_parts();
    let document = Arc::new(document);
    router
        .route(
            "/openapi.json",
            get(move || {
                let document = Arc::clone(&document);
                async move { Json(&*document).into_response() }
            }),
        )
        .route("/api/{*rest}", any(not_found))
        .route("/elapi/{*rest}", any(not_found))
        .layer(from_fn(render))
        .with_state(api)
}

/// The description of the API (OpenAPI 3.1), as `/openapi.json` serves it.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// For addresses under the paths of the API that are nobody's.
async fn not_found() -> Failure {
    Failure::not_found()
}

/// What a kind of device is called.
pub(crate) fn kind_name(kind: DeviceKind, lang: Lang) -> Cow<'static, str> {
    elapi::kind_name(kind, lang)
}

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(document::base())
        .routes(routes!(elapi::http::versions))
        .routes(routes!(elapi::http::services))
        .routes(routes!(elapi::http::devices))
        .routes(routes!(elapi::http::device))
        .routes(routes!(elapi::http::properties))
        .routes(routes!(elapi::http::property, set_property))
        .routes(routes!(sessions::me))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(homes::list))
        .routes(routes!(homes::home))
        .routes(routes!(homes::device))
        .routes(routes!(commands::give))
        .routes(routes!(commands::one))
        .routes(routes!(schedules::list, create_schedule))
        .routes(routes!(schedules::one, edit_schedule, delete_schedule))
        .routes(routes!(schedules::next))
        .routes(routes!(schedules::fired))
        .routes(routes!(guard::guard))
        .routes(routes!(guard::order))
        .routes(routes!(guard::incidents))
        .routes(routes!(guard::incident))
        .routes(routes!(guard::record))
        .routes(routes!(history::page))
        .routes(routes!(events::stream))
        .routes(routes!(phones::list, pair_phone))
        .routes(routes!(phones::unpair))
        .routes(routes!(tokens::list, issue_token))
        .routes(routes!(tokens::by_password))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tokens::reissue))
}

use elapi::http::{__path_set_property, set_property};
use phones::{__path_pair as __path_pair_phone, pair as pair_phone};
use schedules::{
    __path_create as __path_create_schedule, __path_delete as __path_delete_schedule,
    __path_edit as __path_edit_schedule, create as create_schedule, delete as delete_schedule, edit as edit_schedule,
};
use tokens::{__path_issue as __path_issue_token, issue as issue_token};
