//! `tomori roster init FOLDER`: a root, and a description to start from.

use std::io::ErrorKind;
use std::path::Path;

use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{CompanyId, StaffId};
use tomori_unlock::{RootSigner, RootSignerError};

use super::root::write_new;
use super::{Complaint, End};
use crate::screen;
use crate::words::say;

/// The file names in the folder.
const KEY: &str = "root.pem";
const DESCRIPTION: &str = "roster.toml";
const START: &str = include_str!("start.toml");

pub(super) fn run(folder: &Path, lang: Lang) -> Result<End, Complaint> {
    let failed = |path: &Path, error: &std::io::Error| {
        let key = match error.kind() {
            ErrorKind::AlreadyExists => "roster-there",
            _ => "roster-unwritable",
        };
        Complaint(say(
            lang,
            key,
            &[
                ("file", path.display().to_string().into()),
                ("why", error.to_string().into()),
            ],
        ))
    };
    let no_key = |error: RootSignerError| Complaint(say(lang, "roster-no-key", &[("why", error.to_string().into())]));
    let signer = RootSigner::generate().map_err(no_key)?;
    let pem = signer.to_pem().map_err(no_key)?;
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let (key, description) = (folder.join(KEY), folder.join(DESCRIPTION));
    // The key first: a description without a key is harmless, a key that is overwritten closes every door for good.
    write_new(&key, pem.as_bytes(), 0o600).map_err(|error| failed(&key, &error))?;
    write_new(&description, start().as_bytes(), 0o644).map_err(|error| failed(&description, &error))?;
    screen::line(&say(
        lang,
        "roster-init-done",
        &[
            ("key", key.display().to_string().into()),
            ("description", description.display().to_string().into()),
            ("root", screen::strong(&signer.public().to_string()).into()),
        ],
    ));
    Ok(End::Holds)
}

/// The description to start from, with ids of its own.
fn start() -> String {
    let person = || StaffId::from_random(bytes(&SystemEntropy)).to_string();
    START
        .replace("{company}", CompanyId::from_random(bytes(&SystemEntropy)).as_str())
        .replace("{guard}", &person())
        .replace("{operator}", &person())
        .replace("{supervisor}", &person())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::description::Description;

    #[test]
    fn the_start_says_what_is_missing_and_where() {
        let text = start();
        let error = tomori_runtime::config::parse_valid::<Description>("roster.toml", &text).unwrap_err();
        let message = error.message(Lang::En);
        assert!(message.contains("expires_at"), "{message}");
    }
}
