//! What people of a company signed, on its way to the gateways of its homes: carried as it is.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use http::{HeaderMap, StatusCode, header};
use tomori_partner_link::UnlockTaken;

use super::Partner;
use super::caller::{About, Caller};
use crate::door::Failure;

const CBOR: &str = "application/cbor";

/// `POST /v1/incidents/{incident}/unlocks`
pub(super) async fn unlock(
    State(partner): State<Partner>,
    about: About,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<UnlockTaken>), Failure> {
    let bytes = cbor(&headers, body)?;
    let unlock = &partner.inner.needs.unlock;
    let taken = unlock.carry_in(&about.caller.company, &about.incident, &bytes).await;
    Ok((StatusCode::ACCEPTED, Json(UnlockTaken { bundle: taken? })))
}

/// `PUT /v1/roster`
pub(super) async fn roster(
    State(partner): State<Partner>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Failure> {
    let bytes = cbor(&headers, body)?;
    partner.inner.needs.unlock.keep_roster(&caller.company, &bytes).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn cbor(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some(CBOR) {
        return Err(Failure::unfit("Content-Type", "failure-field-expected", CBOR));
    }
    body.map_err(|_| Failure::unfit("body", "failure-field-expected", "bundle ≤ 16 KiB, roster ≤ 512 KiB"))
}
