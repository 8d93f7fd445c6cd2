//! Where people sign: the guard at the door, the operator who asks, the supervisor who approves. A page says in words what
//! is signed; the server keeps the statement before the authenticator is asked (T2-5 step 6).

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use serde_json::json;
use tomori_smart_home::CaseId;
use tomori_smart_home::unlock::{CredentialId, Digest};
use tomori_unlock::Assertion;

use super::super::draft::Part;
use super::super::service::{Answered, Asked, UnlockError, Wish};
use super::bytes;
use super::statements::{Page, show};
use crate::desk::Desk;
use crate::door::{AtBoard, Failure, Fields, Seat, Signed, Street, Supervising};

fn id(text: &str) -> Result<CaseId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

/// The case that a guard was sent to.
async fn sent_to(desk: &Desk, seat: &Seat) -> Result<CaseId, Failure> {
    let (_, mission) = desk.inner.dispatch.guard(&seat.viewer.staff).await?;
    Ok(mission.ok_or(UnlockError::NotSent)?.case)
}

/// `GET /duty/arrival`
pub(super) async fn arrival_page(Shared(desk): Shared<Desk>, at: Street) -> Result<Response, Failure> {
    let case = sent_to(&desk, &at.seat).await?;
    show(&desk, &at.seat, &case, Page::Arrival, None).await
}

/// `POST /duty/arrival/begin`
pub(super) async fn begin_arrival(
    Shared(desk): Shared<Desk>,
    Signed { at, fields }: Signed<Street>,
) -> Result<Response, Failure> {
    let case = sent_to(&desk, &at.seat).await?;
    let code = fields.get("code").to_owned();
    begin(&desk, &at.seat, &case, Wish::Arrival { code }).await
}

/// `POST /duty/arrival`
pub(super) async fn sign_arrival(
    Shared(desk): Shared<Desk>,
    Signed { at, fields }: Signed<Street>,
) -> Result<Response, Failure> {
    let case = sent_to(&desk, &at.seat).await?;
    sign(&desk, &at.seat, &case, Page::Arrival, &fields).await
}

/// `POST /duty/arrival/withdraw`
pub(super) async fn withdraw_arrival(
    Shared(desk): Shared<Desk>,
    Signed { at, .. }: Signed<Street>,
) -> Result<Response, Failure> {
    let case = sent_to(&desk, &at.seat).await?;
    desk.inner.unlock.withdraw(&at.seat.viewer, &case).await?;
    Ok(Redirect::to("/duty").into_response())
}

/// `GET /cases/{case}/unlock/request`
pub(super) async fn request_page(
    Shared(desk): Shared<Desk>,
    at: AtBoard,
    Path(case): Path<String>,
) -> Result<Response, Failure> {
    show(&desk, &at.seat, &id(&case)?, Page::Request, None).await
}

/// `POST /cases/{case}/unlock/request/begin`
pub(super) async fn begin_request(
    Shared(desk): Shared<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let case = id(&case)?;
    let wish = Wish::Request {
        lock: fields.get("lock").parse().map_err(|_| UnlockError::NoLock)?,
        minutes: fields.get("minutes").parse().map_err(|_| UnlockError::NoLock)?,
        arrival: digest(&fields, "arrival")?,
    };
    begin(&desk, &at.seat, &case, wish).await
}

/// `POST /cases/{case}/unlock/request`
pub(super) async fn sign_request(
    Shared(desk): Shared<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    sign(&desk, &at.seat, &id(&case)?, Page::Request, &fields).await
}

/// `GET /cases/{case}/unlock/approval`
pub(super) async fn approval_page(
    Shared(desk): Shared<Desk>,
    at: Supervising,
    Path(case): Path<String>,
) -> Result<Response, Failure> {
    show(&desk, &at.seat, &id(&case)?, Page::Approval, None).await
}

/// `POST /cases/{case}/unlock/approval/begin`
pub(super) async fn begin_approval(
    Shared(desk): Shared<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<Supervising>,
) -> Result<Response, Failure> {
    let case = id(&case)?;
    let request = digest(&fields, "request")?;
    begin(&desk, &at.seat, &case, Wish::Approval { request }).await
}

/// `POST /cases/{case}/unlock/approval`
pub(super) async fn sign_approval(
    Shared(desk): Shared<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<Supervising>,
) -> Result<Response, Failure> {
    sign(&desk, &at.seat, &id(&case)?, Page::Approval, &fields).await
}

/// `POST /cases/{case}/unlock/withdraw`
pub(super) async fn withdraw(
    Shared(desk): Shared<Desk>,
    Path(case): Path<String>,
    Signed { at, .. }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let case = id(&case)?;
    desk.inner.unlock.withdraw(&at.seat.viewer, &case).await?;
    Ok(Redirect::to(&format!("/cases/{case}")).into_response())
}

async fn begin(desk: &Desk, seat: &Seat, case: &CaseId, wish: Wish) -> Result<Response, Failure> {
    let Asked {
        challenge,
        rp_id,
        passkeys,
    } = desk.inner.unlock.begin(&seat.viewer, case, wish).await?;
    let passkeys: Vec<String> = passkeys
        .iter()
        .map(|id| BASE64URL_NOPAD.encode(id.as_bytes()))
        .collect();
    let asked = json!({ "challenge": BASE64URL_NOPAD.encode(&challenge.0), "rpId": rp_id, "passkeys": passkeys });
    Ok(Json(asked).into_response())
}

async fn sign(desk: &Desk, seat: &Seat, case: &CaseId, page: Page, fields: &Fields) -> Result<Response, Failure> {
    let part = page.part();
    let done = match answered(fields) {
        Some(answered) => desk.inner.unlock.sign(&seat.viewer, case, part, answered).await,
        None => Err(UnlockError::Spent),
    };
    match done {
        Ok(()) if part == Part::Arrival => Ok(Redirect::to("/duty").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/cases/{case}")).into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status() != StatusCode::CONFLICT {
                return Err(failure);
            }
            show(desk, seat, case, page, Some(&failure)).await
        }
    }
}

/// The answer of an authenticator, as the script put it into the form.
fn answered(fields: &Fields) -> Option<Answered> {
    let challenge: [u8; 32] = bytes(fields, "challenge").try_into().ok()?;
    Some(Answered {
        challenge: Digest(challenge),
        assertion: Assertion {
            credential: CredentialId::new(&bytes(fields, "credential"))?,
            authenticator_data: bytes(fields, "authenticator"),
            client_data: bytes(fields, "client"),
            signature: bytes(fields, "signature"),
        },
    })
}

/// The digest of what a page showed, to sign that and nothing that came meanwhile.
fn digest(fields: &Fields, name: &str) -> Result<Digest, Failure> {
    let shown: Option<[u8; 32]> = bytes(fields, name).try_into().ok();
    shown
        .map(Digest)
        .ok_or(Failure::new(StatusCode::BAD_REQUEST, "bad-request"))
}
