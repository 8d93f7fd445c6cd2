//! `tomori demo --once`: both use cases, each played once against a system that is made for it and gone afterwards.
//!
//! Every step is told when the service itself shows that it happened.

mod dispatch;
mod people;
mod shutter;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tomori_runtime::i18n::Lang;

use super::client::{Api, ApiError};
use super::step::Teller;
use super::town::Town;
use super::world::World;
use crate::cli::DemoWish;
use crate::words::say;

/// How long one step may take, by the real clock.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The house's day begins so long before seven.
const BEFORE_SEVEN: SignedDuration = SignedDuration::from_secs(20);

/// Plays use case 1, then use case 2.
///
/// # Errors
/// The step that failed, and why.
pub(super) async fn once(wish: &DemoWish, lang: Lang) -> Result<()> {
    let teller = Teller {
        as_json: wish.json,
        lang,
    };
    // In one process the house's clock begins just before seven; processes of their own share nothing but the real one.
    let start = if wish.processes { None } else { Some(before_seven()?) };
    let speed = if wish.processes { 1.0 } else { wish.speed };
    let world = DemoWish { speed, ..wish.clone() };
    in_a_town(&world, start, lang, async |town| shutter::play(town, teller).await).await?;
    // People sign by the clock of the world, so the house has to live by it too.
    let world = DemoWish { speed: 1.0, ..world };
    in_a_town(&world, None, lang, async |town| dispatch::play(town, teller).await).await
}

async fn in_a_town(
    wish: &DemoWish,
    start: Option<Timestamp>,
    lang: Lang,
    play: impl AsyncFnOnce(&Town) -> Result<()>,
) -> Result<()> {
    let folder = Folder::make()?;
    let world = World::choose(wish, &folder.path, start)?;
    let town = Town::start(world, wish.processes, lang)
        .await
        .context("the system does not start")?;
    let outcome = tokio::select! {
        played = play(&town) => played,
        ended = town.ended() => Err(anyhow::anyhow!("{}: {}", ended.name, ended.why)),
        () = crate::boxes::until_asked() => Err(anyhow::anyhow!(say(lang, "demo-interrupted", &[]))),
    };
    town.stop().await;
    outcome
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
