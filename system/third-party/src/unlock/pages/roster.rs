//! The company's roster: what to carry to the offline machine, what came back, and whether the platform has it.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::{StatusCode, header};
use tomori_look::{Html, Tone, badge, badge_around, notice};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::Role;

use super::super::passkey::is_fresh;
use super::super::roster::{Change, Warning};
use super::super::service::{Kept, Overview};
use super::passkeys;
use crate::desk::Desk;
use crate::desk::shell::{self, Place};
use crate::door::{Failure, Office, Say, Seat, Signed};

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    warnings: Vec<Html>,
    root: Option<String>,
    kept: Option<Row>,
    changes: Vec<String>,
    passkeys: Vec<PasskeyRow>,
    is_fresh: bool,
}

struct Row {
    version: u64,
    company: String,
    ends: Html,
    kept: Html,
    kept_by: String,
    people: String,
    sent: Html,
    problem: Option<String>,
    is_sent: bool,
}

struct PasskeyRow {
    number: i64,
    is_there: bool,
    person: String,
    name: String,
    standing: Html,
}

/// `GET /roster`
pub(super) async fn page(State(desk): State<Desk>, at: Office) -> Result<Response, Failure> {
    show(&desk, &at.seat, None).await
}

async fn show(desk: &Desk, seat: &Seat, failure: Option<&Failure>) -> Result<Response, Failure> {
    let say = seat.say;
    let overview = desk.inner.unlock.overview().await?;
    let people = desk.door.people.all().await?.into_iter();
    let names: HashMap<StaffId, String> = people.map(|staff| (staff.id, staff.name)).collect();
    let name = |id: &StaffId| names.get(id).cloned().unwrap_or_else(|| say.text("owner-gone"));
    let roster = overview.kept.as_ref().map(|kept| &kept.roster);
    let rows = overview.passkeys.iter().map(|passkey| PasskeyRow {
        number: passkey.number,
        is_there: passkey.removed_at.is_none(),
        person: name(&passkey.staff),
        name: passkey.name.clone(),
        standing: passkeys::standing(say, passkey.standing(roster)),
    });
    let body = Html::of(&RosterPage {
        say,
        csrf: &seat.viewer.csrf,
        told: failure.map_or_else(Html::empty, |failure| shell::wrong(failure, say)),
        warnings: overview
            .warnings
            .iter()
            .map(|it| warning(desk, say, &overview, it))
            .collect(),
        root: desk.inner.unlock.root(),
        changes: overview.changes.iter().map(|it| change(say, it)).collect(),
        passkeys: rows.collect(),
        is_fresh: is_fresh(seat.viewer.since, desk.door.clock.now()),
        kept: overview
            .kept
            .as_ref()
            .map(|kept| row(desk, say, kept, name(&kept.kept_by))),
    });
    let title = say.text("place-roster");
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell::page(seat, Place::Roster, &title, body, status))
}

fn row(desk: &Desk, say: Say, kept: &Kept, kept_by: String) -> Row {
    let when = shell::when(desk, say);
    let sent = match (kept.sent_at, &kept.problem) {
        (Some(at), _) => {
            let mut words = Html::text(&say.text("roster-sent"));
            words.push(&Html::text(" "));
            words.push(&when.moment_html(at));
            badge_around(Tone::Confirmed, &words)
        }
        (None, None) => badge(Tone::Sent, &say.text("roster-sending")),
        (None, Some(_)) => badge(Tone::Attention, &say.text("roster-not-sent")),
    };
    Row {
        version: kept.roster.version,
        company: kept.roster.company.to_string(),
        ends: when.day_and_minutes_html(kept.roster.expires_at.timestamp()),
        kept: when.moment_html(kept.kept_at),
        kept_by,
        people: say.with("roster-people", &[("count", kept.roster.members.len().into())]),
        sent,
        problem: kept.problem.clone(),
        is_sent: kept.sent_at.is_some(),
    }
}

fn roles(say: Say, roles: &BTreeSet<Role>) -> String {
    let words: Vec<&str> = roles
        .iter()
        .map(|role| match say.lang {
            Lang::Ja => role.ja(),
            Lang::En => role.name(),
        })
        .collect();
    words.join(if say.lang == Lang::Ja { "・" } else { ", " })
}

fn change(say: Say, change: &Change) -> String {
    let named = |key: &str, name: &str| say.with(key, &[("name", name.into())]);
    let with_roles = |key: &str, name: &str, given: &BTreeSet<Role>| {
        say.with(key, &[("name", name.into()), ("roles", roles(say, given).into())])
    };
    let counted =
        |key: &str, name: &str, count: usize| say.with(key, &[("name", name.into()), ("count", count.into())]);
    match change {
        Change::First => say.text("roster-change-first"),
        Change::Came(name, roles) => with_roles("roster-change-came", name, roles),
        Change::Left(name) => named("roster-change-left", name),
        Change::Roles(name, roles) => with_roles("roster-change-roles", name, roles),
        Change::More(name, count) => counted("roster-change-more", name, *count),
        Change::Fewer(name, count) => counted("roster-change-fewer", name, *count),
        Change::Revoked(count) => counted("roster-change-revoked", "", *count),
        Change::Unrevoked(count) => counted("roster-change-unrevoked", "", *count),
        Change::Pages => say.text("roster-change-pages"),
    }
}

fn warning(desk: &Desk, say: Say, overview: &Overview, warning: &Warning) -> Html {
    let when = shell::when(desk, say);
    let ends = overview.kept.as_ref().map(|kept| kept.roster.expires_at.timestamp());
    let at = ends.map(|at| when.day_and_minutes(at)).unwrap_or_default();
    let (tone, text) = match warning {
        Warning::None => (Tone::Attention, say.text("roster-warn-none")),
        Warning::Over => (Tone::Attention, say.with("roster-warn-over", &[("at", at.into())])),
        Warning::EndsSoon => (Tone::Attention, say.with("roster-warn-soon", &[("at", at.into())])),
        Warning::OtherPages => (Tone::Attention, say.text("roster-warn-pages")),
        Warning::Nobody(role) => {
            let role = roles(say, &BTreeSet::from([*role]));
            (
                Tone::Attention,
                say.with("roster-warn-nobody", &[("role", role.into())]),
            )
        }
        Warning::Waiting(count) => (
            Tone::Sent,
            say.with("roster-warn-waiting", &[("count", (*count).into())]),
        ),
        Warning::Removed(count) => (
            Tone::Attention,
            say.with("roster-warn-removed", &[("count", (*count).into())]),
        ),
    };
    notice(tone, &text, &Html::empty())
}

/// What administrators are told on their first page, when the roster needs them.
pub(crate) async fn news(desk: &Desk, say: Say) -> Result<Html, Failure> {
    let overview = desk.inner.unlock.overview().await?;
    // A company without a root has no door that opens from afar, and nothing to be told.
    if desk.inner.unlock.root().is_none() || overview.warnings.is_empty() {
        return Ok(Html::empty());
    }
    let detail = Html::trusted(format!(
        "<p><a href=\"/roster\">{}</a></p>",
        Html::text(&say.text("place-roster"))
    ));
    Ok(notice(Tone::Sent, &say.text("roster-news"), &detail))
}

/// `GET /roster/description`: `roster.toml`, to be carried to the offline machine.
pub(super) async fn description(State(desk): State<Desk>, at: Office) -> Result<Response, Failure> {
    let text = desk.inner.unlock.describe(&at.seat.viewer).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"roster.toml\""),
    ];
    Ok((headers, text).into_response())
}

/// `POST /roster`: what came back.
pub(super) async fn keep(State(desk): State<Desk>, Signed { at, fields }: Signed<Office>) -> Result<Response, Failure> {
    let signed = pasted(fields.raw("roster"));
    match desk.inner.unlock.keep_roster(&at.seat.viewer, signed).await {
        Ok(_) => Ok(Redirect::to("/roster").into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            show(&desk, &at.seat, Some(&failure)).await
        }
    }
}

/// Bytes as people paste them: Base64 of either alphabet, in lines, with or without its end. Nothing where it is none.
fn pasted(text: &str) -> Vec<u8> {
    let letters: String = text.split_ascii_whitespace().collect();
    let letters = letters.trim_end_matches('=');
    let url = BASE64URL_NOPAD.decode(letters.as_bytes()).ok();
    url.or_else(|| {
        let padding = "=".repeat((4 - letters.len() % 4) % 4);
        BASE64.decode(format!("{letters}{padding}").as_bytes()).ok()
    })
    .unwrap_or_default()
}

/// `POST /roster/passkeys/{passkey}/remove`: somebody has lost a passkey, and cannot sign in to say so.
pub(super) async fn remove(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    Signed { at, .. }: Signed<Office>,
) -> Result<Response, Failure> {
    let number = number.parse().map_err(|_| Failure::not_found())?;
    desk.inner.unlock.remove_anybodys(&at.seat.viewer, number).await?;
    Ok(Redirect::to("/roster").into_response())
}

/// `POST /roster/send`
pub(super) async fn send(State(desk): State<Desk>, Signed { at, .. }: Signed<Office>) -> Result<Response, Failure> {
    desk.inner.unlock.send_roster_again(&at.seat.viewer).await?;
    Ok(Redirect::to("/roster").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_taken_as_people_paste_it() {
        let bytes = vec![0xfb, 0xff, 0x00, 0x01];
        for text in ["+/8AAQ==", "-_8AAQ", "+/8A\nAQ==\n", " -_8AAQ== "] {
            assert_eq!(pasted(text), bytes, "{text}");
        }
        assert_eq!(pasted("no base64!"), Vec::<u8>::new());
    }
}
