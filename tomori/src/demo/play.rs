//! `tomori demo --once`: use case 1, played once against a system that is made for it and gone afterwards.
//!
//! The demo takes the part of a resident's program: it sets a schedule over the API and then only looks. Every step is
//! told when the service itself shows that it happened.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::Method;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::ScheduleId;
use tomori_smart_home::schedule::Firing;

use super::client::{Api, ApiError};
use super::step::{Step, title};
use super::town::Town;
use super::world::World;
use crate::cli::DemoWish;
use crate::screen;
use crate::words::say;

/// How long one step may take, by the real clock.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The house's day begins so long before seven.
const BEFORE_SEVEN: SignedDuration = SignedDuration::from_secs(20);

/// Plays the use case.
///
/// # Errors
/// The step that failed, and why.
pub(super) async fn once(wish: &DemoWish, lang: Lang) -> Result<()> {
    let folder = Folder::make()?;
    // In one process the house's clock begins just before seven; processes of their own share nothing but the real one.
    let start = if wish.processes { None } else { Some(before_seven()?) };
    let speed = if wish.processes { 1.0 } else { wish.speed };
    let world = World::choose(&DemoWish { speed, ..wish.clone() }, &folder.path, start)?;
    let town = Town::start(world, wish.processes, lang)
        .await
        .context("the system does not start")?;
    let outcome = tokio::select! {
        played = play(&town, wish.json, lang) => played,
        ended = town.ended() => Err(anyhow::anyhow!("{}: {}", ended.name, ended.why)),
        () = crate::boxes::until_asked() => Err(anyhow::anyhow!(say(lang, "demo-interrupted", &[]))),
    };
    town.stop().await;
    outcome
}

async fn play(town: &Town, as_json: bool, lang: Lang) -> Result<()> {
    let api = Api::new(town.world.web, town.paper.token.clone());
    let zone = TimeZone::get("Asia/Tokyo")?;
    let tell = |step: Step| {
        screen::line(&if as_json {
            step.json()
        } else {
            step.sentence(&zone, lang)
        })
    };
    let failed = |step: u8| {
        move || {
            say(
                lang,
                "demo-step-failed",
                &[("step", i64::from(step).into()), ("title", title(step, lang).into())],
            )
        }
    };

    let shutter = shutter(&api).await.with_context(failed(1))?;
    let set_at = town.world.house_clock.now();
    let moment = zone.to_datetime(next_minute(set_at));
    let schedule = set_schedule(&api, town, &shutter.0, moment.time())
        .await
        .with_context(failed(1))?;
    tell(Step::new(
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
        lang,
    ));

    let id = Firing::command_id(&schedule, moment.date()).context("the schedule's id makes no command id")?;
    let path = format!("/api/v1/homes/{}/commands/{id}", town.paper.home);
    let command = wait(&api, &path, instructed).await.with_context(failed(2))?;
    tell(Step::new(
        2,
        time(&command, "issuedAt")?,
        say(lang, "demo-detail-2", &[("command", id.as_str().into())]),
        lang,
    ));

    let command = wait(&api, &path, |command| {
        command.get("deliveredAt").is_some_and(|at| !at.is_null())
    })
    .await
    .with_context(failed(3))?;
    tell(Step::new(
        3,
        time(&command, "deliveredAt")?,
        say(lang, "demo-detail-3", &[]),
        lang,
    ));

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
    tell(Step::new(
        4,
        time(&command, "endedAt")?,
        say(lang, "demo-detail-4", &[("device", shutter.1.as_str().into())]),
        lang,
    ));
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

async fn wait(api: &Api, path: &str, until: impl Fn(&Value) -> bool) -> Result<Value> {
    let end = Instant::now() + PATIENCE;
    loop {
        let last = match api.get(path).await {
            Ok(found) if until(&found) => return Ok(found),
            Ok(found) => found.to_string(),
            Err(ApiError::Refused {
                status: http::StatusCode::NOT_FOUND,
                ..
            }) => "not there yet".to_owned(),
            Err(error) => return Err(error.into()),
        };
        if Instant::now() >= end {
            bail!("{path}: not within {} s; it stands at {last}", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn time(command: &Value, field: &str) -> Result<Timestamp> {
    let text = command
        .get(field)
        .and_then(Value::as_str)
        .with_context(|| format!("{field} is missing"))?;
    Ok(text.parse()?)
}

/// The next full minute that is at least three seconds away, on the clock of the house.
fn next_minute(now: Timestamp) -> Timestamp {
    let soon = now + SignedDuration::from_secs(3);
    Timestamp::from_second((soon.as_second() + 59).div_euclid(60) * 60).unwrap_or(soon)
}

/// Twenty seconds before seven, today, in Tokyo.
fn before_seven() -> Result<Timestamp> {
    let zone = TimeZone::get("Asia/Tokyo")?;
    let today = zone.to_datetime(Timestamp::now()).date();
    Ok(zone.to_timestamp(today.at(7, 0, 0, 0))? - BEFORE_SEVEN)
}

/// A folder for one play, gone afterwards.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("tomori-demo-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| path.display().to_string())?;
        }
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::debug!(%error, "the play's folder is left behind");
        }
    }
}
