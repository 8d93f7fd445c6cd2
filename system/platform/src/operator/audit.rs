//! The newest entries of the audit log.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tomori_look::{Html, Moment, Tone, When, notice, timeline};
use tomori_runtime::audit::Record;
use tomori_smart_home::HomeId;

use super::Operator;
use super::desk::Desk;
use super::shell::{Place, ZONE, page as shell_page};
use crate::auth::people::Person;
use crate::door::{Carried, Failure, Say};

/// Entries on a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "operator/audit.html")]
struct AuditPage {
    say: Say,
    failing: Html,
    entries: Html,
    older: Option<u64>,
    about: String,
}

#[derive(Template)]
#[template(path = "operator/audit_entry.html")]
struct Entry<'a> {
    number: u64,
    what: String,
    subject: &'a str,
    /// Who did it, and the details.
    about: String,
    /// The ids behind the names: what stays true when somebody is renamed or forgotten.
    ids: Vec<&'a str>,
}

/// From where.
#[derive(Debug, Default, Deserialize)]
pub(super) struct From {
    before: Option<u64>,
}

/// `GET /operator/audit`
pub(super) async fn page(
    State(operator): State<Operator>,
    desk: Desk,
    Carried(from): Carried<From>,
) -> Result<Response, Failure> {
    let say = desk.say;
    let records = operator.inner.audit.newest(PAGE, from.before).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the audit log cannot be read");
        Failure::unavailable()
    })?;
    let older = records
        .last()
        .map(|(number, _)| *number)
        .filter(|_| records.len() == PAGE);
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let mut names = HashMap::new();
    for id in records.iter().flat_map(|(_, record)| [&record.who, &record.subject]) {
        if !names.contains_key(id) {
            names.insert(id.clone(), called(&operator, id).await?);
        }
    }
    let called = |id: &String| names.get(id).map_or("", String::as_str).to_owned();
    let moments: Vec<Moment> = records
        .iter()
        .map(|(number, record)| Moment {
            time: when.moment_html(record.at),
            tone: tone(&record.what),
            what: entry(say, &when, *number, record, &called),
        })
        .collect();
    let failing = if operator.inner.audit.is_failing() {
        let text = Html::trusted(format!("<p>{}</p>", Html::text(&say.text("need-audit-text"))));
        notice(Tone::Attention, &say.text("need-audit"), &text)
    } else {
        Html::empty()
    };
    let body = Html::of(&AuditPage {
        say,
        failing,
        entries: timeline(&say.text("desk-audit"), &moments),
        older,
        about: say.with("audit-about", &[("zone", ZONE.into())]),
    });
    Ok(shell_page(
        &desk,
        Place::Audit,
        &say.text("desk-audit"),
        body,
        StatusCode::OK,
    ))
}

fn entry(say: Say, when: &When, number: u64, record: &Record, called: &impl Fn(&String) -> String) -> Html {
    let (subject, who) = (called(&record.subject), called(&record.who));
    // Without a name the id is the name; with one it stands below, and stays true when somebody is forgotten.
    let shown = |name: &str, id: &str| match (name.is_empty(), id) {
        (true, "somebody") => say.text("audit-somebody"),
        (true, id) => id.to_owned(),
        (false, _) => name.to_owned(),
    };
    let mut ids = Vec::new();
    let mut about = Vec::new();
    if !subject.is_empty() {
        ids.push(record.subject.as_str());
    }
    if record.who != record.subject {
        about.push(format!("{}{}", say.text("audit-by"), shown(&who, &record.who)));
        if !who.is_empty() {
            ids.push(&record.who);
        }
    }
    for (name, value) in details(&record.detail) {
        let (name, value) = (detail_name(say, &name), detail_value(say, when, value));
        about.push(format!("{name} {value}").trim().to_owned());
    }
    Html::of(&Entry {
        number,
        what: deed(say, &record.what),
        subject: &shown(&subject, &record.subject),
        about: about.join(" – "),
        ids,
    })
}

/// What a member of a detail is called; its own name when there is no word for it.
fn detail_name(say: Say, name: &str) -> String {
    let key = format!("audit-detail-{name}");
    if !name.is_empty() && Say::has(&key) {
        say.text(&key)
    } else {
        name.to_owned()
    }
}

/// A value as people write it: times in the desk's zone, known words in the reader's language.
fn detail_value(say: Say, when: &When, value: String) -> String {
    let key = format!("audit-value-{value}");
    if let Ok(at) = value.parse::<Timestamp>() {
        when.day_and_minutes(at)
    } else if value.bytes().all(|byte| byte.is_ascii_alphabetic()) && Say::has(&key) {
        say.text(&key)
    } else {
        value
    }
}

/// What an act is called; the code itself for acts that a newer version of the program brings.
fn deed(say: Say, what: &str) -> String {
    let key = format!("audit-{}", what.replace('.', "-"));
    if Say::has(&key) {
        say.text(&key)
    } else {
        what.to_owned()
    }
}

fn tone(what: &str) -> Tone {
    match what.rsplit('.').next() {
        Some("refused" | "denied" | "broken" | "missing") => Tone::Attention,
        Some("revoked" | "removed" | "deleted" | "unpaired") => Tone::Prohibited,
        _ => Tone::Confirmed,
    }
}

/// The members of a detail, as names and values; a plain text is its own value.
fn details(detail: &str) -> Vec<(String, String)> {
    match serde_json::from_str::<Map<String, Value>>(detail) {
        Ok(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (name, value)
            })
            .collect(),
        Err(_) if detail.is_empty() => Vec::new(),
        Err(_) => vec![(String::new(), detail.to_owned())],
    }
}

/// How a person or a home is called; empty for everything else.
async fn called(operator: &Operator, id: &str) -> Result<String, Failure> {
    let name = if let Some(person) = Person::from_id(id) {
        operator.inner.people.name_of(&person).await?.name
    } else if let Ok(home) = id.parse::<HomeId>() {
        super::overview::name(operator, &home).await?
    } else {
        String::new()
    };
    Ok(if name == id { String::new() } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_told_member_by_member() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            details(r#"{"count":2,"from":"192.0.2.1"}"#),
            [pair("count", "2"), pair("from", "192.0.2.1")]
        );
        assert_eq!(details("1 to 5"), [pair("", "1 to 5")]);
        assert!(details("").is_empty() && details("{}").is_empty());
    }

    #[test]
    fn acts_have_names_in_both_languages() {
        for lang in tomori_runtime::i18n::Lang::ALL {
            assert_ne!(deed(Say::new(lang), "session.begun"), "session.begun");
            assert_eq!(deed(Say::new(lang), "thing.unheardOf"), "thing.unheardOf");
        }
    }
}
