//! The pages of this room: passkeys of one's own, the company's roster, and where people sign.

mod failure;
mod passkeys;
mod progress;
mod roster;
mod signing;
mod statements;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use data_encoding::BASE64URL_NOPAD;
use tomori_look::{Asset, Assets};

use crate::desk::Desk;
use crate::door::Fields;

pub(crate) use passkeys::news as passkey_news;
pub(crate) use progress::{note as unlock_note, part as unlock_part, refusal};
pub(crate) use roster::news as roster_news;

/// The largest form with a roster in it: Base64 takes four letters for three bytes.
const LARGEST_FORM: usize = super::roster::LARGEST / 3 * 4 + 16 * 1024;

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(
        "/unlock/files",
        &[Asset {
            name: "passkey.js",
            mime: "text/javascript; charset=utf-8",
            body: include_bytes!("../../../assets/passkey.js"),
        }],
    )
});

/// The routes.
pub(crate) fn routes() -> Router<Desk> {
    let request = get(signing::request_page).post(signing::sign_request);
    let approval = get(signing::approval_page).post(signing::sign_approval);
    let keep = post(roster::keep).layer(DefaultBodyLimit::max(LARGEST_FORM));
    Router::new()
        .route("/account/passkeys", get(passkeys::page).post(passkeys::make))
        .route("/account/passkeys/begin", post(passkeys::begin))
        .route("/account/passkeys/{passkey}/remove", post(passkeys::remove))
        .route("/roster", get(roster::page).merge(keep))
        .route("/roster/description", get(roster::description))
        .route("/roster/send", post(roster::send))
        .route("/roster/passkeys/{passkey}/remove", post(roster::remove))
        .route("/duty/arrival", get(signing::arrival_page).post(signing::sign_arrival))
        .route("/duty/arrival/begin", post(signing::begin_arrival))
        .route("/duty/arrival/withdraw", post(signing::withdraw_arrival))
        .route("/cases/{case}/unlock/request", request)
        .route("/cases/{case}/unlock/request/begin", post(signing::begin_request))
        .route("/cases/{case}/unlock/approval", approval)
        .route("/cases/{case}/unlock/approval/begin", post(signing::begin_approval))
        .route("/cases/{case}/unlock/withdraw", post(signing::withdraw))
}

/// The path of the script that asks authenticators.
pub(crate) fn script() -> &'static str {
    FILES.path("passkey.js")
}

/// The files.
pub(crate) fn files() -> Router {
    FILES.router()
}

/// Bytes that a script put into a field; nothing where they are none.
fn bytes(fields: &Fields, name: &str) -> Vec<u8> {
    let given = fields.get(name).as_bytes();
    BASE64URL_NOPAD.decode(given).unwrap_or_default()
}
