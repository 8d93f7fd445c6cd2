//! One's own password.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Field, Html, Input};
use zeroize::Zeroizing;

use super::Desk;
use super::shell::{first_place, page as shell_page, wrong};
use super::sign_in::enter;
use crate::door::{Anywhere, Failure, FromWhere, Say, Seat, Signed};
use crate::people::{PasswordChange, PeopleError};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    fields: Vec<Html>,
}

/// `GET /account/password`
pub(super) async fn page(at: Anywhere) -> Response {
    show(&at.seat, None)
}

fn show(seat: &Seat, failure: Option<&Failure>) -> Response {
    let say = seat.say;
    let field = |name: &str, key: &str, input: Input, hint: &str| {
        let error = failure.and_then(|failure| failure.of_field(name, say));
        let hint = if hint.is_empty() { String::new() } else { say.text(hint) };
        Field::new(say.lang, name, &say.text(key), input)
            .hint(&hint)
            .error(error.as_deref())
            .required()
            .html()
    };
    let body = Html::of(&PasswordPage {
        say,
        csrf: &seat.viewer.csrf,
        told: failure.map_or_else(Html::empty, |failure| wrong(failure, say)),
        fields: vec![
            field("old", "field-old-password", Input::CurrentPassword, ""),
            field("code", "field-code", Input::OneTimeCode, "field-code-hint"),
            field(
                "password",
                "field-new-password",
                Input::NewPassword,
                "field-new-password-hint",
            ),
            field("again", "field-password-again", Input::NewPassword, ""),
        ],
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    shell_page(seat, None, &say.text("password-title"), body, status)
}

/// `POST /account/password`
pub(super) async fn change(
    State(desk): State<Desk>,
    FromWhere(from): FromWhere,
    Signed { at, fields }: Signed<Anywhere>,
) -> Result<Response, Failure> {
    let seat = &at.seat;
    if fields.raw("password") != fields.raw("again") {
        return Ok(show(seat, Some(&Failure::unfit("again", "unfit-password-differs"))));
    }
    let short = |name: &str| Zeroizing::new(fields.raw(name).chars().take(300).collect::<String>());
    let change = PasswordChange {
        old: short("old"),
        new: short("password"),
        totp: fields.get("code").to_owned(),
        from,
    };
    match desk.door.people.change_password(&seat.viewer, change).await {
        Ok(signed_in) => Ok(enter(&desk.door, &signed_in, first_place(signed_in.viewer.role))),
        // They are signed in; that the two do not fit is no reason to lead them to the door.
        Err(PeopleError::NotMatching) => {
            let failure = Failure::new(StatusCode::CONFLICT, "password-not-matching");
            Ok(show(seat, Some(&failure)))
        }
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status() == StatusCode::SERVICE_UNAVAILABLE {
                return Err(failure);
            }
            Ok(show(seat, Some(&failure)))
        }
    }
}
