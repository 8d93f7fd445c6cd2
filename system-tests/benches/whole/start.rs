//! How long until there is a system: the demo from nothing and again, the platform and the gateway alone.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use tomori_system_tests::dial::Dial;
use tomori_system_tests::world::{Plan, World};

use crate::boxes::{self, Running};
use crate::report::Spans;

const TIMES: usize = 5;

pub(crate) async fn measure() -> Result<()> {
    let (mut first, mut again) = (Spans::default(), Spans::default());
    for _ in 0..TIMES {
        let folder = tempfile::tempdir()?;
        first.add(demo(folder.path())?);
        again.add(demo(folder.path())?);
    }
    say("the demo, for the first time", &first);
    say("the demo, again", &again);

    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let plan = Plan {
        has_wan: false,
        has_door: true,
        ..Plan::shutters(1)
    };
    world.build(plan).await?;
    world.platform.stop().await?;
    let (mut platform, mut gateway) = (Spans::default(), Spans::default());
    for _ in 0..TIMES {
        let began = Instant::now();
        let running = boxes::platform(&world).await?;
        platform.add(began.elapsed());
        let house = world.house(0)?;
        let door = house.config.home.listen.context("the gateway has no door")?;
        let began = Instant::now();
        let gateway_running = boxes::gateway(house)?;
        boxes::until_open(door).await?;
        gateway.add(began.elapsed());
        drop((gateway_running, running));
    }
    say("the platform alone", &platform);
    say("the gateway alone", &gateway);
    Ok(())
}

fn say(what: &str, spans: &Spans) {
    let name = format!("start: {what}, until it is ready");
    let figure = crate::report::Figure::new(&name, spans.millis(50), "ms").goal("≤ 2 000");
    figure
        .note(format!(
            "the middle of {TIMES}; the slowest {:.0} ms",
            spans.millis(100)
        ))
        .say();
}

/// `tomori demo` until it greets: every box runs, the gateway is connected and has its plan.
fn demo(folder: &std::path::Path) -> Result<Duration> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new(boxes::tomori()?);
    command
        .args(["demo", "--lang", "en", "--port", &port.to_string(), "--data"])
        .arg(folder)
        .stdout(Stdio::piped());
    let began = Instant::now();
    let mut running = Running::start(&mut command)?;
    let mut line = String::new();
    BufReader::new(running.stdout()?)
        .read_line(&mut line)
        .context("the demo's greeting")?;
    ensure!(!line.is_empty(), "the demo ended without a word");
    Ok(began.elapsed())
}
