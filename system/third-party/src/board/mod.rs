//! The board: what has to be seen to, the highest priority first and of those the oldest, live, by keyboard alone.

pub(crate) mod case;
mod dispatch;
mod emergency;
mod list;
mod live;
mod messages;
mod photos;
mod presence;

use std::sync::LazyLock;

use axum::Router;
use axum::routing::{get, post};
use tomori_look::{Asset, Assets};

use crate::desk::Desk;

pub(crate) use list::names;
pub(crate) use live::street_events;
pub(crate) use messages::{Reader as MessageReader, listed as message_list};
pub(crate) use photos::{Thumbnail, thumbnails};
pub use presence::Presence;

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(
        "/board/files",
        &[
            Asset {
                name: "board.js",
                mime: "text/javascript; charset=utf-8",
                body: include_bytes!("../../assets/board.js"),
            },
            Asset {
                name: "street.js",
                mime: "text/javascript; charset=utf-8",
                body: include_bytes!("../../assets/street.js"),
            },
        ],
    )
});

/// The routes of the board.
pub(crate) struct Board;

impl Board {
    pub(crate) fn routes() -> Router<Desk> {
        Router::new()
            .route("/board", get(list::page))
            .route("/board/part", get(list::part))
            .route("/board/events", get(live::events))
            .route("/cases/{case}", get(case::page))
            .route("/cases/{case}/part", get(case::part))
            .route("/cases/{case}/take", post(case::take))
            .route("/cases/{case}/disclosure", post(case::disclose))
            .route("/cases/{case}/offer", post(case::offer))
            .route("/cases/{case}/send", post(case::send))
            .route("/cases/{case}/instructions", post(messages::instruct))
            .route("/cases/{case}/steps", post(case::step))
            .route("/cases/{case}/notes", post(case::note))
            .route("/cases/{case}/arrived", post(case::arrived))
            .route("/cases/{case}/close", post(case::close))
            .route("/cases/{case}/photos/{number}", get(photos::picture))
            .route("/emergencies/{number}/acknowledge", post(emergency::acknowledge))
            .route("/emergencies/{number}/end", post(emergency::end))
    }
}

/// The path of a script: the board's, or that of a guard's phone.
pub(crate) fn script(name: &str) -> &'static str {
    FILES.path(name)
}

/// The files of the board.
pub(crate) fn files() -> Router {
    FILES.router()
}
