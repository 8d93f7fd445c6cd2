//! The page on which somebody makes and removes passkeys of their own.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use serde_json::json;
use tomori_look::{Field, Html, Input, Tone, badge, notice};

use super::super::passkey::{self, Standing};
use super::super::service::Making;
use super::bytes;
use crate::desk::Desk;
use crate::desk::shell::{self, Place};
use crate::door::{Failure, Fields, Say, Seat, Signed, Signer};

#[derive(Template)]
#[template(path = "passkeys.html")]
struct PasskeysPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    rows: Vec<Row>,
    is_fresh: bool,
    /// Empty when nobody can make a passkey here.
    origin: &'a str,
    name: Html,
}

struct Row {
    number: i64,
    name: String,
    standing: Html,
    about: Html,
    is_there: bool,
}

/// `GET /account/passkeys`
pub(super) async fn page(State(desk): State<Desk>, at: Signer) -> Result<Response, Failure> {
    show(&desk, &at.seat, &Fields::default(), None).await
}

async fn show(desk: &Desk, seat: &Seat, given: &Fields, failure: Option<&Failure>) -> Result<Response, Failure> {
    let say = seat.say;
    let when = shell::when(desk, say);
    let unlock = &desk.inner.unlock;
    let roster = unlock.roster().await?;
    let mut rows: Vec<Row> = unlock
        .passkeys_of(&seat.viewer.staff)
        .await?
        .into_iter()
        .map(|passkey| {
            let kind = if passkey.is_synchronised {
                "passkey-synchronised"
            } else {
                "passkey-bound"
            };
            let made = say.text("passkey-made");
            let mut about = Html::text(&format!("{} · {made} ", say.text(kind)));
            about.push(&when.moment_html(passkey.created_at));
            if let Some(at) = passkey.removed_at {
                about.push(&Html::text(&format!(" · {} ", say.text("passkey-removed-at"))));
                about.push(&when.moment_html(at));
            }
            Row {
                number: passkey.number,
                standing: standing(say, passkey.standing(roster.as_ref())),
                about,
                is_there: passkey.removed_at.is_none(),
                name: passkey.name,
            }
        })
        .collect();
    // What is there comes first, the newest of what is gone next.
    rows.sort_by_key(|row| (!row.is_there, if row.is_there { row.number } else { -row.number }));
    let error = failure.and_then(|failure| failure.of_field("name", say));
    let body = Html::of(&PasskeysPage {
        say,
        csrf: &seat.viewer.csrf,
        told: failure.map_or_else(Html::empty, |failure| shell::wrong(failure, say)),
        rows,
        is_fresh: passkey::is_fresh(seat.viewer.since, when.now()),
        origin: unlock.party().map_or("", |party| party.origin.as_str()),
        name: Field::new(say.lang, "name", &say.text("field-passkey-name"), Input::Text)
            .value(given.get("name"))
            .hint(&say.text("field-passkey-name-hint"))
            .error(error.as_deref())
            .required()
            .html(),
    });
    let title = say.text("place-passkeys");
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell::page(seat, Place::Passkeys, &title, body, status))
}

/// What counts of a passkey, in a word.
pub(super) fn standing(say: Say, standing: Standing) -> Html {
    let (tone, key) = match standing {
        Standing::Counts => (Tone::Confirmed, "passkey-counts"),
        Standing::Waits => (Tone::Sent, "passkey-waits"),
        Standing::Revoked => (Tone::Prohibited, "passkey-revoked"),
        Standing::Removed => (Tone::Resting, "passkey-removed"),
        Standing::RemovedAndCounts => (Tone::Attention, "passkey-removed-counts"),
    };
    badge(tone, &say.text(key))
}

/// `POST /account/passkeys/begin`: what to ask an authenticator.
pub(super) async fn begin(State(desk): State<Desk>, Signed { at, .. }: Signed<Signer>) -> Result<Response, Failure> {
    let viewer = &at.seat.viewer;
    let creation = desk.inner.unlock.begin_passkey(viewer).await?;
    let known: Vec<String> = creation
        .known
        .iter()
        .map(|id| BASE64URL_NOPAD.encode(id.as_bytes()))
        .collect();
    let asked = json!({
        "challenge": BASE64URL_NOPAD.encode(&creation.challenge.0),
        "rp": { "id": creation.party.id, "name": at.seat.say.text("app-name") },
        "user": {
            "id": BASE64URL_NOPAD.encode(viewer.staff.as_str().as_bytes()),
            "name": viewer.name,
        },
        "known": known,
    });
    Ok(Json(asked).into_response())
}

/// `POST /account/passkeys`
pub(super) async fn make(State(desk): State<Desk>, Signed { at, fields }: Signed<Signer>) -> Result<Response, Failure> {
    let making = Making {
        name: fields.get("name").to_owned(),
        attestation_object: bytes(&fields, "attestation"),
        client_data: bytes(&fields, "client"),
    };
    match desk.inner.unlock.make_passkey(&at.seat.viewer, making).await {
        Ok(()) => Ok(Redirect::to("/account/passkeys").into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            show(&desk, &at.seat, &fields, Some(&failure)).await
        }
    }
}

/// `POST /account/passkeys/{passkey}/remove`
pub(super) async fn remove(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    Signed { at, .. }: Signed<Signer>,
) -> Result<Response, Failure> {
    let number = number.parse().map_err(|_| Failure::not_found())?;
    desk.inner.unlock.remove_passkey(&at.seat.viewer, number).await?;
    Ok(Redirect::to("/account/passkeys").into_response())
}

/// What somebody is told on their first page: that a passkey was added or removed in their name. If it was not they, they
/// are the one to notice (T3-10 EP③ なりすまし).
pub(crate) async fn news(desk: &Desk, seat: &Seat) -> Result<Html, Failure> {
    let say = seat.say;
    let when = shell::when(desk, say);
    let passkeys = desk.inner.unlock.passkeys_of(&seat.viewer.staff).await?;
    let newest = passkeys.iter().filter_map(|it| it.news(when.now()).map(|at| (at, it)));
    let Some((at, newest)) = newest.max_by_key(|(at, _)| *at) else {
        return Ok(Html::empty());
    };
    let key = if newest.removed_at.is_some() {
        "passkey-news-removed"
    } else {
        "passkey-news-added"
    };
    let text = say.with(
        key,
        &[("name", newest.name.as_str().into()), ("at", when.moment(at).into())],
    );
    let detail = Html::trusted(format!(
        "<p>{} <a href=\"/account/passkeys\">{}</a></p>",
        Html::text(&say.text("passkey-news-detail")),
        Html::text(&say.text("place-passkeys"))
    ));
    Ok(notice(Tone::Sent, &text, &detail))
}
