//! Pairing a phone with the house (EP⑩): the platform hands out a secret once, the gateway takes it once.
//!
//! The secret travels in the part of the link behind `#`, which browsers never send to a server; the page at the
//! gateway puts it into a form.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tomori_look::{Field, Html, Input, Page, Tone, When, Width, notice, qr};
use tomori_smart_home::GrantId;

use super::fields::{Signed, Unsigned};
use super::refusal::Refusal;
use super::shell::{Place, Query, Segment, Told, go_on};
use super::sign_in::{enter, peer_address, retry_after};
use super::visitor::{Guest, Visitor};
use super::{App, FILES};
use crate::port::{PairError, Pairing, SignInError, SignInMode};
use crate::say::Say;

/// Longer than any secret.
const LONGEST_SECRET: usize = 256;

struct PhoneRow {
    grant: String,
    name: String,
    until: Html,
    own: bool,
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage<'a> {
    say: Say,
    told: Html,
    csrf: &'a str,
    phones: Vec<PhoneRow>,
}

#[derive(Template)]
#[template(path = "paired.html")]
struct PairedPage<'a> {
    say: Say,
    link: String,
    address: &'a str,
    qr: Html,
    until: Html,
    certificate: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "redeem.html")]
struct RedeemPage {
    say: Say,
    told: Html,
    secret: Html,
    language: Html,
}

/// `GET /pair`: at the platform the phones of the house, at the gateway the form that takes the secret.
pub(crate) async fn page(
    State(app): State<App>,
    guest: Guest,
    query: Query,
    visitor: Result<Visitor, Response>,
) -> Response {
    if app.port.abilities().sign_in == SignInMode::Paired {
        return redeem_page(&guest, Html::empty(), StatusCode::OK);
    }
    match visitor {
        Ok(visitor) => phones(&app, &visitor, query.told(visitor.say), StatusCode::OK).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn phones(app: &App, visitor: &Visitor, told: Html, status: StatusCode) -> Response {
    if !app.port.abilities().pair {
        return visitor.refuse(Refusal::not_here()).into_response();
    }
    let (viewer, home) = (&visitor.viewer, &visitor.home.id);
    let (phones, house) = match (app.port.phones(viewer, home).await, app.port.house(viewer, home).await) {
        (Ok(phones), Ok(house)) => (phones, house),
        (Err(error), _) | (_, Err(error)) => return visitor.refuse(error).into_response(),
    };
    let say = visitor.say;
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.wall_now());
    let body = Html::of(&PairPage {
        say,
        told,
        csrf: &visitor.csrf,
        phones: phones
            .into_iter()
            .map(|phone| PhoneRow {
                grant: phone.grant.to_string(),
                name: phone.resident_name,
                until: when.day_and_minutes_html(phone.expires_at),
                own: phone.own,
            })
            .collect(),
    });
    visitor.page_with(Place::Settings, &say.text("pair-title"), body, Width::Column, status)
}

/// `POST /pair`
pub(crate) async fn pair(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, .. } = form;
    if !app.port.abilities().pair {
        return visitor.refuse(Refusal::not_here()).into_response();
    }
    let say = visitor.say;
    let why = match app.port.pair(&visitor.viewer, &visitor.home.id).await {
        Ok(pairing) => return paired(&app, &visitor, &pairing).await,
        Err(PairError::Port(error)) => return visitor.refuse(error).into_response(),
        Err(PairError::TooMany { most }) => {
            let count = i64::try_from(most).unwrap_or(i64::MAX);
            say.with("pair-too-many", &[("count", count.into())])
        }
        Err(PairError::AddressUnknown) => say.text("pair-address-unknown"),
    };
    phones(
        &app,
        &visitor,
        notice(Tone::Attention, &why, &Html::empty()),
        StatusCode::CONFLICT,
    )
    .await
}

async fn paired(app: &App, visitor: &Visitor, pairing: &Pairing) -> Response {
    let say = visitor.say;
    let zone = match app.port.house(&visitor.viewer, &visitor.home.id).await {
        Ok(house) => house.place.time_zone,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let when = When::in_zone(say.lang, &zone, app.port.wall_now());
    let link = format!("{}/pair#{}", pairing.house_address, pairing.secret);
    let body = Html::of(&PairedPage {
        say,
        qr: qr(say.lang, &link, &say.text("paired-qr")).unwrap_or_default(),
        address: &pairing.house_address,
        until: when.moment_html(pairing.redeem_before),
        certificate: pairing.certificate.as_deref(),
        link,
    });
    visitor.page(Place::Settings, &say.text("paired-title"), body)
}

/// `POST /pair/{grant}/end`
pub(crate) async fn unpair(State(app): State<App>, Segment(grant): Segment, form: Signed) -> Response {
    let Signed { visitor, .. } = form;
    let Ok(grant) = grant.parse::<GrantId>() else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    match app.port.unpair(&visitor.viewer, &visitor.home.id, &grant).await {
        Ok(()) => go_on("/pair", Some(Told::PhoneEnded)),
        Err(error) => visitor.refuse(error).into_response(),
    }
}

fn redeem_page(guest: &Guest, told: Html, status: StatusCode) -> Response {
    let say = guest.say;
    let product = say.text("app-name");
    let title = say.text("redeem-title");
    let body = Html::of(&RedeemPage {
        say,
        told,
        secret: Field::new(say.lang, "secret", &say.text("redeem-field"), Input::Link)
            .hint(&say.text("redeem-hint"))
            .required()
            .html(),
        language: tomori_look::language_switch(say.lang, "/language", "/pair"),
    });
    Page::new(say.lang, &product, &title, body)
        .script(FILES.path("app.js"))
        .script(FILES.path("pair.js"))
        .status(status)
        .trusted_types()
        .into_response()
}

/// `POST /pair/redeem`
pub(crate) async fn redeem(
    State(app): State<App>,
    peer: Option<axum::Extension<tomori_runtime::http::Peer>>,
    form: Unsigned,
) -> Response {
    let Unsigned { guest, fields } = form;
    if app.port.abilities().sign_in != SignInMode::Paired {
        return guest.refuse(Refusal::not_here()).into_response();
    }
    let say = guest.say;
    // People paste the whole link as well as its end.
    let given = fields.get("secret");
    let secret = given.rsplit('#').next().unwrap_or_default();
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        let told = notice(Tone::Attention, &say.text("redeem-empty"), &Html::empty());
        return redeem_page(&guest, told, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match app.port.redeem(secret, peer_address(peer)).await {
        Ok(opened) => enter(&app, &opened, "/"),
        Err(SignInError::Wrong | SignInError::LinkSpent) => {
            let more = Html::trusted(format!("<p>{}</p>", Html::text(&say.text("redeem-spent-more"))));
            redeem_page(
                &guest,
                notice(Tone::Attention, &say.text("redeem-spent"), &more),
                StatusCode::FORBIDDEN,
            )
        }
        Err(SignInError::Locked { wait }) => {
            let told = notice(Tone::Attention, &say.wait(wait), &Html::empty());
            retry_after(redeem_page(&guest, told, StatusCode::TOO_MANY_REQUESTS), wait)
        }
        Err(SignInError::Port(error)) => guest.refuse(error).into_response(),
    }
}
