//! The newest entries of the audit log, and what the receiver refused.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use tomori_look::{Html, Tone, notice, table};

use super::Desk;
use super::shell::{Place, page as shell_page, when};
use crate::door::{Carried, Failure, Overseer, Say};

/// Entries on a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    say: Say,
    failing: Html,
    frames: Html,
    entries: Html,
    older: Option<u64>,
}

/// From where.
#[derive(Debug, Default, Deserialize)]
pub(super) struct From {
    before: Option<u64>,
}

/// `GET /log`
pub(super) async fn page(
    State(desk): State<Desk>,
    at: Overseer,
    Carried(from): Carried<From>,
) -> Result<Response, Failure> {
    let say = at.seat.say;
    let records = desk.inner.audit.newest(PAGE, from.before).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the audit log cannot be read");
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    })?;
    let when = when(&desk, say);
    let rows: Vec<Vec<Html>> = records
        .iter()
        .map(|(number, record)| {
            vec![
                Html::text(&number.to_string()),
                when.moment_html(record.at),
                Html::text(&record.who),
                Html::text(&record.what),
                Html::text(&record.subject),
                Html::text(&record.detail),
            ]
        })
        .collect();
    let (number, time, who, what, subject, detail) = (
        say.text("log-number"),
        say.text("log-time"),
        say.text("log-who"),
        say.text("log-what"),
        say.text("log-subject"),
        say.text("log-detail"),
    );
    let head = [&number, &time, &who, &what, &subject, &detail].map(String::as_str);
    let tally = desk.inner.receiver.tally();
    let mut frames = vec![
        vec![
            Html::text(&say.text("frames-acknowledged")),
            Html::text(&tally.acknowledged.to_string()),
        ],
        vec![
            Html::text(&say.text("frames-repeated")),
            Html::text(&tally.repeated.to_string()),
        ],
    ];
    frames.extend(tally.refused.iter().map(|(refusal, count)| {
        let key = match refusal {
            crate::receiver::Refusal::Form => "frames-form",
            crate::receiver::Refusal::Crc => "frames-crc",
            crate::receiver::Refusal::UnknownAccount => "frames-account",
            crate::receiver::Refusal::Policy => "frames-policy",
            crate::receiver::Refusal::WrongKey => "frames-key",
            crate::receiver::Refusal::OutOfWindow => "frames-time",
            crate::receiver::Refusal::Unreadable => "frames-unreadable",
            crate::receiver::Refusal::Flood => "frames-flood",
            crate::receiver::Refusal::Unavailable => "frames-unavailable",
        };
        vec![Html::text(&say.text(key)), Html::text(&count.to_string())]
    }));
    let failing = if desk.inner.audit.is_failing() {
        notice(Tone::Attention, &say.text("log-failing"), &Html::empty())
    } else {
        Html::empty()
    };
    let older = records
        .last()
        .map(|(number, _)| *number)
        .filter(|_| records.len() == PAGE);
    let body = Html::of(&LogPage {
        say,
        failing,
        frames: table(
            &say.text("frames-title"),
            &[&say.text("frames-what"), &say.text("frames-count")],
            &frames,
        ),
        entries: table(&say.text("place-log"), &head, &rows),
        older,
    });
    Ok(shell_page(
        &at.seat,
        Place::Log,
        &say.text("place-log"),
        body,
        StatusCode::OK,
    ))
}
