//! The photos of a case.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tomori_look::{Html, When};
use tomori_smart_home::{CaseId, StaffId};

use super::case;
use crate::desk::Desk;
use crate::door::{AtBoard, Failure, Say};
use crate::photos::Photo;
use crate::street::jpeg;

#[derive(Template)]
#[template(path = "photos.html")]
struct Part {
    say: Say,
    photos: Vec<Thumbnail>,
}

/// A photo in a row of photos.
pub(crate) struct Thumbnail {
    /// Where it is.
    pub(crate) path: String,
    /// What it is, in words.
    pub(crate) alt: String,
    /// Who sent it when; empty on the guard's own page.
    pub(crate) told: Html,
}

/// Photos in a row, below a path.
pub(crate) fn thumbnails(say: Say, below: &str, photos: &[Photo]) -> Vec<Thumbnail> {
    photos
        .iter()
        .zip(1_usize..)
        .map(|(photo, at)| Thumbnail {
            path: format!("{below}/{}", photo.number),
            alt: say.with("photo-alt", &[("number", at.into())]),
            told: Html::empty(),
        })
        .collect()
}

/// The part of a case's page.
pub(super) async fn draw(
    desk: &Desk,
    say: Say,
    when: &When,
    names: &HashMap<StaffId, String>,
    id: &CaseId,
) -> Result<Html, Failure> {
    let photos = desk.inner.photos.of_case(id).await?;
    if photos.is_empty() {
        return Ok(Html::empty());
    }
    let mut rows = thumbnails(say, &format!("/cases/{id}/photos"), &photos);
    for (row, photo) in rows.iter_mut().zip(&photos) {
        let name = case::name_of(say, names, &photo.guard);
        row.told = Html::trusted(format!("{} {}", Html::text(&name), when.moment_html(photo.at)));
    }
    Ok(Html::of(&Part { say, photos: rows }))
}

/// `GET /cases/{case}/photos/{number}`
pub(super) async fn picture(
    State(desk): State<Desk>,
    _: AtBoard,
    Path((case, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = case::id(&case)?;
    let number: i64 = number.parse().map_err(|_| Failure::not_found())?;
    Ok(jpeg(number, desk.inner.photos.picture(&id, number).await?))
}
