//! What a home gateway takes: its program's size, and its memory with fifty devices and the app at home in use.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use tomori_runtime::clock::SystemClock;
use tomori_smart_home::DeviceKind;
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until_within;
use tomori_system_tests::world::{Plan, World};

use crate::report::Figure;
use crate::{boxes, process};

const DEVICES: usize = 50;
/// So that each device is asked some times, every ten seconds.
const SPAN: Duration = Duration::from_secs(30);
const PAGES: usize = 100;

pub(crate) async fn measure() -> Result<()> {
    let size = |path: std::path::PathBuf| -> Result<f64> {
        let metadata = std::fs::metadata(&path).with_context(|| path.display().to_string())?;
        Ok(metadata.len() as f64 / 1e6)
    };
    Figure::new(
        "gateway: the program, stripped, the residents' app inside",
        size(boxes::tomori_gateway()?)?,
        "MB",
    )
    .goal("≤ 10")
    .beside("tomori, all of it", size(boxes::tomori()?)?)
    .say();

    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let kinds = [
        DeviceKind::ElectricRainDoor,
        DeviceKind::GeneralLighting,
        DeviceKind::TemperatureSensor,
        DeviceKind::HomeAirConditioner,
        DeviceKind::HumanDetectionSensor,
    ];
    let things = kinds.into_iter().cycle().take(DEVICES).collect();
    world
        .build(Plan {
            has_wan: false,
            has_door: true,
            ..Plan::of(things)
        })
        .await?;
    boxes::as_delivered(&mut world.house_mut(0)?.config);
    let house = world.house(0)?;
    let gateway = boxes::gateway(house)?;
    let state = &world.platform.services()?.device_state;
    until_within(Duration::from_secs(90), "the platform knows every device", async || {
        let seen = state.house(&house.home).await?;
        Ok(seen.devices.len() == DEVICES && seen.devices.iter().all(|device| !device.properties.is_empty()))
    })
    .await?;
    read_the_app(&world).await?;
    let peak_before = process::resident(gateway.pid())?;
    tokio::time::sleep(SPAN).await;
    read_the_app(&world).await?;
    let resident = process::resident(gateway.pid())?.max(peak_before);
    Figure::new(
        &format!("gateway: memory with {DEVICES} devices"),
        resident as f64 / 1e6,
        "MB",
    )
    .goal("≤ 15")
    .note(format!(
        "resident, after {} s of polling and {} pages of the app at home over TLS",
        SPAN.as_secs(),
        2 * PAGES
    ))
    .say();
    Ok(())
}

/// Loads pages of the app at home, as somebody's browser would.
async fn read_the_app(world: &World) -> Result<()> {
    let door = world.house(0)?.config.home.listen.context("the gateway has no door")?;
    let root = world.platform.services()?.gateways.authority_der();
    let mut tls = tomori_runtime::tls::client_config(root, None, Arc::new(SystemClock))?;
    // The client sets its own.
    tls.alpn_protocols.clear();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).build()?;
    for _ in 0..PAGES {
        let answer = client.get(format!("https://{door}/sign-in")).send().await?;
        ensure!(answer.status().is_success(), "the app at home: {}", answer.status());
        answer.bytes().await?;
    }
    Ok(())
}
