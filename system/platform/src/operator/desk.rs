//! Who sits at the desk, and whether a form comes from it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::StatusCode;
use http::request::Parts;
use tomori_smart_home::{HomeId, OperatorId};

use super::Operator;
use crate::auth::people::{Proof, Viewer};
use crate::door::{CookieKind, Failure, Fields, Say, is_own, lang_of, read};

/// An operator who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) id: OperatorId,
    pub(super) viewer: Viewer,
    pub(super) say: Say,
    pub(super) csrf: String,
}

/// An operator who looks at a home that exists.
#[derive(Debug, Clone)]
pub(super) struct AtHome {
    pub(super) desk: Desk,
    pub(super) home: HomeId,
}

/// A form that an operator sent from a page of this session (T3-10 EP① なりすまし).
pub(super) struct Signed<T> {
    pub(super) at: T,
    pub(super) fields: Fields,
}

impl FromRequestParts<Operator> for Desk {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, operator: &Operator) -> Result<Self, Failure> {
        let secret = read(
            &parts.headers,
            CookieKind::Operator,
            operator.door.door().secure_cookies,
        );
        let viewer = match secret {
            Some(secret) => operator.inner.people.viewer_of_session(secret).await?,
            None => None,
        };
        let Some(viewer) = viewer else {
            return Err(Failure::unauthorised());
        };
        let (Some(id), Proof::Session { csrf, .. }) = (viewer.operator().cloned(), viewer.proof.clone()) else {
            return Err(Failure::unauthorised());
        };
        Ok(Self {
            id,
            viewer,
            say: Say::new(lang_of(&parts.headers)),
            csrf,
        })
    }
}

impl FromRequestParts<Operator> for AtHome {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, operator: &Operator) -> Result<Self, Failure> {
        let desk = Desk::from_request_parts(parts, operator).await?;
        let Path(path) = Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, operator)
            .await
            .map_err(|_| Failure::not_found())?;
        let home: HomeId = path
            .get("home")
            .and_then(|text| text.parse().ok())
            .ok_or_else(Failure::not_found)?;
        Ok(Self { desk, home })
    }
}

/// Whose form token counts.
pub(super) trait HasDesk {
    fn desk(&self) -> &Desk;
}

impl HasDesk for Desk {
    fn desk(&self) -> &Desk {
        self
    }
}

impl HasDesk for AtHome {
    fn desk(&self) -> &Desk {
        &self.desk
    }
}

impl<T> FromRequest<Operator> for Signed<T>
where
    T: FromRequestParts<Operator, Rejection = Failure> + HasDesk + Send,
{
    type Rejection = Failure;

    async fn from_request(request: Request, operator: &Operator) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let at = T::from_request_parts(&mut parts, operator).await?;
        let foreign = || Failure::new(StatusCode::FORBIDDEN, "foreign-page");
        if !is_own(
            &parts.headers,
            &parts.uri,
            operator.door.door().public_origin.as_deref(),
        ) {
            return Err(foreign());
        }
        let fields = Fields::from_request(Request::from_parts(parts, body), operator).await?;
        let (given, right) = (fields.raw("csrf").as_bytes(), at.desk().csrf.as_bytes());
        if verify_slices_are_equal(given, right).is_err() {
            return Err(foreign());
        }
        Ok(Self { at, fields })
    }
}
