//! The live timeline: what happens in the demo's house, told as it happens, from what the API shows.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use tomori_runtime::i18n::Lang;

use super::client::{Api, ApiError};
use super::step::{Step, UseCase};
use super::town::Town;
use super::words::{self, text};
use crate::screen;
use crate::words::say;

const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What was told already.
#[derive(Default)]
struct Told {
    schedules: HashMap<String, u64>,
    steps: HashSet<(String, u8)>,
    entries: HashSet<u64>,
    names: HashMap<String, String>,
}

/// Tells until it is dropped.
///
/// # Errors
/// When the API refuses what it must not refuse.
pub(super) async fn tell(api: &Api, town: &Town, lang: Lang) -> Result<()> {
    let zone = TimeZone::get("Asia/Tokyo")?;
    let home = &town.paper.home;
    let mut told = Told::default();
    let mut is_first = true;
    loop {
        let mut events = match api.events(&format!("/api/v1/homes/{home}/events")).await {
            Ok(events) => events,
            Err(error) if error.may_pass() => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        loop {
            match look(api, town, &mut told, lang).await {
                // What is there at the start happened before; it is not news.
                Ok(lines) if is_first => drop(lines),
                Ok(lines) => lines.iter().for_each(|step| screen::line(&step.line(&zone, lang))),
                Err(error) if error.may_pass() => break,
                Err(error) => return Err(error.into()),
            }
            is_first = false;
            tokio::select! {
                event = events.next() => if event.is_none() { break },
                () = tokio::time::sleep(LOOK_AGAIN) => (),
            }
        }
    }
}

enum Line {
    Step(Step),
    Other(Timestamp, String),
}

impl Line {
    fn line(&self, zone: &TimeZone, lang: Lang) -> String {
        match self {
            Self::Step(step) => step.sentence(zone, lang),
            Self::Other(at, text) => {
                let time = zone.to_datetime(*at).strftime("%H:%M:%S").to_string();
                say(
                    lang,
                    "demo-line",
                    &[("time", time.into()), ("what", text.as_str().into())],
                )
            }
        }
    }
}

async fn look(api: &Api, town: &Town, told: &mut Told, lang: Lang) -> Result<Vec<Line>, ApiError> {
    let home = &town.paper.home;
    let mut lines = Vec::new();
    // Devices come, and what those did that went still has to be told.
    told.names.extend(words::names(api).await?);
    let schedules = api.get(&format!("/api/v1/homes/{home}/schedules")).await?;
    for schedule in schedules.as_array().map(Vec::as_slice).unwrap_or_default() {
        let (Some(id), version) = (text(schedule, "id"), schedule.get("version").and_then(Value::as_u64)) else {
            continue;
        };
        let version = version.unwrap_or_default();
        if told.schedules.insert(id.to_owned(), version) != Some(version) {
            let device = name(told, text(schedule, "device").unwrap_or_default());
            let time = moment(schedule, lang);
            let detail = say(
                lang,
                "demo-detail-1",
                &[("device", device.into()), ("time", time.into())],
            );
            lines.push(Line::Step(Step::new(
                UseCase::Shutters,
                1,
                town.world.house_clock.now(),
                detail,
                lang,
            )));
        }
    }
    let history = api.get(&format!("/api/v1/homes/{home}/history?limit=50")).await?;
    for entry in array(&history, "entries").iter().rev() {
        match text(entry, "happened") {
            Some("command") => command(entry.get("command").unwrap_or(&Value::Null), told, &mut lines, lang),
            Some(happened) => other(entry, happened, told, &mut lines, lang),
            None => (),
        }
    }
    Ok(lines)
}

fn command(command: &Value, told: &mut Told, lines: &mut Vec<Line>, lang: Lang) {
    let Some(id) = text(command, "id").map(str::to_owned) else {
        return;
    };
    let device = name(told, text(command, "device").unwrap_or_default());
    let is_scheduled = command.pointer("/origin/by").and_then(Value::as_str) == Some("schedule");
    let stage = text(command, "stage").unwrap_or_default();
    let end = if stage == "observed" {
        ("demo-detail-4", "demo-line-done")
    } else {
        ("demo-detail-4-failed", "demo-line-failed")
    };
    let marks = [
        (2, "issuedAt", "demo-line-due", "demo-line-wished"),
        (3, "deliveredAt", "demo-detail-3", "demo-line-delivered"),
        (4, "endedAt", end.0, end.1),
    ];
    for (step, field, scheduled_key, other_key) in marks {
        let Some(at) = text(command, field).and_then(|at| at.parse::<Timestamp>().ok()) else {
            continue;
        };
        if !told.steps.insert((id.clone(), step)) {
            continue;
        }
        let args = [
            ("device", device.as_str().into()),
            ("deed", words::deed(command, lang).into()),
            ("why", words::why(command, lang).into()),
        ];
        lines.push(if is_scheduled {
            Line::Step(Step::new(
                UseCase::Shutters,
                step,
                at,
                say(lang, scheduled_key, &args),
                lang,
            ))
        } else {
            Line::Other(at, say(lang, other_key, &args))
        });
    }
}

fn other(entry: &Value, happened: &str, told: &mut Told, lines: &mut Vec<Line>, lang: Lang) {
    let number = entry.get("number").and_then(Value::as_u64).unwrap_or_default();
    if !told.entries.insert(number) {
        return;
    }
    let key = match happened {
        "handOperation" => "demo-line-hand",
        "deviceLost" => "demo-line-lost",
        "deviceAppeared" => "demo-line-appeared",
        "unknownNode" => "demo-line-unknown",
        "impersonation" => "demo-line-impersonation",
        "firingMissed" => "demo-line-missed",
        "gatewayConnected" => "demo-line-connected",
        "gatewayLost" => "demo-line-disconnected",
        _ => return,
    };
    let Some(at) = text(entry, "at").and_then(|at| at.parse().ok()) else {
        return;
    };
    let device = name(told, text(entry, "device").unwrap_or_default());
    lines.push(Line::Other(at, say(lang, key, &[("device", device.into())])));
}

fn array<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn name(told: &Told, id: &str) -> String {
    told.names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// The moment of a schedule: `7:00`, or in words.
fn moment(schedule: &Value, lang: Lang) -> String {
    let at = schedule.pointer("/moment/at").and_then(Value::as_str);
    match at {
        Some("sunrise") => say(lang, "demo-moment-sunrise", &[]),
        Some("sunset") => say(lang, "demo-moment-sunset", &[]),
        _ => {
            let time = schedule.pointer("/moment/time").and_then(Value::as_str);
            time.and_then(|time| time.get(..5)).unwrap_or_default().to_owned()
        }
    }
}
