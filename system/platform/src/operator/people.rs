//! Residents and operators: invited, helped when they lost something, and let go.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Field, Html, Input, When};
use tomori_smart_home::{OperatorId, ResidentId};

use super::Operator;
use super::desk::{AtHome, Desk, Signed};
use super::equipment::done;
use super::home::{account_badge, show};
use super::homes::Asked;
use super::shell::{Place, Told, ZONE, page as shell_page, wrong};
use crate::auth::people::{Invited, NewPerson, PeopleError, Person};
use crate::door::{Carried, Failure, Fields, Say};

#[derive(Template)]
#[template(path = "operator/people.html")]
struct PeoplePage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    rows: Vec<Colleague>,
    fields: Vec<Html>,
}

struct Colleague {
    id: String,
    name: String,
    email: String,
    state: Html,
    own: bool,
}

#[derive(Template)]
#[template(path = "operator/invited.html")]
struct InvitedPage<'a> {
    say: Say,
    name: String,
    link: &'a str,
    code: &'a str,
    picture: Html,
    until: Html,
    back: &'a str,
}

/// `GET /operator/people`
pub(super) async fn page(
    State(operator): State<Operator>,
    desk: Desk,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let told = Told::html(&asked.told, desk.say);
    list_with(&operator, &desk, told, None).await
}

async fn list(operator: &Operator, desk: &Desk, failure: Option<(&Failure, &Fields)>) -> Result<Response, Failure> {
    list_with(operator, desk, Html::empty(), failure).await
}

async fn list_with(
    operator: &Operator,
    desk: &Desk,
    told: Html,
    failure: Option<(&Failure, &Fields)>,
) -> Result<Response, Failure> {
    let say = desk.say;
    let rows = operator
        .inner
        .people
        .operators()
        .await?
        .into_iter()
        .map(|colleague| Colleague {
            own: colleague.id == desk.id.as_str(),
            id: colleague.id,
            name: colleague.name,
            email: colleague.email,
            state: account_badge(say, colleague.state),
        })
        .collect();
    let field = |name: &str, key: &str, input: Input| {
        let label = say.text(key);
        let error = failure.and_then(|(failure, _)| failure.of_field(name, say));
        let value = failure.map_or("", |(_, fields)| fields.get(name));
        Field::new(say.lang, name, &label, input)
            .value(value)
            .error(error.as_deref())
            .html()
    };
    let body = Html::of(&PeoplePage {
        say,
        csrf: &desk.csrf,
        told: failure.map_or(told, |(failure, _)| wrong(failure, say)),
        rows,
        fields: vec![
            field("name", "field-name", Input::Text),
            field("email", "field-email", Input::Login),
        ],
    });
    let status = failure.map_or(StatusCode::OK, |(failure, _)| failure.status());
    Ok(shell_page(desk, Place::People, &say.text("desk-people"), body, status))
}

/// `POST /operator/people`
pub(super) async fn invite_operator(
    State(operator): State<Operator>,
    origin: Origin,
    Signed { at: desk, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    match operator
        .inner
        .people
        .invite_operator(&desk.id, new_person(&fields))
        .await
    {
        Ok(invited) => invitation(&operator, &desk, Place::People, "/operator/people", &origin, &invited).await,
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            list(&operator, &desk, Some((&failure, &fields))).await
        }
    }
}

/// `POST /operator/people/{operator}/recover`
pub(super) async fn recover_operator(
    State(operator): State<Operator>,
    Path(colleague): Path<String>,
    origin: Origin,
    Signed { at: desk, .. }: Signed<Desk>,
) -> Result<Response, Failure> {
    let person = match Person::from_id(&colleague) {
        Some(person @ Person::Operator(_)) => person,
        _ => return Err(Failure::not_found()),
    };
    let invited = operator.inner.people.recover(&desk.id, &person).await?;
    invitation(&operator, &desk, Place::People, "/operator/people", &origin, &invited).await
}

/// `POST /operator/people/{operator}/remove`
pub(super) async fn remove_operator(
    State(operator): State<Operator>,
    Path(colleague): Path<String>,
    Signed { at: desk, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    let colleague: OperatorId = colleague.parse().map_err(|_| Failure::not_found())?;
    match operator.inner.people.remove_operator(&desk.id, &colleague).await {
        Ok(()) => Ok(Told::OperatorRemoved.lead_to("/operator/people")),
        Err(PeopleError::Unfit { .. }) => {
            let failure = Failure::new(StatusCode::CONFLICT, "own-account");
            list(&operator, &desk, Some((&failure, &fields))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /operator/homes/{home}/residents`
pub(super) async fn invite_resident(
    State(operator): State<Operator>,
    origin: Origin,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    operator.inner.state.house(&at.home).await?;
    let back = format!("/operator/homes/{}", at.home);
    let new = new_person(&fields);
    match operator.inner.people.invite_resident(&at.desk.id, &at.home, new).await {
        Ok((_, Some(invited))) => invitation(&operator, &at.desk, Place::Homes, &back, &origin, &invited).await,
        Ok((_, None)) => Ok(Told::ResidentAdded.lead_to(&back)),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            show(&operator, &at, Html::empty(), Some((&failure, &fields))).await
        }
    }
}

/// `POST /operator/homes/{home}/residents/{resident}/recover`
pub(super) async fn recover_resident(
    State(operator): State<Operator>,
    Path((_, resident)): Path<(String, String)>,
    origin: Origin,
    Signed { at, .. }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let resident: ResidentId = resident.parse().map_err(|_| Failure::not_found())?;
    if !operator.inner.people.homes_of(&resident).await?.contains(&at.home) {
        return Err(Failure::not_found());
    }
    let person = Person::Resident(resident);
    let invited = operator.inner.people.recover(&at.desk.id, &person).await?;
    let back = format!("/operator/homes/{}", at.home);
    invitation(&operator, &at.desk, Place::Homes, &back, &origin, &invited).await
}

/// `POST /operator/homes/{home}/residents/{resident}/remove`
pub(super) async fn remove_resident(
    State(operator): State<Operator>,
    Path((_, resident)): Path<(String, String)>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let resident: ResidentId = resident.parse().map_err(|_| Failure::not_found())?;
    let people = &operator.inner.people;
    let removed = people.remove_resident(&at.desk.id, &at.home, &resident).await;
    done(
        &operator,
        &at,
        &fields,
        removed.map_err(Failure::from),
        Told::ResidentRemoved,
    )
    .await
}

fn new_person(fields: &Fields) -> NewPerson {
    NewPerson {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
    }
}

/// The page that shows an invitation, once.
async fn invitation(
    operator: &Operator,
    desk: &Desk,
    place: Place,
    back: &str,
    Origin(origin): &Origin,
    invited: &Invited,
) -> Result<Response, Failure> {
    let say = desk.say;
    let link = format!("{origin}/welcome/{}", invited.code.text());
    let name = match &invited.person {
        Some(person) => operator.inner.people.name_of(person).await?.name,
        None => String::new(),
    };
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let picture = tomori_look::qr(say.lang, &link, &say.text("invited-picture"));
    let body = Html::of(&InvitedPage {
        say,
        name,
        link: &link,
        code: invited.code.text(),
        picture: picture.unwrap_or_else(|_| Html::empty()),
        until: when.day_and_minutes_html(invited.expires_at),
        back,
    });
    Ok(shell_page(
        desk,
        place,
        &say.text("invited-title"),
        body,
        StatusCode::OK,
    ))
}

/// The origin by which this browser reached us, for links that it passes on.
pub(super) struct Origin(String);

impl axum::extract::FromRequestParts<Operator> for Origin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut http::request::Parts, operator: &Operator) -> Result<Self, Failure> {
        let door = operator.door.door();
        if let Some(origin) = &door.public_origin {
            return Ok(Self(origin.clone()));
        }
        let host = parts
            .headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = host
            .or_else(|| parts.uri.authority().map(http::uri::Authority::as_str))
            .unwrap_or_default();
        let scheme = if door.secure_cookies { "https" } else { "http" };
        Ok(Self(format!("{scheme}://{host}")))
    }
}
