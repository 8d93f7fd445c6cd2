//! What the guards can do, kept by supervisors and administrators.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tomori_look::{Html, check};
use tomori_smart_home::StaffId;

use super::Desk;
use super::shell::{Place, page as shell_page};
use crate::dispatch::Skill;
use crate::door::{Failure, Overseer, Say, Signed};
use crate::people::Role;

#[derive(Template)]
#[template(path = "guards.html")]
struct GuardsPage<'a> {
    say: Say,
    csrf: &'a str,
    rows: Vec<Row>,
}

struct Row {
    id: StaffId,
    name: String,
    boxes: Vec<Html>,
}

/// `GET /guards`
pub(super) async fn page(State(desk): State<Desk>, at: Overseer) -> Result<Response, Failure> {
    let say = at.seat.say;
    let skills = desk.inner.dispatch.skills().await?;
    let staff = desk.door.people.all().await?.into_iter();
    let rows = staff.filter(|staff| staff.role == Role::Guard).map(|staff| {
        let own = skills.get(&staff.id);
        let boxes = Skill::ALL.map(|skill| {
            let has = own.is_some_and(|own| own.contains(&skill));
            check(skill.word(), &say.text(skill.key()), None, has)
        });
        Row {
            id: staff.id,
            name: staff.name,
            boxes: boxes.into(),
        }
    });
    let body = Html::of(&GuardsPage {
        say,
        csrf: &at.seat.viewer.csrf,
        rows: rows.collect(),
    });
    let title = say.text("place-guards");
    Ok(shell_page(&at.seat, Place::Guards, &title, body, StatusCode::OK))
}

/// `POST /guards/{staff}/skills`
pub(super) async fn set_skills(
    State(desk): State<Desk>,
    Path(staff): Path<String>,
    Signed { at, fields }: Signed<Overseer>,
) -> Result<Response, Failure> {
    let staff: StaffId = staff.parse().map_err(|_| Failure::not_found())?;
    let everybody = desk.door.people.all().await?;
    let is_guard = everybody.iter().any(|it| it.id == staff && it.role == Role::Guard);
    if !is_guard {
        return Err(Failure::not_found());
    }
    let skills: BTreeSet<Skill> = Skill::ALL
        .into_iter()
        .filter(|skill| !fields.get(skill.word()).is_empty())
        .collect();
    let dispatch = &desk.inner.dispatch;
    dispatch.set_skills(&at.seat.viewer.staff, &staff, skills).await?;
    Ok(Redirect::to("/guards").into_response())
}
