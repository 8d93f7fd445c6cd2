//! Use case 1 (T2-4): shutters by schedule. The demo takes the part of a resident's program: it sets a schedule over the
//! API and then only looks.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use http::Method;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tomori_smart_home::ScheduleId;
use tomori_smart_home::schedule::Firing;

use super::super::client::Api;
use super::super::step::{Teller, UseCase};
use super::super::town::Town;
use super::{LOOK_EVERY, PATIENCE, time, wait};
use crate::words::say;

/// Plays it.
///
/// # Errors
/// The step that failed, and why.
pub(super) async fn play(town: &Town, teller: Teller) -> Result<()> {
    let api = Api::new(town.world.web, town.paper.token.clone());
    let (zone, lang) = (TimeZone::get("Asia/Tokyo")?, teller.lang);
    let failed = |step: u8| move || teller.failed(UseCase::Shutters, step);
    let tell = |step: u8, at: Timestamp, detail: String| teller.tell(UseCase::Shutters, step, at, detail);

    let shutter = shutter(&api).await.with_context(failed(1))?;
    let set_at = town.world.house_clock.now();
    let moment = zone.to_datetime(next_minute(set_at));
    let schedule = set_schedule(&api, town, &shutter.0, moment.time())
        .await
        .with_context(failed(1))?;
    tell(
        1,
        set_at,
        say(
            lang,
            "demo-detail-1",
            &[
                ("device", shutter.1.as_str().into()),
                ("time", moment.strftime("%H:%M").to_string().into()),
            ],
        ),
    );

    let id = Firing::command_id(&schedule, moment.date()).context("the schedule's id makes no command id")?;
    let path = format!("/api/v1/homes/{}/commands/{id}", town.paper.home);
    let command = wait(&api, &path, instructed).await.with_context(failed(2))?;
    tell(
        2,
        time(&command, "issuedAt")?,
        say(lang, "demo-detail-2", &[("command", id.as_str().into())]),
    );

    let command = wait(&api, &path, |command| {
        command.get("deliveredAt").is_some_and(|at| !at.is_null())
    })
    .await
    .with_context(failed(3))?;
    tell(3, time(&command, "deliveredAt")?, say(lang, "demo-detail-3", &[]));

    let command = wait(&api, &path, |command| {
        command.get("endedAt").is_some_and(|at| !at.is_null())
    })
    .await
    .with_context(failed(4))?;
    if command.get("stage").and_then(Value::as_str) != Some("observed") {
        bail!("{}: {command}", failed(4)());
    }
    let seen = format!("/elapi/v1/devices/{}/properties/openCloseStatus", shutter.0);
    let seen = api.get(&seen).await.with_context(failed(4))?;
    if seen.get("openCloseStatus").and_then(Value::as_str) != Some("fullyOpen") {
        bail!("{}: {seen}", failed(4)());
    }
    tell(
        4,
        time(&command, "endedAt")?,
        say(lang, "demo-detail-4", &[("device", shutter.1.as_str().into())]),
    );
    Ok(())
}

fn instructed(command: &Value) -> bool {
    command.pointer("/origin/by").and_then(Value::as_str) == Some("schedule")
}

/// A shutter of the house that answers and is closed: its id and name.
async fn shutter(api: &Api) -> Result<(String, String)> {
    let end = Instant::now() + PATIENCE;
    loop {
        let devices = api.get("/elapi/v1/devices").await?;
        for device in devices.get("devices").and_then(Value::as_array).into_iter().flatten() {
            let field = |name: &str| device.get(name).and_then(Value::as_str);
            let (Some(id), Some(name), Some("electricRainDoor")) = (field("id"), field("name"), field("deviceType"))
            else {
                continue;
            };
            let state = api.get(&format!("/elapi/v1/devices/{id}/properties")).await?;
            if state.get("openCloseStatus").and_then(Value::as_str) == Some("fullyClosed") {
                return Ok((id.to_owned(), name.to_owned()));
            }
        }
        if Instant::now() >= end {
            bail!("no closed shutter answers");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn set_schedule(api: &Api, town: &Town, device: &str, time: Time) -> Result<ScheduleId> {
    let body = json!({
        "device": device,
        "property": "openCloseOperation",
        "value": "open",
        "weekdays": 0b111_1111,
        "moment": { "at": "clock", "time": time.strftime("%H:%M:%S").to_string() },
        "holidaysOff": false,
        "pause": { "pause": "running" },
    });
    let path = format!("/api/v1/homes/{}/schedules", town.paper.home);
    let made = api.send(Method::POST, &path, &body).await?;
    let id = made
        .get("id")
        .and_then(Value::as_str)
        .context("the schedule has no id")?;
    Ok(id.parse()?)
}

/// The next full minute that is at least three seconds away, on the clock of the house.
fn next_minute(now: Timestamp) -> Timestamp {
    let soon = now + SignedDuration::from_secs(3);
    Timestamp::from_second((soon.as_second() + 59).div_euclid(60) * 60).unwrap_or(soon)
}
