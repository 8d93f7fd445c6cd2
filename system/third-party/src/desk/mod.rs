//! The desk: signing in, people, panels, the audit log. Pages from the server that work without script.

mod guards;
mod log;
mod panels;
mod password;
mod people;
pub(crate) mod shell;
mod sign_in;
mod welcome;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tomori_runtime::audit::AuditLog;

use crate::board::{self, Board, Presence};
use crate::cases;
use crate::dispatch;
use crate::door::DoorState;
use crate::emergency;
use crate::photos;
use crate::{panels as panel_room, partner, receiver, unlock};

/// What the pages need from others.
pub struct Needs {
    /// Who is at the desk.
    pub door: DoorState,
    /// The cases.
    pub cases: cases::Service,
    /// Guards and missions.
    pub dispatch: dispatch::Service,
    /// Guards who need help.
    pub emergency: emergency::Service,
    /// Photos of guards.
    pub photos: photos::Service,
    /// The panels.
    pub panels: panel_room::Service,
    /// The line to the platform.
    pub partner: partner::Service,
    /// The receiver.
    pub receiver: receiver::Service,
    /// Passkeys, the roster, and what three people sign.
    pub unlock: unlock::Service,
    /// The audit log.
    pub audit: AuditLog,
    /// Who looks at the board.
    pub presence: Presence,
    /// Ends the streams.
    pub shutdown: tomori_runtime::shutdown::Shutdown,
}

/// What every page needs. Clones are the same.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) door: DoorState,
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) cases: cases::Service,
    pub(crate) dispatch: dispatch::Service,
    pub(crate) emergency: emergency::Service,
    pub(crate) photos: photos::Service,
    pub(crate) panels: panel_room::Service,
    pub(crate) partner: partner::Service,
    pub(crate) receiver: receiver::Service,
    pub(crate) unlock: unlock::Service,
    pub(crate) audit: AuditLog,
    pub(crate) presence: Presence,
    pub(crate) shutdown: tomori_runtime::shutdown::Shutdown,
}

impl axum::extract::FromRef<Desk> for DoorState {
    fn from_ref(desk: &Desk) -> Self {
        desk.door.clone()
    }
}

/// Every route of people, and its methods: the role matrix is held against this list.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/account/passkeys"),
    ("POST", "/account/passkeys"),
    ("POST", "/account/passkeys/begin"),
    ("POST", "/account/passkeys/{passkey}/remove"),
    ("GET", "/account/password"),
    ("POST", "/account/password"),
    ("GET", "/board"),
    ("GET", "/board/events"),
    ("GET", "/board/part"),
    ("GET", "/cases/{case}"),
    ("POST", "/cases/{case}/arrived"),
    ("POST", "/cases/{case}/close"),
    ("POST", "/cases/{case}/disclosure"),
    ("POST", "/cases/{case}/instructions"),
    ("POST", "/cases/{case}/notes"),
    ("POST", "/cases/{case}/offer"),
    ("GET", "/cases/{case}/part"),
    ("GET", "/cases/{case}/photos/{number}"),
    ("POST", "/cases/{case}/send"),
    ("POST", "/cases/{case}/steps"),
    ("POST", "/cases/{case}/take"),
    ("GET", "/cases/{case}/unlock/approval"),
    ("POST", "/cases/{case}/unlock/approval"),
    ("POST", "/cases/{case}/unlock/approval/begin"),
    ("GET", "/cases/{case}/unlock/request"),
    ("POST", "/cases/{case}/unlock/request"),
    ("POST", "/cases/{case}/unlock/request/begin"),
    ("POST", "/cases/{case}/unlock/withdraw"),
    ("GET", "/duty"),
    ("POST", "/duty"),
    ("GET", "/duty/arrival"),
    ("POST", "/duty/arrival"),
    ("POST", "/duty/arrival/begin"),
    ("POST", "/duty/arrival/withdraw"),
    ("POST", "/duty/emergency"),
    ("GET", "/duty/events"),
    ("POST", "/duty/instructions/{number}/read"),
    ("POST", "/duty/mission"),
    ("GET", "/duty/part"),
    ("POST", "/duty/photos"),
    ("GET", "/duty/photos/{number}"),
    ("POST", "/duty/place"),
    ("POST", "/duty/replies"),
    ("POST", "/emergencies/{number}/acknowledge"),
    ("POST", "/emergencies/{number}/end"),
    ("GET", "/guards"),
    ("POST", "/guards/{staff}/skills"),
    ("POST", "/language"),
    ("GET", "/log"),
    ("GET", "/panels"),
    ("POST", "/panels"),
    ("POST", "/panels/{account}/remove"),
    ("GET", "/people"),
    ("POST", "/people"),
    ("POST", "/people/{staff}/invite"),
    ("POST", "/people/{staff}/remove"),
    ("GET", "/roster"),
    ("POST", "/roster"),
    ("GET", "/roster/description"),
    ("POST", "/roster/passkeys/{passkey}/remove"),
    ("POST", "/roster/send"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/welcome"),
];

/// The pages.
pub fn router(needs: Needs) -> Router {
    let desk = Desk {
        door: needs.door,
        inner: Arc::new(Inner {
            cases: needs.cases,
            dispatch: needs.dispatch,
            emergency: needs.emergency,
            photos: needs.photos,
            panels: needs.panels,
            partner: needs.partner,
            receiver: needs.receiver,
            unlock: needs.unlock,
            audit: needs.audit,
            presence: needs.presence,
            shutdown: needs.shutdown,
        }),
    };
    Router::new()
        .route("/", get(shell::home))
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/account/password", get(password::page).post(password::change))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/language", post(sign_in::language))
        .route("/welcome", get(welcome::code_page).post(welcome::code))
        .route("/welcome/{code}", get(welcome::page).post(welcome::accept))
        .route("/people", get(people::page).post(people::invite))
        .route("/people/{staff}/invite", post(people::invite_again))
        .route("/people/{staff}/remove", post(people::remove))
        .route("/guards", get(guards::page))
        .route("/guards/{staff}/skills", post(guards::set_skills))
        .route("/panels", get(panels::page).post(panels::add))
        .route("/panels/{account}/remove", post(panels::remove))
        .route("/log", get(log::page))
        .merge(Board::routes())
        .merge(crate::street::routes())
        .merge(unlock::pages::routes())
        .layer(from_fn_with_state(desk.clone(), shell::render))
        .with_state(desk)
        .merge(board::files())
        .merge(unlock::pages::files())
}
