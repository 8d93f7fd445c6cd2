//! How a machine becomes a company's server, and how that stays it.

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use tomori_partner_link::{Base64, Enrolled, Enrolment, Renewal, Renewed};
use tomori_runtime::http::Peer;

use super::Partner;
use super::caller::{Caller, too_often, unavailable};
use crate::auth::companies::{EnrolError, RenewError};
use crate::door::{Body, Failure};

/// `POST /v1/enrolments`: anybody may call, not often.
pub(super) async fn enrol(
    State(partner): State<Partner>,
    Extension(peer): Extension<Peer>,
    Body(asked): Body<Enrolment>,
) -> Result<Json<Enrolled>, Failure> {
    let needs = &partner.inner.needs;
    let from = peer.address.ip().to_canonical();
    let enrolled = needs.companies.enrol(&asked.code, &asked.csr.0, from).await;
    let enrolled = enrolled.map_err(|error| match error {
        EnrolError::TooOften(wait) => too_often(wait.as_secs()),
        EnrolError::Code => Failure::new(StatusCode::FORBIDDEN, "company-code"),
        EnrolError::Request(_) => not_a_request(),
        EnrolError::Storage(_) => unavailable(&error),
    })?;
    let company = needs.dispatch.company(&enrolled.company).await?;
    Ok(Json(Enrolled {
        company: enrolled.company,
        name: company.name,
        chain: chain(enrolled.chain_der),
    }))
}

/// `POST /v1/renewals`
pub(super) async fn renew(
    State(partner): State<Partner>,
    caller: Caller,
    Body(asked): Body<Renewal>,
) -> Result<Json<Renewed>, Failure> {
    let companies = &partner.inner.needs.companies;
    let renewed = companies
        .renew(&caller.certificate, &caller.company, &asked.csr.0)
        .await;
    let renewed = renewed.map_err(|error| match error {
        RenewError::TooOften(wait) => too_often(wait.as_secs()),
        RenewError::Request(_) => not_a_request(),
        RenewError::Storage(_) => unavailable(&error),
    })?;
    Ok(Json(Renewed {
        chain: chain(renewed.chain_der),
        not_after: renewed.not_after,
    }))
}

fn not_a_request() -> Failure {
    Failure::unfit("csr", "failure-field-expected", "PKCS #10, P-256, DER, base64")
}

fn chain(der: Vec<Vec<u8>>) -> Vec<Base64> {
    der.into_iter().map(Base64).collect()
}
