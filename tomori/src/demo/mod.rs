//! The demo: the whole system on one machine, furnished, running, and told step by step.
//!
//! `tomori demo` keeps it running until Ctrl-C and goes on the next time where it stopped; `tomori demo --once` plays use
//! case 1 and ends. In both, every box has its own folder, its own sockets and its own configuration file, and the demo
//! itself looks at the service from outside, over its API.

mod client;
mod paper;
mod play;
mod seed;
mod step;
mod timeline;
mod town;
mod world;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tomori_runtime::clock::{SharedClock, SystemClock};
use tomori_runtime::i18n::Lang;

use self::client::Api;
use self::paper::{Account, Paper};
use self::town::Town;
use self::world::World;
use crate::boxes::{Complaint, until_asked};
use crate::cli::DemoWish;
use crate::screen;
use crate::words::say;

const PAPER: &str = "demo.json";

/// Runs the demo as wished.
///
/// # Errors
/// When something of it cannot start, or a step of the use case fails.
pub async fn run(wish: &DemoWish, data: &Path, lang: Lang) -> Result<(), Complaint> {
    let outcome = if wish.once {
        play::once(wish, lang).await
    } else {
        stay(wish, data, lang).await
    };
    outcome.map_err(|error| Complaint(say(lang, "demo-failed", &[("why", format!("{error:#}").into())])))
}

async fn stay(wish: &DemoWish, data: &Path, lang: Lang) -> anyhow::Result<()> {
    let folder = data.join("demo");
    let world = World::choose(wish, &folder, None)?;
    let town = Town::start(world, wish.processes, lang).await?;
    screen::line(&greeting(&town, lang));
    let api = Api::new(town.world.web, town.paper.token.clone());
    let outcome = tokio::select! {
        told = timeline::tell(&api, &town, lang) => told,
        () = until_asked() => {
            screen::line(&say(lang, "demo-stopping", &[]));
            Ok(())
        }
        ended = town.ended() => Err(anyhow::anyhow!(ended)),
    };
    town.stop().await;
    outcome
}

fn greeting(town: &Town, lang: Lang) -> String {
    let clock: SharedClock = town.world.wall_clock.clone();
    let mut text = say(
        lang,
        "demo-greeting",
        &[
            ("app", format!("http://localhost:{}", town.world.web.port()).into()),
            (
                "operator",
                format!("http://localhost:{}/operator", town.world.web.port()).into(),
            ),
            (
                "house",
                format!("http://localhost:{}", town.world.house_page.port()).into(),
            ),
            (
                "door",
                format!("https://localhost:{}", town.world.home_door.port()).into(),
            ),
            ("data", town.world.folder.display().to_string().into()),
        ],
    );
    text.push('\n');
    text.push_str(&codes(&town.paper, &clock, lang));
    text
}

/// Prints the one-time codes of the demo's people.
///
/// # Errors
/// When there is no demo yet.
pub fn print_codes(data: &Path, lang: Lang) -> Result<(), Complaint> {
    let path = data.join("demo").join(PAPER);
    let paper = Paper::read(&path)
        .and_then(|paper| paper.context("no demo has run yet"))
        .map_err(|error| Complaint(say(lang, "demo-no-paper", &[("why", format!("{error:#}").into())])))?;
    let clock: SharedClock = Arc::new(SystemClock);
    screen::line(&codes(&paper, &clock, lang));
    Ok(())
}

fn codes(paper: &Paper, wall_clock: &SharedClock, lang: Lang) -> String {
    let line = |account: &Account| {
        say(
            lang,
            "demo-account",
            &[
                ("name", account.name.as_str().into()),
                ("login", account.email.as_str().into()),
                ("password", account.password.as_str().into()),
                (
                    "code",
                    seed::one_time_code(&account.second_factor, wall_clock.now())
                        .unwrap_or_default()
                        .into(),
                ),
            ],
        )
    };
    let accounts = paper.residents.iter().chain([&paper.operator]);
    let mut text = accounts.map(line).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text.push_str(&say(lang, "demo-codes", &[]));
    text
}
