//! The emergency button on the guard's phone. It is outside of what is drawn anew, works in every state of a mission and off
//! duty, and without script takes two presses: one opens it, one sends.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tomori_look::{Html, When};

use crate::board::names;
use crate::desk::Desk;
use crate::door::{Failure, Say, Seat, Signed, Street, done};

#[derive(Template)]
#[template(path = "emergency_button.html")]
struct Button<'a> {
    say: Say,
    csrf: &'a str,
    who: &'a str,
    key: String,
}

#[derive(Template)]
#[template(path = "emergency_told.html")]
struct Told {
    /// What has become of it; empty when there is none.
    told: String,
    is_seen: bool,
}

/// The button.
pub(super) fn button(desk: &Desk, seat: &Seat) -> Html {
    Html::of(&Button {
        say: seat.say,
        csrf: &seat.viewer.csrf,
        who: seat.viewer.staff.as_str(),
        key: desk.inner.emergency.fresh_key(),
    })
}

/// What has become of the guard's own emergency.
pub(super) async fn draw(desk: &Desk, seat: &Seat, when: &When) -> Result<Html, Failure> {
    let say = seat.say;
    let own = desk.inner.emergency.of(&seat.viewer.staff).await?;
    let is_seen = own.as_ref().is_some_and(|own| own.seen.is_some());
    let told = match own {
        None => String::new(),
        Some(own) => {
            let at = when.seconds(own.last_at);
            match own.seen {
                None => say.with("emergency-sent", &[("at", at.as_str().into())]),
                Some((by, seen_at)) => {
                    let names = names(desk).await?;
                    let name = names.get(&by).map_or_else(|| say.text("owner-gone"), Clone::clone);
                    let at = when.seconds(seen_at);
                    let words = [("name", name.as_str().into()), ("at", at.as_str().into())];
                    say.with("emergency-seen", &words)
                }
            }
        }
    };
    Ok(Html::of(&Told { told, is_seen }))
}

/// `POST /duty/emergency`: to a script it answers with 204 once it is on the disk.
pub(super) async fn press(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Signed { at, fields }: Signed<Street>,
) -> Result<Response, Failure> {
    desk.inner.emergency.press(&at.seat.viewer, fields.get("key")).await?;
    Ok(done(&headers, "/duty"))
}
