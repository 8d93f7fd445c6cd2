//! The people of the company: invited, invited again, removed by an administrator.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tomori_look::{Field, Html, Input, Tone, badge, choices};
use tomori_smart_home::StaffId;

use super::Desk;
use super::shell::{Place, page as shell_page, role_name, when, wrong};
use crate::door::{Failure, Fields, Office, Say, Seat, Signed};
use crate::people::{Invited, NewStaff, Role, StaffState};
use crate::unlock::pages::roster_news;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    rows: Vec<Row>,
    fields: Vec<Html>,
}

struct Row {
    id: StaffId,
    name: String,
    email: String,
    role: String,
    state: Html,
    is_own: bool,
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    say: Say,
    code: String,
    path: String,
    until: Html,
}

/// `GET /people`
pub(super) async fn page(State(desk): State<Desk>, at: Office) -> Result<Response, Failure> {
    show(&desk, &at.seat, &Fields::default(), None).await
}

async fn show(desk: &Desk, seat: &Seat, given: &Fields, failure: Option<&Failure>) -> Result<Response, Failure> {
    let say = seat.say;
    let rows = desk.door.people.all().await?.into_iter().map(|staff| Row {
        is_own: staff.id == seat.viewer.staff,
        id: staff.id,
        name: staff.name,
        email: staff.email,
        role: role_name(say, staff.role),
        state: match staff.state {
            StaffState::Active => badge(Tone::Confirmed, &say.text("account-active")),
            StaffState::Invited => badge(Tone::Sent, &say.text("account-invited")),
            StaffState::Expired => badge(Tone::Attention, &say.text("account-expired")),
        },
    });
    let field = |name: &str, key: &str, input: Input| {
        let error = failure.and_then(|failure| failure.of_field(name, say));
        Field::new(say.lang, name, &say.text(key), input)
            .value(given.get(name))
            .error(error.as_deref())
            .required()
            .html()
    };
    let names: Vec<String> = Role::ALL.iter().map(|role| role_name(say, *role)).collect();
    let chosen = given.get("role");
    let options: Vec<(&str, &str, bool)> = Role::ALL
        .iter()
        .zip(&names)
        .map(|(role, name)| (role.word(), name.as_str(), role.word() == chosen))
        .collect();
    let error = failure.and_then(|failure| failure.of_field("role", say));
    let body = Html::of(&PeoplePage {
        say,
        csrf: &seat.viewer.csrf,
        told: match failure {
            Some(failure) => wrong(failure, say),
            None => roster_news(desk, say).await?,
        },
        rows: rows.collect(),
        fields: vec![
            field("name", "field-name", Input::Text),
            field("email", "field-email", Input::Login),
            choices("role", &say.text("field-role"), false, &options, error.as_deref()),
        ],
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell_page(seat, Place::People, &say.text("place-people"), body, status))
}

/// `POST /people`
pub(super) async fn invite(
    State(desk): State<Desk>,
    Signed { at, fields }: Signed<Office>,
) -> Result<Response, Failure> {
    let Some(role) = Role::from_word(fields.get("role")) else {
        let failure = Failure::unfit("role", "unfit-role");
        return show(&desk, &at.seat, &fields, Some(&failure)).await;
    };
    let new = NewStaff {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        role,
    };
    match desk.door.people.invite_new(&at.seat.viewer.staff, new).await {
        Ok(invited) => Ok(show_code(&desk, &at.seat, &invited)),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            show(&desk, &at.seat, &fields, Some(&failure)).await
        }
    }
}

/// `POST /people/{staff}/invite`
pub(super) async fn invite_again(
    State(desk): State<Desk>,
    Path(staff): Path<String>,
    Signed { at, .. }: Signed<Office>,
) -> Result<Response, Failure> {
    let staff: StaffId = staff.parse().map_err(|_| Failure::not_found())?;
    let invited = desk.door.people.invite_again(&at.seat.viewer.staff, &staff).await?;
    Ok(show_code(&desk, &at.seat, &invited))
}

fn show_code(desk: &Desk, seat: &Seat, invited: &Invited) -> Response {
    let say = seat.say;
    let body = Html::of(&InvitedPage {
        say,
        code: invited.code.text().to_owned(),
        path: format!("/welcome/{}", invited.code.text()),
        until: when(desk, say).day_and_minutes_html(invited.expires_at),
    });
    shell_page(seat, Place::People, &say.text("invited-title"), body, StatusCode::OK)
}

/// `POST /people/{staff}/remove`
pub(super) async fn remove(
    State(desk): State<Desk>,
    Path(staff): Path<String>,
    Signed { at, .. }: Signed<Office>,
) -> Result<Response, Failure> {
    let staff: StaffId = staff.parse().map_err(|_| Failure::not_found())?;
    desk.door.people.remove(&at.seat.viewer.staff, &staff).await?;
    // What was theirs does not stay with somebody who is not there.
    desk.inner.cases.offer_all(&staff).await?;
    desk.inner.dispatch.forget_guard(&staff).await?;
    desk.inner.unlock.forget(&at.seat.viewer.staff, &staff).await?;
    Ok(Redirect::to("/people").into_response())
}
