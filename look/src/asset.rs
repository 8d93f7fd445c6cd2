//! Files that every page needs, served under a name that carries their content's hash, so that a browser may keep
//! them for ever and never holds an old one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

/// One file, embedded in the program.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Its name: `look.css`.
    pub name: &'static str,
    /// Its media type.
    pub mime: &'static str,
    /// Its bytes.
    pub body: &'static [u8],
}

/// Files under one path prefix.
#[derive(Debug)]
pub struct Assets {
    prefix: &'static str,
    paths: BTreeMap<&'static str, String>,
    files: BTreeMap<String, Asset>,
}

impl Assets {
    /// Names each file by its content. `prefix` begins with a slash and does not end with one: `/look`.
    #[must_use]
    pub fn new(prefix: &'static str, files: &[Asset]) -> Self {
        let named: Vec<_> = files.iter().map(|asset| (hashed_name(asset), *asset)).collect();
        Self {
            prefix,
            paths: named
                .iter()
                .map(|(file, asset)| (asset.name, format!("{prefix}/{file}")))
                .collect(),
            files: named.into_iter().collect(),
        }
    }

    /// The path a page links to, by the plain name. A name that is not there gives the prefix, which answers 404 and
    /// is logged.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.paths.get(name).map_or_else(
            || {
                tracing::error!(name, prefix = self.prefix, "no such asset");
                self.prefix
            },
            String::as_str,
        )
    }

    /// All paths, in the order of the plain names.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.values().map(String::as_str)
    }

    /// Serves the files.
    pub fn router(&'static self) -> Router {
        Router::new().route(
            &format!("{}/{{file}}", self.prefix),
            get(move |Path(file): Path<String>| async move { self.serve(&file) }),
        )
    }

    fn serve(&self, file: &str) -> Response {
        let Some(asset) = self.files.get(file) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut response = asset.body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

fn hashed_name(asset: &Asset) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, asset.body);
    let mut hash = String::with_capacity(16);
    for byte in digest.as_ref().iter().take(8) {
        // Writing into a string does not fail.
        let _ = write!(hash, "{byte:02x}");
    }
    match asset.name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{}.{hash}", asset.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_the_content() {
        let one = Assets::new(
            "/x",
            &[Asset {
                name: "a.css",
                mime: "text/css",
                body: b"one",
            }],
        );
        let two = Assets::new(
            "/x",
            &[Asset {
                name: "a.css",
                mime: "text/css",
                body: b"two",
            }],
        );
        assert!(one.path("a.css").starts_with("/x/a.") && one.path("a.css").ends_with(".css"));
        assert_ne!(one.path("a.css"), two.path("a.css"));
        assert_eq!(one.path("b.css"), "/x");
    }

    #[test]
    fn a_file_may_be_kept_for_ever_and_an_unknown_one_is_not_there() {
        let assets = Assets::new(
            "/x",
            &[Asset {
                name: "a.css",
                mime: "text/css",
                body: b"one",
            }],
        );
        let file = assets.path("a.css").trim_start_matches("/x/").to_owned();
        let found = assets.serve(&file);
        assert_eq!(found.status(), StatusCode::OK);
        assert!(
            found.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert_eq!(assets.serve("a.css").status(), StatusCode::NOT_FOUND);
    }
}
