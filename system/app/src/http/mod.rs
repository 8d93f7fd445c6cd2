//! Routes: parse, ask the port, render.

mod cookie;
mod device;
mod draft;
mod editor;
mod events;
mod fields;
mod guard;
mod history;
mod house;
mod incidents;
mod install;
mod pair;
mod refusal;
mod schedules;
mod settings;
mod shell;
mod sign_in;
mod visitor;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tomori_look::{Asset, Assets};
use tomori_runtime::entropy::SharedEntropy;

use crate::port::HousePort;
use refusal::Refusal;
use visitor::lang_of;

/// How the app stands on its server.
#[derive(Clone)]
pub struct Options {
    /// Chance for idempotency keys.
    pub entropy: SharedEntropy,
    /// Whether the browser reaches this server over TLS: cookies are then `Secure` and `__Host-`. Without TLS only the
    /// loopback address is served.
    pub secure_cookies: bool,
    /// The origin browsers see, `https://home.example`, when a proxy stands in front that rewrites `Host`. `None`
    /// compares with `Host` itself.
    pub public_origin: Option<String>,
}

/// What every request needs.
#[derive(Clone)]
pub(crate) struct App {
    port: Arc<dyn HousePort>,
    options: Options,
}

impl App {
    /// The name of this side's session cookie.
    fn session_cookie(&self) -> &'static str {
        cookie::session_name(self.options.secure_cookies, self.port.abilities().sign_in)
    }

    /// The name of the cookie with this browser's mark.
    fn device_cookie(&self) -> &'static str {
        cookie::device_name(self.options.secure_cookies)
    }
}

/// The largest form there is (a schedule) takes under 1 KiB.
const LARGEST_BODY: usize = 16 * 1024;

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(
        "/app",
        &[
            script("app.js", include_bytes!("../../assets/app.js")),
            script("offline.js", include_bytes!("../../assets/offline.js")),
            script("pair.js", include_bytes!("../../assets/pair.js")),
        ],
    )
});

fn script(name: &'static str, body: &'static [u8]) -> Asset {
    Asset {
        name,
        mime: "text/javascript; charset=utf-8",
        body,
    }
}

/// The app, to be mounted at `/`. Brings no fallback (give the server [`not_found`]) and not the files of the design
/// system (mount [`tomori_look::router`] once).
pub fn router(port: Arc<dyn HousePort>, options: Options) -> Router {
    let app = App { port, options };
    let routes = Router::new()
        .route("/", get(house::page))
        .route("/events", get(events::stream))
        .route("/devices/{device}", get(device::page))
        .route("/devices/{device}/commands", post(device::command))
        .route("/schedules", get(schedules::page).post(editor::create))
        .route("/schedules/new", get(editor::blank))
        .route("/schedules/preview", post(editor::preview))
        .route("/schedules/{schedule}", get(editor::page).post(editor::edit))
        .route("/schedules/{schedule}/pause", post(schedules::pause))
        .route(
            "/schedules/{schedule}/delete",
            get(schedules::ask_delete).post(schedules::delete),
        )
        .route("/guard", get(guard::page))
        .route("/guard/arm", post(guard::arm))
        .route("/guard/disarm", post(guard::disarm))
        .route("/guard/codes", post(guard::codes))
        .route("/incidents", get(incidents::list))
        .route("/incidents/{incident}", get(incidents::page))
        .route("/incidents/{incident}/file", get(incidents::file))
        .route("/incidents/{incident}/close", post(incidents::close))
        .route("/history", get(history::page))
        .route("/pair", get(pair::page).post(pair::pair))
        .route("/pair/redeem", post(pair::redeem))
        .route("/pair/{grant}/end", post(pair::unpair))
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/language", post(settings::language))
        .route("/settings", get(settings::page))
        .route("/settings/home", post(settings::home))
        .route("/settings/password", post(settings::password))
        .route("/settings/sessions/{session}/end", post(settings::end_session))
        .route("/manifest.webmanifest", get(install::manifest))
        .route("/sw.js", get(install::service_worker))
        .route("/offline", get(install::offline))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(app)
        .merge(FILES.router());
    tomori_runtime::http::secure(routes)
}

/// The page for an address that is nobody's; a fallback for the server.
pub async fn not_found(headers: HeaderMap) -> Response {
    Refusal::not_found().page(lang_of(&headers, None)).into_response()
}

async fn wrong_method(headers: HeaderMap) -> Response {
    Refusal::wrong_method().page(lang_of(&headers, None)).into_response()
}
