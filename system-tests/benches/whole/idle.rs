//! Five thousand gateways on one platform: what each costs while it is silent, and how fast all of them come back. Next to
//! it a server that does nothing but the TLS handshake and holds the connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use jiff::Timestamp;
use tomori_system_tests::dial::Dial;
use tomori_system_tests::ground::allow_files;
use tomori_system_tests::world::World;

use crate::fleet::{self, Gateway, Line};
use crate::floor::handshake::{Bare, Floor};
use crate::report::{Figure, remark};
use crate::{boxes, process};

const GATEWAYS: usize = 5_000;
/// Gateways that come and go before anything is counted: threads, caches and tables have their size then.
const WARM: usize = 250;
/// Connections that are being made at the same time.
const AT_ONCE: usize = 64;
/// Long enough for some pings, and for what belongs to connecting to be given back.
const SILENCE: Duration = Duration::from_secs(12);

pub(crate) async fn measure() -> Result<()> {
    allow_files(GATEWAYS * 2)?;
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let services = world.platform.services()?.clone();
    let began = Instant::now();
    let gateways = fleet::enrol(&services, GATEWAYS).await?;
    remark(&format!(
        "{GATEWAYS} gateways enrolled in {:.1} s",
        began.elapsed().as_secs_f64()
    ));
    let certificates = tempfile::tempdir()?;
    fleet::write_server(&services, certificates.path())?;
    drop(services);
    world.platform.stop().await?;

    let link = world.platform.config.link.listen;
    let platform = boxes::platform(&world).await?;
    let warm = gateways.get(..WARM).unwrap_or_default();
    drop(connect(link, warm, 0).await?);
    tokio::time::sleep(SILENCE).await;
    let before = process::resident(platform.pid())?;
    let lines = connect(link, &gateways, 0).await?;
    tokio::time::sleep(SILENCE).await;
    let each = process::resident(platform.pid())?.saturating_sub(before) as f64 / GATEWAYS as f64 / 1e3;
    // The homes are alike, and so are their plans.
    let version = lines.first().map_or(0, |line| line.plan_version);
    drop(lines);
    // Everybody's farewell is noted before everybody comes back.
    tokio::time::sleep(SILENCE).await;
    let began = Instant::now();
    let lines = connect(link, &gateways, version).await?;
    let rate = GATEWAYS as f64 / began.elapsed().as_secs_f64();
    ensure!(lines.len() == GATEWAYS, "only {} came back", lines.len());
    drop((lines, platform));

    let floor = Floor::start(certificates.path())?;
    drop(bare(&floor, warm).await?);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = process::resident(floor.pid())?;
    let began = Instant::now();
    let held = bare(&floor, &gateways).await?;
    let bare_rate = GATEWAYS as f64 / began.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let bare_each = process::resident(floor.pid())?.saturating_sub(before) as f64 / GATEWAYS as f64 / 1e3;
    drop(held);

    Figure::new(&format!("idle: memory of a silent gateway, of {GATEWAYS}"), each, "kB")
        .beside("bare rustls connection", bare_each)
        .goal("≤ 30")
        .say();
    Figure::new(&format!("reconnect: {GATEWAYS} gateways, each greeted"), rate, "1/s")
        .beside("bare rustls handshakes", bare_rate)
        .note("platform and gateways share the machine")
        .say();
    Ok(())
}

async fn connect(link: SocketAddr, gateways: &[Gateway], plan_version: u64) -> Result<Vec<Line>> {
    iter(gateways)
        .map(|gateway| gateway.connect(link, plan_version))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn bare(floor: &Floor, gateways: &[Gateway]) -> Result<Vec<Bare>> {
    iter(gateways)
        .map(|gateway| floor.connect(Arc::clone(&gateway.tls)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
