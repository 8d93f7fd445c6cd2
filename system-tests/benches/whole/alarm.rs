//! From a window that is opened to the operator's board: a sensor with a certificate publishes, the gateway makes it durable
//! and decides, the platform makes it durable, the company's server makes it durable, and the browser shows it.
//!
//! Gateway, platform and the company's server run as processes of their own, the sensors in this one; between them are MQTT,
//! gRPC and HTTP over mutual TLS, and the board's event stream. Beside it the floor of the same run: one `fdatasync` and two
//! round trips over TLS.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tomori_device::appliance::Hand;
use tomori_platform::services::dispatch::Step;
use tomori_smart_home::{CompanyId, DeviceKind};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{Plan, World, guard};

use crate::floor::{bare, handshake};
use crate::report::{Figure, Spans};
use crate::{boxes, company, fleet};

const WINDOWS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two windows; nobody opens two at once.
const PAUSE: Duration = Duration::from_millis(250);
const ROUND_TRIPS: usize = 500;

pub(crate) async fn measure() -> Result<()> {
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let company = armed(&mut world, vec![DeviceKind::OpenCloseSensor; WINDOWS], None).await?;
    let prepared = company::prepare(&world, &company).await?;
    let certificates = tempfile::tempdir()?;
    let services = world.platform.services()?.clone();
    fleet::write_server(&services, certificates.path())?;
    let floor = floor(&services, &world, certificates.path()).await?;
    drop(services);
    world.house_mut(0)?.stop().await?;
    world.platform.stop().await?;
    let platform = boxes::platform(&world).await?;
    let gateway = boxes::gateway(world.house(0)?)?;
    let office = company::start(&world, prepared).await?;
    let devices = &world.house(0)?.devices;
    until("every window is heard again", async || {
        let heard = |number| {
            devices
                .node(&format!("thing-{number}"))
                .map(|node| node.voice.is_some_and(|voice| voice.heard))
        };
        Ok((0..WINDOWS).all(|number| heard(number).unwrap_or(false)))
    })
    .await?;
    // What was retained is read right after that.
    tokio::time::sleep(Duration::from_secs(2)).await;

    let mut changes = Box::pin(office.board.changes().await?);
    let (mut shown, mut opened) = (Spans::default(), Vec::new());
    for number in 0..WINDOWS {
        let began = (Instant::now(), Timestamp::now());
        devices.operate_by_hand(&format!("thing-{number}"), Hand::Open)?;
        let seen = async {
            while !shows(&office.board.part().await?, number + 1) {
                changes.next().await.context("the board's event stream ended")??;
            }
            Ok::<_, anyhow::Error>(())
        };
        let within = tokio::time::timeout(PATIENCE, seen).await;
        within.with_context(|| format!("the board never shows window {number}"))??;
        shown.add(began.0.elapsed());
        opened.push(began.1);
        tokio::time::sleep(PAUSE).await;
    }
    drop((office, gateway, platform));

    world.platform.restart().await?;
    let stored = stored(&world, &company).await?;
    ensure!(
        stored.len() == WINDOWS,
        "{} of {WINDOWS} alarms are on the platform",
        stored.len()
    );
    let mut durable = Spans::default();
    for (opened, stored) in opened.iter().zip(stored) {
        durable.add(Duration::try_from(stored.duration_since(*opened)).context("stored before it was opened")?);
    }
    let beside = Some(("one fdatasync and two round trips over TLS", &floor));
    durable.say("alarm: from the window to the platform's commit", beside);
    shown.say("alarm: from the window to the operator's board", beside);
    Figure::new(
        "alarm: the board beside the floor, p50",
        shown.millis(50) / floor.millis(50),
        "×",
    )
    .goal("≤ 3")
    .note("three commits and five hops lie between: the gateway's, the platform's and the company's")
    .say();
    Ok(())
}

/// Whether the board shows so many alarms of the house.
fn shows(part: &str, alarms: usize) -> bool {
    match alarms {
        1 => part.contains("href=\"/cases/"),
        more => part.contains(&format!("{more} alarms")),
    }
}

/// A house of such things with certificates, whose windows are guarded by a company with that root, armed.
pub(crate) async fn armed(world: &mut World, things: Vec<DeviceKind>, root: Option<String>) -> Result<CompanyId> {
    let plan = Plan {
        has_certificates: true,
        has_wan: false,
        ..Plan::of(things.clone())
    };
    world.build(plan).await?;
    boxes::as_delivered(&mut world.house_mut(0)?.config);
    world.house_mut(0)?.config.security_company.root = root;
    world.house_mut(0)?.start().await?;
    let house = world.house(0)?;
    let inside = house.inside().context("the gateway runs")?;
    let mqtt = inside.mqtt().context("there is a door for devices")?;
    let door = house
        .config
        .devices
        .enrol
        .context("there is a door for codes")?
        .to_string();
    for (number, device) in house.ids().iter().enumerate() {
        until("the gateway knows the device", async || Ok(mqtt.code(device).is_ok())).await?;
        let code = mqtt.code(device)?.to_string();
        house.devices.enrol(&format!("thing-{number}"), &door, &code).await?;
    }
    let windows = house.ids().iter().zip(&things);
    let windows = windows.filter(|(_, kind)| **kind == DeviceKind::OpenCloseSensor);
    let windows = windows.map(|(device, _)| device.clone()).collect();
    guard::by_a_company(world, windows).await
}

/// When each alarm was durable on the platform, in order.
async fn stored(world: &World, company: &CompanyId) -> Result<Vec<Timestamp>> {
    let dispatch = &world.platform.services()?.dispatch;
    let changes = dispatch.changes_after(company, 0, 1_000).await?;
    let alarms = changes
        .into_iter()
        .filter(|change| matches!(change.entry.step, Step::Alarm { .. }));
    Ok(alarms.map(|change| change.entry.stored_at).collect())
}

/// The disk and the network alone, in the same run.
async fn floor(
    services: &tomori_platform::server::Services,
    world: &World,
    certificates: &std::path::Path,
) -> Result<Spans> {
    let gateway = fleet::enrol(services, 1).await?.pop().context("no gateway")?;
    let server = handshake::Floor::start(certificates)?;
    let mut line = server.connect(gateway.tls).await?;
    let trips = handshake::round_trips(&mut line, ROUND_TRIPS).await?;
    let syncs = bare::syncs(world.folder.path(), ROUND_TRIPS)?;
    Ok(syncs.plus(&trips, 2))
}
