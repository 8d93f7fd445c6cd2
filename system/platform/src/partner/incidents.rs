//! What a company asks and says of an incident of its own.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use tomori_partner_link::{Closing, Disclosed, DisclosureRequest, StepRequest};

use super::Partner;
use super::caller::About;
use super::words;
use crate::door::{Body, Failure};
use crate::services::dispatch::{Actor, Deed};

/// `POST /v1/incidents/{incident}/disclosure`
pub(super) async fn disclose(
    State(partner): State<Partner>,
    about: About,
    Body(asked): Body<DisclosureRequest>,
) -> Result<Json<Disclosed>, Failure> {
    let dispatch = &partner.inner.needs.dispatch;
    let disclosed = dispatch
        .disclose(&about.caller.company, &asked.who, &about.incident)
        .await?;
    Ok(Json(words::disclosed(disclosed)))
}

/// `POST /v1/incidents/{incident}/steps`
pub(super) async fn step(
    State(partner): State<Partner>,
    about: About,
    Body(said): Body<StepRequest>,
) -> Result<StatusCode, Failure> {
    let what = match (said.did, said.note) {
        (Some(did), None) => Ok(did),
        (None, Some(note)) => Err(note),
        _ => return Err(Failure::unfit("did", "failure-field-expected", "did | note")),
    };
    let deed = Deed {
        id: said.id,
        at: said.at,
        what,
    };
    let dispatch = &partner.inner.needs.dispatch;
    dispatch
        .did(&about.caller.company, &said.who, &about.incident, deed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/incidents/{incident}/closing`
pub(super) async fn close(
    State(partner): State<Partner>,
    about: About,
    Body(said): Body<Closing>,
) -> Result<StatusCode, Failure> {
    let who = said.who.trim();
    if who.is_empty() || who.chars().count() > 60 || who.chars().any(char::is_control) {
        return Err(Failure::unfit("who", "failure-field-expected", "1 – 60"));
    }
    let actor = Actor::Company {
        company: about.caller.company,
        who: who.to_owned(),
    };
    let dispatch = &partner.inner.needs.dispatch;
    dispatch
        .close_incident(&actor, &about.incident, said.closing, &said.report)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
