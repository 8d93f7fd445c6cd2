//! The design system: tokens, components and page shell every screen of Tomori shares.
//!
//! 灯: a warm light in a calm night. Ground paper-white or deep indigo as the reader's system wishes; one accent, lamp
//! amber; red for alarms and danger to life only. Each state is a word and a shape. A box builds a [`Page`] out of
//! [`Html`] parts (its own Askama templates and the components here) and mounts [`router`] once for the files.
//!
//! | Wanted | Take |
//! |---|---|
//! | a page | [`Page`], [`NavItem`] |
//! | a state | [`badge()`], [`Tone`] |
//! | a message | [`notice`] |
//! | a form | [`Field`], [`choices`], [`check`] |
//! | rows | [`table`], [`timeline`], [`empty_state`], [`card`] |
//! | times and numbers | [`When`], [`number`] |
//! | truth that changes | [`live`] and its script |
//! | a house | [`picture::House`] |
//!
//! Architecture invariant: nothing here knows what a gateway, a schedule or a resident is.

#![forbid(unsafe_code)]

mod agent;
mod asset;
mod badge;
mod form;
mod html;
mod icon;
mod mark;
pub mod number;
mod page;
mod part;
pub mod picture;
mod qr;
#[cfg(test)]
mod token;
pub mod when;
mod words;

use std::sync::LazyLock;

pub use agent::browser_name;
pub use asset::{Asset, Assets};
pub use badge::{Tone, badge, badge_around};
pub use form::{Field, Input, check, choices, error_text};
pub use html::Html;
pub use icon::Icon;
pub use mark::mark;
pub use page::{CONTENT_SECURITY_POLICY, NavItem, Page, Width, fragment};
pub use part::{Moment, card, empty_state, language_switch, live, notice, table, timeline};
pub use qr::{QrError, qr};
pub use when::When;

/// The tokens alone, light and dark, as CSS: for pages that stand by themselves, such as a report in one file.
pub const TOKENS: &str = include_str!("../assets/css/tokens.css");

/// The one style sheet, in the order of the cascade.
const STYLE: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/ground.css"),
    include_str!("../assets/css/shell.css"),
    include_str!("../assets/css/parts.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/pictures.css"),
    include_str!("../assets/css/pages.css"),
    include_str!("../assets/css/board.css"),
    include_str!("../assets/css/signatures.css"),
    include_str!("../assets/css/media.css"),
);

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    let mut files = vec![
        Asset {
            name: "look.css",
            mime: "text/css; charset=utf-8",
            body: STYLE.as_bytes(),
        },
        Asset {
            name: "live.js",
            mime: "text/javascript; charset=utf-8",
            body: include_bytes!("../assets/live.js"),
        },
    ];
    files.extend(mark::FILES);
    Assets::new("/look", &files)
});

/// The path of one of the design system's files: `look.css`, `live.js`, `mark.svg`, `mark-maskable.svg`,
/// `icon-192.png`, `icon-512.png`, `icon-maskable-512.png`, `apple-touch-icon.png`.
#[must_use]
pub fn path(name: &str) -> &'static str {
    FILES.path(name)
}

/// All paths of the design system's files.
pub fn paths() -> impl Iterator<Item = &'static str> {
    FILES.paths()
}

/// Serves the files under `/look`; to be mounted once by each server.
pub fn router() -> axum::Router {
    FILES.router()
}
