//! Security companies: how each one's server is linked, a code for a new one, and its end.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Html, Tone, When, badge};
use tomori_smart_home::CompanyId;

use super::Operator;
use super::desk::{Desk, Signed};
use super::homes::Asked;
use super::shell::{Place, Told, ZONE, page as shell_page};
use crate::door::{Carried, Failure, Say};
use crate::services::dispatch::Company;

#[derive(Template)]
#[template(path = "operator/company.html")]
struct CompanyPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    id: &'a str,
    name: &'a str,
    state: Html,
    heard: Html,
    ends: Html,
    is_linked: bool,
    given: u64,
    waiting: u64,
}

#[derive(Template)]
#[template(path = "operator/company_code.html")]
struct CodePage<'a> {
    say: Say,
    id: &'a str,
    name: &'a str,
    code: &'a str,
    until: Html,
    ends: String,
}

/// `GET /operator/companies/{company}`
pub(super) async fn page(
    State(operator): State<Operator>,
    desk: Desk,
    Path(company): Path<String>,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let say = desk.say;
    let company = find(&operator, &company).await?;
    // Links live in the time of the world.
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let links = operator.inner.companies.links().await?;
    let link = links
        .iter()
        .find(|(linked, _)| *linked == company.id)
        .map(|(_, link)| *link);
    let hearing = operator.inner.supervision.hearing(&company.id);
    let state = match link {
        None => badge(Tone::Resting, &say.text("company-not-linked")),
        Some(_) if hearing.is_silent => badge(Tone::Attention, &say.text("company-silent")),
        Some(_) if hearing.at.is_some() => badge(Tone::Confirmed, &say.text("company-heard")),
        Some(_) => badge(Tone::Unknown, &say.text("company-not-heard-yet")),
    };
    let body = Html::of(&CompanyPage {
        say,
        csrf: &desk.csrf,
        told: Told::html(&asked.told, say),
        id: company.id.as_str(),
        name: &company.name,
        state,
        heard: hearing.at.map_or_else(Html::empty, |at| when.moment_html(at)),
        ends: link.map_or_else(Html::empty, |link| when.moment_html(link.not_after)),
        is_linked: link.is_some(),
        given: company.changes,
        waiting: company.changes.saturating_sub(company.acknowledged),
    });
    Ok(shell_page(&desk, Place::Incidents, &company.name, body, StatusCode::OK))
}

/// `POST /operator/companies/{company}/codes`: shown once, as the answer itself.
pub(super) async fn code(
    State(operator): State<Operator>,
    Path(company): Path<String>,
    Signed { at, .. }: Signed<Desk>,
) -> Result<Response, Failure> {
    let say = at.say;
    let company = find(&operator, &company).await?;
    let companies = &operator.inner.companies;
    let code = companies.new_enrolment_code(&company.id, at.id.as_str()).await?;
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let body = Html::of(&CodePage {
        say,
        id: company.id.as_str(),
        name: &company.name,
        code: &code.text,
        until: when.moment_html(code.expires_at),
        ends: code.expires_at.to_string(),
    });
    let title = say.text("company-code-title");
    Ok(shell_page(&at, Place::Incidents, &title, body, StatusCode::OK))
}

/// `POST /operator/companies/{company}/revoke`
pub(super) async fn revoke(
    State(operator): State<Operator>,
    Path(company): Path<String>,
    Signed { at, .. }: Signed<Desk>,
) -> Result<Response, Failure> {
    let company = find(&operator, &company).await?;
    let companies = &operator.inner.companies;
    companies.revoke(&company.id, at.id.as_str()).await?;
    Ok(Told::CompanyRevoked.lead_to(&format!("/operator/companies/{}", company.id)))
}

async fn find(operator: &Operator, company: &str) -> Result<Company, Failure> {
    let id: CompanyId = company.parse().map_err(|_| Failure::not_found())?;
    Ok(operator.inner.dispatch.company(&id).await?)
}
