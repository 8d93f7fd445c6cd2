//! Gateways: a code for a new one, and the end of an old one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Html, When};
use tomori_smart_home::GatewayId;

use super::Operator;
use super::desk::{AtHome, Signed};
use super::overview::name;
use super::shell::{Place, Told, ZONE, page as shell_page};
use crate::auth::gateways::GatewayError;
use crate::door::{Failure, Say};

#[derive(Template)]
#[template(path = "operator/code.html")]
struct CodePage<'a> {
    say: Say,
    home: &'a str,
    name: &'a str,
    code: &'a str,
    picture: Html,
    until: Html,
    ends: String,
}

/// `POST /operator/homes/{home}/codes`: shown once, as the answer itself.
pub(super) async fn code(
    State(operator): State<Operator>,
    Signed { at, .. }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let say = at.desk.say;
    let code = operator
        .inner
        .gateways
        .new_enrolment_code(&at.home, at.desk.id.as_str())
        .await
        .map_err(failure)?;
    let name = name(&operator, &at.home).await?;
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let picture = tomori_look::qr(say.lang, &code.text, &say.text("code-picture"));
    let body = Html::of(&CodePage {
        say,
        home: at.home.as_str(),
        name: &name,
        code: &code.text,
        picture: picture.unwrap_or_else(|_| Html::empty()),
        until: when.moment_html(code.expires_at),
        ends: code.expires_at.to_string(),
    });
    Ok(shell_page(
        &at.desk,
        Place::Homes,
        &say.text("code-title"),
        body,
        StatusCode::OK,
    ))
}

/// `POST /operator/homes/{home}/gateways/{gateway}/revoke`
pub(super) async fn revoke(
    State(operator): State<Operator>,
    Path((_, gateway)): Path<(String, String)>,
    Signed { at, .. }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let gateway: GatewayId = gateway.parse().map_err(|_| Failure::not_found())?;
    let of_home = operator.inner.gateways.list(&at.home).await.map_err(failure)?;
    if !of_home.iter().any(|one| one.id == gateway) {
        return Err(Failure::not_found());
    }
    let by = at.desk.id.as_str();
    operator.inner.gateways.revoke(&gateway, by).await.map_err(failure)?;
    Ok(Told::GatewayRevoked.lead_to(&format!("/operator/homes/{}", at.home)))
}

/// The gateways' room could not do it.
pub(super) fn failure(error: GatewayError) -> Failure {
    crate::door::gateway_failure(error)
}
