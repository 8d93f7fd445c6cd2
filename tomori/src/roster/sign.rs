//! `tomori roster sign ROSTER.toml --key FILE --out FILE`.

use std::path::Path;

use jiff::Timestamp;
use tomori_runtime::config::load_valid;
use tomori_runtime::file::write_atomic;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::unlock::{Roster, Statement as _};
use tomori_unlock::{RootSigner, SignedRoster};

use super::description::Description;
use super::{Complaint, End, root, show};
use crate::screen;
use crate::words::say;

pub(super) fn run(description: &Path, key: &Path, out: &Path, lang: Lang) -> Result<End, Complaint> {
    let complain = |key: &str, file: &Path, why: String| {
        Complaint(say(
            lang,
            key,
            &[("file", file.display().to_string().into()), ("why", why.into())],
        ))
    };
    let text: Description = load_valid(description).map_err(|error| Complaint(error.message(lang)))?;
    let roster = text.roster(Timestamp::now()).map_err(|rejection| {
        let why = match lang {
            Lang::Ja => rejection.ja,
            Lang::En => rejection.en,
        };
        complain("roster-unfit", description, format!("{}: {why}", rejection.key))
    })?;
    let signer = root::read(key, lang)?;
    // A version that was given out is not given out again: gateways that have it would not take the new one.
    if let Some(before) = version_at(out, &signer)
        && roster.version <= before
    {
        return Err(complain("roster-version", out, before.to_string()));
    }
    let signed = signer.sign(&roster);
    write_atomic(out, &signed.to_bytes()).map_err(|error| complain("roster-unwritable", out, error.to_string()))?;
    screen::line(&say(
        lang,
        "roster-signed",
        &[
            ("file", out.display().to_string().into()),
            ("version", roster.version.into()),
        ],
    ));
    screen::line(&show::table(&roster, lang));
    for warning in warnings(&roster) {
        screen::complaint(&say(lang, warning, &[]));
    }
    Ok(End::Holds)
}

/// The version of the roster that is at the place already, when it is this root's.
fn version_at(out: &Path, signer: &RootSigner) -> Option<u64> {
    let signed = SignedRoster::from_bytes(&show::bytes(out).ok()?).ok()?;
    Some(signed.open(&signer.public()).ok()?.version)
}

/// What a roster lacks for a door to open at all.
fn warnings(roster: &Roster) -> Vec<&'static str> {
    use tomori_smart_home::unlock::Role;
    let able = |role: Role| {
        roster.members.values().any(|member| {
            let usable = member.passkeys.keys().any(|id| !roster.revoked.contains(id));
            usable && member.roles.contains(&role)
        })
    };
    let mut warnings = Vec::new();
    if !able(Role::Guard) {
        warnings.push("roster-no-guard");
    }
    if !able(Role::Operator) {
        warnings.push("roster-no-operator");
    }
    if !able(Role::Supervisor) {
        warnings.push("roster-no-supervisor");
    }
    warnings
}
