//! Exported incidents, checked by somebody who was not there.

use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use tomori_runtime::file::read_bounded;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::unlock::{Outcome, PublicPoint};
use tomori_unlock::{Answer, IncidentFault, IncidentFile, RootKey, Story};

use super::Complaint;
use crate::words::say;

/// The longest file that is read: 16 MiB.
const LONGEST: usize = 16 * 1024 * 1024;

/// Verifies an exported incident; the text tells its story.
///
/// # Errors
/// When the keys or the file cannot be read, or the first thing in it that does not hold.
pub fn verify(file: &Path, root: Option<&str>, gateways: &[String], lang: Lang) -> Result<String, Complaint> {
    let name = file.display().to_string();
    let complain =
        |key: &str, why: String| Complaint(say(lang, key, &[("file", name.clone().into()), ("why", why.into())]));
    let root = root
        .and_then(|given| given.parse::<RootKey>().ok())
        .ok_or_else(|| complain("audit-incident-root", String::new()))?;
    let gateways: Option<Vec<_>> = gateways.iter().map(|given| point(given)).collect();
    let gateways = gateways
        .filter(|gateways| !gateways.is_empty())
        .ok_or_else(|| complain("audit-incident-gateway", String::new()))?;
    let bytes =
        read_bounded(file, LONGEST).map_err(|error| complain("audit-incident-unreadable", error.to_string()))?;
    let incident: IncidentFile =
        serde_json::from_slice(&bytes).map_err(|error| complain("audit-incident-unreadable", error.to_string()))?;
    let story = incident
        .verify(&root, &gateways)
        .map_err(|fault| complain("audit-incident-broken", told(&fault, lang)))?;
    Ok(tell(&story, &name, lang))
}

/// A gateway's public key as base64url, 65 bytes.
fn point(given: &str) -> Option<PublicPoint> {
    let bytes = BASE64URL_NOPAD.decode(given.as_bytes()).ok()?;
    PublicPoint::new(bytes.try_into().ok()?)
}

fn tell(story: &Story, name: &str, lang: Lang) -> String {
    let mut lines = vec![say(
        lang,
        "audit-incident-whole",
        &[
            ("file", name.to_owned().into()),
            ("incident", story.opened.incident.to_string().into()),
            ("home", story.opened.home.to_string().into()),
            ("zone", story.opened.zone.clone().into()),
            ("at", story.opened.at.to_string().into()),
        ],
    )];
    for answer in &story.answers {
        let at = answer.at().to_string();
        lines.push(match answer {
            Answer::Drove { receipt, names } => {
                let [guard, operator, supervisor] = names.clone();
                let key = match receipt.outcome {
                    Outcome::Opened => "audit-incident-opened",
                    Outcome::NotConfirmed => "audit-incident-not-confirmed",
                    Outcome::Interrupted => "audit-incident-interrupted",
                };
                say(
                    lang,
                    key,
                    &[
                        ("at", at.into()),
                        ("lock", receipt.lock.to_string().into()),
                        ("guard", guard.into()),
                        ("operator", operator.into()),
                        ("supervisor", supervisor.into()),
                        ("roster", receipt.roster.into()),
                    ],
                )
            }
            Answer::Refused(notice) => {
                let why = match lang {
                    Lang::Ja => notice.why.ja(),
                    Lang::En => notice.why.en(),
                };
                say(
                    lang,
                    "audit-incident-refused",
                    &[("at", at.into()), ("why", why.into())],
                )
            }
        });
    }
    if story.unanswered > 0 {
        let count = u64::try_from(story.unanswered).unwrap_or(u64::MAX);
        lines.push(say(lang, "audit-incident-unanswered", &[("count", count.into())]));
    }
    lines.join("\n")
}

fn told(fault: &IncidentFault, lang: Lang) -> String {
    match (lang, fault) {
        (Lang::En, fault) => fault.to_string(),
        (Lang::Ja, IncidentFault::Form(form)) => {
            format!("形式 {form} のファイルです。このプログラムが読めるのは形式 1 です")
        }
        (Lang::Ja, IncidentFault::TooMuch) => "1,000 個を超える種類があります".to_owned(),
        (Lang::Ja, IncidentFault::Unreadable(part)) => format!("{part} を読めません"),
        (Lang::Ja, IncidentFault::Forged(part)) => format!("{part} の署名が一致しません"),
        (Lang::Ja, IncidentFault::Elsewhere(part)) => format!("{part} は別の住宅か事案のものです"),
        (Lang::Ja, IncidentFault::BundleMissing(part)) => format!("{part} が指す文書がありません"),
        (Lang::Ja, IncidentFault::RosterMissing { part, version }) => {
            format!("{part} が使った第 {version} 版の名簿がありません")
        }
        (Lang::Ja, IncidentFault::WithoutAuthority { part, why }) => {
            format!("{part}: 権限なしに錠が動かされました（{}）", why.ja())
        }
        (Lang::Ja, IncidentFault::Twice(part)) => format!("{part}: 錠がもう一度動かされました"),
    }
}
