//! Parse, call, render.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use tomori_look::{Field, Html, Input, Page, Tone, language_switch, notice};
use zeroize::Zeroizing;

use crate::auth::people::{self, Acceptance, Founder, OpenInvitation, Purpose, Role};
use crate::door::{
    CookieKind, DoorState, Failure, Fields, FromWhere, Say, is_own, known_device_cookie, lang_of, session_cookie,
};

/// What these pages need from others.
#[derive(Clone)]
pub struct Needs {
    /// From which page a form comes.
    pub door: DoorState,
    /// Residents and operators.
    pub people: people::Service,
}

#[derive(Template)]
#[template(path = "welcome/code.html")]
struct CodePage {
    say: Say,
    told: Html,
    code: Html,
    mark: Html,
    language: Html,
}

#[derive(Template)]
#[template(path = "welcome/invitation.html")]
struct InvitationPage {
    say: Say,
    told: Html,
    mark: Html,
    language: Html,
    title: String,
    text: String,
    email: String,
    founder: Vec<Html>,
    password: Html,
    again: Html,
    totp: Html,
    picture: Html,
    secret: Zeroizing<String>,
    /// Opens the authenticator app on the phone that shows the page.
    address: Zeroizing<String>,
}

/// The pages, under `/welcome`; `/operator/setup` is another name for the first of them.
pub fn router(needs: Needs) -> Router {
    Router::new()
        .route("/welcome", get(ask).post(go))
        .route("/operator/setup", get(|| async { Redirect::to("/welcome") }))
        .route("/welcome/{code}", get(page).post(accept))
        .layer(from_fn(render))
        .with_state(needs)
}

/// `GET /welcome`
async fn ask(headers: HeaderMap) -> Response {
    let say = Say::new(lang_of(&headers));
    code_page(say, Html::empty(), StatusCode::OK)
}

fn code_page(say: Say, told: Html, status: StatusCode) -> Response {
    let label = say.text("field-invitation");
    let code = Field::new(say.lang, "code", &label, Input::Text)
        .hint(&say.text("field-invitation-hint"))
        .required()
        .focus()
        .html();
    let mark = tomori_look::mark();
    let body = Html::of(&CodePage {
        say,
        told,
        code,
        mark,
        language: language_switch(say.lang, "/operator/language", "/welcome"),
    });
    shell(say, &say.text("welcome-title"), body, status)
}

/// `POST /welcome`: leads to the page of the code that was typed.
async fn go(
    State(needs): State<Needs>,
    FromWhere(from): FromWhere,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Failure> {
    needs.door.count_stranger(from)?;
    let say = Say::new(lang_of(&headers));
    let plain: String = fields
        .get("code")
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .take(40)
        .collect();
    match needs.people.open_invitation(&plain).await {
        Ok(_) => Ok(Redirect::to(&format!("/welcome/{plain}")).into_response()),
        Err(people::PeopleError::NotFound(_)) => Ok(code_page(say, spent(say), StatusCode::NOT_FOUND)),
        Err(error) => Err(error.into()),
    }
}

fn spent(say: Say) -> Html {
    let text = Html::trusted(format!("<p>{}</p>", Html::text(&say.text("welcome-spent-text"))));
    notice(Tone::Attention, &say.text("welcome-spent"), &text)
}

/// `GET /welcome/{code}`
async fn page(
    State(needs): State<Needs>,
    FromWhere(from): FromWhere,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    needs.door.count_stranger(from)?;
    let say = Say::new(lang_of(&headers));
    match needs.people.open_invitation(&code).await {
        Ok(open) => Ok(invitation(say, &code, &open, &Fields::default(), None)),
        Err(people::PeopleError::NotFound(_)) => Ok(code_page(say, spent(say), StatusCode::NOT_FOUND)),
        Err(error) => Err(error.into()),
    }
}

fn invitation(say: Say, code: &str, open: &OpenInvitation, given: &Fields, failure: Option<&Failure>) -> Response {
    let told = failure.map_or_else(Html::empty, |failure| {
        let detail = Html::trusted(format!("<p>{}</p>", Html::text(&failure.detail(say))));
        notice(Tone::Attention, &failure.title(say), &detail)
    });
    let error = |name: &str| failure.and_then(|failure| failure.of_field(name, say));
    let field = |name: &str, key: &str, input: Input| {
        let label = say.text(key);
        Field::new(say.lang, name, &label, input)
            .value(given.get(name))
            .error(error(name).as_deref())
            .required()
            .html()
    };
    let founder = match open.purpose {
        Purpose::FirstOperator => vec![
            field("name", "field-name", Input::Text),
            field("email", "field-email", Input::Login),
        ],
        Purpose::Join | Purpose::Recover => Vec::new(),
    };
    let text = match open.purpose {
        Purpose::FirstOperator => say.text("welcome-founder"),
        Purpose::Join => say.with("welcome-join", &[("name", open.name.as_str().into())]),
        Purpose::Recover => say.with("welcome-recover", &[("name", open.name.as_str().into())]),
    };
    let password_label = say.text("field-new-password");
    let picture = tomori_look::qr(say.lang, &open.second_factor_address, &say.text("welcome-picture"));
    let body = Html::of(&InvitationPage {
        say,
        told,
        mark: tomori_look::mark(),
        language: language_switch(say.lang, "/operator/language", &format!("/welcome/{code}")),
        title: say.text("welcome-title"),
        text,
        email: open.email.clone(),
        founder,
        password: Field::new(say.lang, "password", &password_label, Input::NewPassword)
            .hint(&say.text("field-new-password-hint"))
            .error(error("password").as_deref())
            .required()
            .html(),
        again: field("again", "field-password-again", Input::NewPassword),
        totp: Field::new(say.lang, "totp", &say.text("field-code"), Input::OneTimeCode)
            .hint(&say.text("welcome-code-hint"))
            .error(error("totp").as_deref())
            .required()
            .html(),
        picture: picture.unwrap_or_else(|_| Html::empty()),
        secret: open.second_factor.clone(),
        address: open.second_factor_address.clone(),
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    shell(say, &say.text("welcome-title"), body, status)
}

/// `POST /welcome/{code}`
async fn accept(
    State(needs): State<Needs>,
    FromWhere(from): FromWhere,
    Path(code): Path<String>,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    let door = needs.door.door();
    if !is_own(&headers, &uri, door.public_origin.as_deref()) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "foreign-page"));
    }
    needs.door.count_stranger(from)?;
    let say = Say::new(lang_of(&headers));
    let open = match needs.people.open_invitation(&code).await {
        Ok(open) => open,
        Err(people::PeopleError::NotFound(_)) => return Ok(code_page(say, spent(say), StatusCode::NOT_FOUND)),
        Err(error) => return Err(error.into()),
    };
    if fields.raw("password") != fields.raw("again") {
        let failure = Failure::unfit("again", "failure-password-differs", "");
        return Ok(invitation(say, &code, &open, &fields, Some(&failure)));
    }
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let founder = (open.purpose == Purpose::FirstOperator).then(|| Founder {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
    });
    let acceptance = Acceptance {
        code: code.clone(),
        password: Zeroizing::new(fields.raw("password").to_owned()),
        totp: fields.get("totp").to_owned(),
        founder,
        from,
        agent: agent.unwrap_or_default().to_owned(),
    };
    let signed_in = match needs.people.accept(acceptance).await {
        Ok(signed_in) => signed_in,
        Err(people::PeopleError::NotMatching) => {
            let failure = Failure::unfit("totp", "failure-totp-wrong", "");
            return Ok(invitation(say, &code, &open, &fields, Some(&failure)));
        }
        Err(people::PeopleError::NotFound(_)) => return Ok(code_page(say, spent(say), StatusCode::NOT_FOUND)),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            return Ok(invitation(say, &code, &open, &fields, Some(&failure)));
        }
    };
    let role = signed_in.viewer.person.role();
    let (kind, home) = match role {
        Role::Resident => (CookieKind::Resident, "/"),
        Role::Operator => (CookieKind::Operator, "/operator"),
    };
    let seconds = role.lifetime().absolute.as_secs();
    let secure = door.secure_cookies;
    let mut response = Redirect::to(home).into_response();
    let cookies = [
        session_cookie(kind, secure, signed_in.session.text(), seconds),
        known_device_cookie(secure, signed_in.known_device.text()),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn shell(say: Say, title: &str, body: Html, status: StatusCode) -> Response {
    // The code is in the address: it must not travel on with a link, and every page's `Referrer-Policy: same-origin` sees
    // to that. A stricter policy would make browsers call the form's origin `null`, and the form would be refused.
    Page::new(say.lang, &say.text("app-name"), title, body)
        .status(status)
        .into_response()
}

async fn render(request: Request, next: Next) -> Response {
    let say = Say::new(lang_of(request.headers()));
    let mut response = next.run(request).await;
    let status = response.status();
    let page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let failure = response
        .extensions_mut()
        .remove::<Failure>()
        .unwrap_or_else(|| Failure::of_status(status));
    let title = failure.title(say);
    let text = Html::trusted(format!(
        "<h1>{}</h1><p>{}</p>",
        Html::text(&title),
        Html::text(&failure.detail(say))
    ));
    shell(say, &title, text, failure.status())
}
