//! The demo: the whole system on one machine, furnished, running, and told step by step.
//!
//! `tomori demo` keeps it running until Ctrl-C and goes on the next time where it stopped; `tomori demo --once` plays use
//! case 1 and ends. In both, every box has its own folder, its own sockets and its own configuration file, and the demo
//! itself looks at the service from outside, over its API.

mod client;
mod company;
mod greeting;
mod offline;
mod paper;
mod play;
mod seat;
mod seed;
mod step;
mod timeline;
mod town;
mod words;
mod world;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tomori_runtime::clock::{SharedClock, SystemClock};
use tomori_runtime::i18n::Lang;

use self::client::Api;
use self::paper::Paper;
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
    let api = Api::new(town.world.web, town.paper.token.clone());
    screen::line(&greeting::greeting(&town, &api, lang).await);
    let outcome = tokio::select! {
        told = timeline::tell(&api, &town, lang) => told,
        ended = watch(&town, data, lang) => ended,
        () = until_asked() => {
            screen::line(&say(lang, "demo-stopping", &[]));
            Ok(())
        }
    };
    town.stop().await;
    outcome
}

/// Tells of each box that ends by itself, and shows new codes to whoever presses Enter; until nothing can go on.
async fn watch(town: &Town, data: &Path, lang: Lang) -> anyhow::Result<()> {
    let mut presses = presses();
    loop {
        tokio::select! {
            ended = town.ended() => {
                let Some(again) = ended.again else {
                    anyhow::bail!("{}: {}", words::of_box(ended.name, lang), ended.why);
                };
                let args = [("box", words::of_box(ended.name, lang).into()), ("why", ended.why.into())];
                screen::line(&say(lang, "demo-box-ended", &args));
                screen::line(&format!("  {again}"));
            }
            Some(()) = presses.recv() => {
                screen::line(&greeting::codes(&town.paper, data, &town.world.wall_clock, lang));
            }
        }
    }
}

/// Each press of Enter, where somebody sits in front.
fn presses() -> tokio::sync::mpsc::Receiver<()> {
    let (press, presses) = tokio::sync::mpsc::channel(1);
    if screen::is_terminal() {
        // A thread of its own: it waits for a key until the program ends, and the program does not wait for it.
        std::thread::spawn(move || {
            for line in std::io::stdin().lines() {
                if line.is_err() || press.blocking_send(()).is_err() {
                    break;
                }
            }
        });
    }
    presses
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
    screen::line(&greeting::codes(&paper, data, &clock, lang));
    Ok(())
}
