//! Control inside the house, without a platform: a resident's wish at the gateway, one ECHONET Lite Set, and the look that
//! confirms it. Next to it, what the network and the disk alone take.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use tomori_smart_home::property::name;
use tomori_smart_home::{DeviceKind, PropertyValue, Stage};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{Plan, World};

use crate::boxes;
use crate::floor;
use crate::report::Spans;

const TIMES: usize = 300;
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn measure() -> Result<()> {
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let plan = Plan {
        has_wan: false,
        ..Plan::of(vec![DeviceKind::GeneralLighting])
    };
    world.build(plan).await?;
    let house = world.house_mut(0)?;
    boxes::as_delivered(&mut house.config);
    house.start().await?;
    let house = world.house(0)?;
    let inside = house.inside().context("the gateway does not run")?;
    until("the gateway knows the light", async || {
        let view = inside.view();
        Ok(view
            .devices
            .iter()
            .any(|device| device.reports.contains_key(&name::operation_status())))
    })
    .await?;
    world.platform.stop().await?;

    let house = world.house(0)?;
    let (device, resident) = (house.device(0)?, house.resident.clone());
    let mut changes = inside.changes();
    let mut spans = Spans::default();
    for time in 0..TIMES {
        let value = PropertyValue::Boolean(time % 2 == 0);
        let began = Instant::now();
        let command = inside
            .command(device.clone(), name::operation_status(), value, resident.clone())
            .await
            .map_err(|reason| anyhow::anyhow!("the gateway refuses: {reason:?}"))?;
        let ended = async {
            loop {
                let stage = inside.find(&command.id).map(|view| view.stage().clone());
                match stage {
                    Some(stage) if stage.is_final() => return stage,
                    // Whoever missed some changes looks again.
                    _ => drop(changes.recv().await),
                }
            }
        };
        let stage = tokio::time::timeout(PATIENCE, ended)
            .await
            .context("the light never shows it")?;
        spans.add(began.elapsed());
        ensure!(stage == Stage::Observed, "the command ended as {stage:?}");
    }
    let network = floor::bare::round_trips(TIMES).await?;
    let disk = floor::bare::syncs(world.folder.path(), TIMES)?;
    spans.say(
        "local: a light, from the wish to its confirmation",
        Some(("bare UDP round trip", &network)),
    );
    disk.say("local: floor, one bare write and fdatasync", None);
    Ok(())
}
