//! The newest entries of the audit log.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use tomori_look::{Html, Tone, notice};

use super::Operator;
use super::desk::Desk;
use super::shell::{Place, ZONE, page as shell_page};
use crate::door::{Carried, Failure, Say};

/// Entries on a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "operator/audit.html")]
struct AuditPage {
    say: Say,
    failing: Html,
    rows: Vec<Row>,
    older: Option<u64>,
    zone: String,
}

struct Row {
    number: u64,
    at: Html,
    who: String,
    what: String,
    subject: String,
    detail: String,
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
    let when = tomori_look::When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let rows = records
        .into_iter()
        .map(|(number, record)| Row {
            number,
            at: when.moment_html(record.at),
            who: record.who,
            what: record.what,
            subject: record.subject,
            detail: record.detail,
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
        rows,
        older,
        zone: ZONE.to_owned(),
    });
    Ok(shell_page(
        &desk,
        Place::Audit,
        &say.text("desk-audit"),
        body,
        StatusCode::OK,
    ))
}
