//! How somebody with an invitation gets in.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use tomori_look::{Field, Html, Input, Tone, notice};
use zeroize::Zeroizing;

use super::Desk;
use super::shell::{bare, first_place, wrong};
use super::sign_in::enter;
use crate::door::{Failure, Fields, FromWhere, Say, lang_of};
use crate::people::{Acceptance, Founder, OpenInvitation, PeopleError, Purpose};

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    say: Say,
    told: Html,
    mark: Html,
    text: String,
    email: String,
    founder: Vec<Html>,
    password: Html,
    again: Html,
    totp: Html,
    picture: Html,
    secret: Zeroizing<String>,
    address: Zeroizing<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    say: Say,
    told: Html,
    mark: Html,
    code: Html,
}

/// `GET /welcome`
pub(super) async fn code_page(headers: HeaderMap) -> Response {
    show_code(Say::new(lang_of(&headers)), Html::empty(), StatusCode::OK)
}

fn show_code(say: Say, told: Html, status: StatusCode) -> Response {
    let body = Html::of(&CodePage {
        say,
        told,
        mark: tomori_look::mark(),
        code: Field::new(say.lang, "code", &say.text("field-invitation"), Input::Link)
            .hint(&say.text("field-invitation-hint"))
            .required()
            .focus()
            .html(),
    });
    bare(say, &say.text("welcome-title"), body, status)
}

fn spent(say: Say) -> Response {
    let told = notice(Tone::Attention, &say.text("welcome-spent"), &Html::empty());
    show_code(say, told, StatusCode::NOT_FOUND)
}

/// `POST /welcome`
pub(super) async fn code(
    State(desk): State<Desk>,
    FromWhere(from): FromWhere,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    desk.door.is_own(&headers, &uri)?;
    desk.door.count_stranger(from)?;
    // A whole link may have been pasted: its end is the code.
    let given = fields.get("code").rsplit('/').next().unwrap_or_default();
    let code: String = given
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .take(80)
        .collect();
    Ok(Redirect::to(&format!("/welcome/{code}")).into_response())
}

/// `GET /welcome/{code}`
pub(super) async fn page(
    State(desk): State<Desk>,
    FromWhere(from): FromWhere,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    desk.door.count_stranger(from)?;
    let say = Say::new(lang_of(&headers));
    match desk.door.people.open_invitation(&code).await {
        Ok(open) => Ok(show(say, &open, &Fields::default(), None)),
        Err(PeopleError::NotFound(_)) => Ok(spent(say)),
        Err(error) => Err(error.into()),
    }
}

fn show(say: Say, open: &OpenInvitation, given: &Fields, failure: Option<&Failure>) -> Response {
    let field = |name: &str, key: &str, input: Input, hint: &str| {
        let hint = if hint.is_empty() { String::new() } else { say.text(hint) };
        let error = failure.and_then(|failure| failure.of_field(name, say));
        Field::new(say.lang, name, &say.text(key), input)
            .value(given.get(name))
            .hint(&hint)
            .error(error.as_deref())
            .required()
            .html()
    };
    let founder = match open.purpose {
        Purpose::FirstAdministrator => vec![
            field("name", "field-name", Input::Text, ""),
            field("email", "field-email", Input::Login, ""),
        ],
        Purpose::Join | Purpose::Recover => Vec::new(),
    };
    let name = [("name", open.name.as_str().into())];
    let text = match open.purpose {
        Purpose::FirstAdministrator => say.text("welcome-founder"),
        Purpose::Join => say.with("welcome-join", &name),
        Purpose::Recover => say.with("welcome-recover", &name),
    };
    let picture = tomori_look::qr(say.lang, &open.second_factor_address, &say.text("welcome-picture"));
    let body = Html::of(&WelcomePage {
        say,
        told: failure.map_or_else(Html::empty, |failure| wrong(failure, say)),
        mark: tomori_look::mark(),
        text,
        email: open.email.clone(),
        founder,
        password: field(
            "password",
            "field-new-password",
            Input::NewPassword,
            "field-new-password-hint",
        ),
        again: field("again", "field-password-again", Input::NewPassword, ""),
        totp: field("totp", "field-code", Input::OneTimeCode, "welcome-code-hint"),
        picture: picture.unwrap_or_else(|_| Html::empty()),
        secret: open.second_factor.clone(),
        address: open.second_factor_address.clone(),
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    bare(say, &say.text("welcome-title"), body, status)
}

/// `POST /welcome/{code}`
pub(super) async fn accept(
    State(desk): State<Desk>,
    FromWhere(from): FromWhere,
    Path(code): Path<String>,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    desk.door.is_own(&headers, &uri)?;
    desk.door.count_stranger(from)?;
    let say = Say::new(lang_of(&headers));
    let open = match desk.door.people.open_invitation(&code).await {
        Ok(open) => open,
        Err(PeopleError::NotFound(_)) => return Ok(spent(say)),
        Err(error) => return Err(error.into()),
    };
    if fields.raw("password") != fields.raw("again") {
        let failure = Failure::unfit("again", "unfit-password-differs");
        return Ok(show(say, &open, &fields, Some(&failure)));
    }
    let founder = (open.purpose == Purpose::FirstAdministrator).then(|| Founder {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
    });
    let acceptance = Acceptance {
        code,
        password: Zeroizing::new(fields.raw("password").to_owned()),
        totp: fields.get("totp").to_owned(),
        founder,
        from,
    };
    match desk.door.people.accept(acceptance).await {
        Ok(signed_in) => Ok(enter(&desk.door, &signed_in, first_place(signed_in.viewer.role))),
        Err(PeopleError::NotFound(_)) => Ok(spent(say)),
        Err(PeopleError::NotMatching) => {
            let failure = Failure::unfit("totp", "unfit-totp");
            Ok(show(say, &open, &fields, Some(&failure)))
        }
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            Ok(show(say, &open, &fields, Some(&failure)))
        }
    }
}
