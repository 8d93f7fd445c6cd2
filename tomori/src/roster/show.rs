//! `tomori roster show FILE` and `tomori roster verify FILE --root KEY`.

use std::io;
use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde_json::json;
use tomori_runtime::file::read_bounded;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::unlock::{Role, Roster, Statement as _};
use tomori_unlock::{RootKey, RootKeyError, RosterRefused, SignedRoster};

use super::{Complaint, End, root};
use crate::screen;
use crate::words::say;

/// The longest file that is read: 1 MiB.
const LONGEST: usize = 1024 * 1024;

/// Tells what is in a file, without believing it: for that, a root is needed.
pub(super) fn show(file: &Path, json: bool, lang: Lang) -> Result<End, Complaint> {
    let bytes = bytes(file).map_err(|error| unreadable(file, &error.to_string(), lang))?;
    if bytes.starts_with(b"-----BEGIN") {
        let root = root::read(file, lang)?.public().to_string();
        screen::line(&if json {
            json!({ "root": root }).to_string()
        } else {
            root
        });
        return Ok(End::Holds);
    }
    let signed = SignedRoster::from_bytes(&bytes).map_err(|error| unreadable(file, &told(&error), lang))?;
    let roster = Roster::from_bytes(&signed.roster).map_err(|error| unreadable(file, &told(&error), lang))?;
    if json {
        screen::line(&as_json(&roster).to_string());
    } else {
        screen::line(&table(&roster, lang));
        screen::line(&say(lang, "roster-not-checked", &[]));
    }
    Ok(End::Holds)
}

/// Sees whether this root signed it and it is in force.
pub(super) fn verify(file: &Path, root: &str, lang: Lang) -> Result<End, Complaint> {
    let root: RootKey = root.parse().map_err(|error| {
        let key = match error {
            RootKeyError::Form => "roster-root-form",
            RootKeyError::Mistyped => "roster-root-mistyped",
        };
        Complaint(say(lang, key, &[]))
    })?;
    let bytes = bytes(file).map_err(|error| unreadable(file, &error.to_string(), lang))?;
    let signed = SignedRoster::from_bytes(&bytes).map_err(|error| unreadable(file, &told(&error), lang))?;
    let roster = match signed.open(&root) {
        Ok(roster) => roster,
        Err(RosterRefused::Forged) => {
            screen::complaint(&say(lang, "roster-forged", &[]));
            return Ok(End::HoldsNot);
        }
        Err(RosterRefused::Unreadable(error)) => return Err(unreadable(file, &told(&error), lang)),
    };
    let is_over = Timestamp::now() >= roster.expires_at.timestamp();
    if is_over {
        screen::complaint(&say(
            lang,
            "roster-expired",
            &[("at", roster.expires_at.to_string().into())],
        ));
    } else {
        screen::line(&say(
            lang,
            "roster-good",
            &[
                ("version", roster.version.into()),
                ("at", roster.expires_at.to_string().into()),
            ],
        ));
    }
    screen::line(&table(&roster, lang));
    Ok(if is_over { End::HoldsNot } else { End::Holds })
}

/// A roster for people.
pub(super) fn table(roster: &Roster, lang: Lang) -> String {
    let role = |role: &Role| match lang {
        Lang::Ja => role.ja(),
        Lang::En => role.name(),
    };
    let rows: Vec<Vec<String>> = roster
        .members
        .iter()
        .map(|(person, member)| {
            let roles: Vec<_> = member.roles.iter().map(role).collect();
            let (all, revoked) = (
                member.passkeys.len(),
                member.passkeys.keys().filter(|id| roster.revoked.contains(id)).count(),
            );
            vec![
                member.name.clone(),
                person.to_string(),
                roles.join(", "),
                say(
                    lang,
                    "roster-passkeys",
                    &[("count", count(all - revoked)), ("revoked", count(revoked))],
                ),
            ]
        })
        .collect();
    let head = say(
        lang,
        "roster-head",
        &[
            ("company", roster.company.to_string().into()),
            ("version", roster.version.into()),
            ("issued", roster.issued_at.to_string().into()),
            ("expires", roster.expires_at.to_string().into()),
            ("rp", roster.rp_id.clone().into()),
            (
                "origins",
                roster.origins.iter().cloned().collect::<Vec<_>>().join(", ").into(),
            ),
        ],
    );
    format!("{head}\n{}", screen::columns(&rows))
}

pub(super) fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    read_bounded(file, LONGEST)
}

fn count(number: usize) -> tomori_runtime::i18n::Arg<'static> {
    u64::try_from(number).unwrap_or(u64::MAX).into()
}

fn as_json(roster: &Roster) -> serde_json::Value {
    let members: Vec<_> = roster
        .members
        .iter()
        .map(|(person, member)| {
            let passkeys: Vec<_> = member
                .passkeys
                .iter()
                .map(|(id, key)| {
                    json!({
                        "id": BASE64URL_NOPAD.encode(id.as_bytes()),
                        "key": BASE64URL_NOPAD.encode(key.as_bytes()),
                        "revoked": roster.revoked.contains(id),
                    })
                })
                .collect();
            json!({ "person": person, "name": member.name, "roles": member.roles, "passkeys": passkeys })
        })
        .collect();
    let revoked: Vec<_> = roster
        .revoked
        .iter()
        .map(|id| BASE64URL_NOPAD.encode(id.as_bytes()))
        .collect();
    json!({
        "company": roster.company,
        "version": roster.version,
        "issuedAt": roster.issued_at.to_string(),
        "expiresAt": roster.expires_at.to_string(),
        "rpId": roster.rp_id,
        "origins": roster.origins,
        "members": members,
        "revoked": revoked,
    })
}

fn told(error: &tomori_smart_home::unlock::Unreadable) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn unreadable(file: &Path, why: &str, lang: Lang) -> Complaint {
    Complaint(say(
        lang,
        "roster-unreadable",
        &[
            ("file", file.display().to_string().into()),
            ("why", why.to_owned().into()),
        ],
    ))
}
