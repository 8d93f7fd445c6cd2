//! How many events a second become durable: gateways send batches over mutual TLS, and each is acknowledged after the
//! database has committed. Next to it Mosquitto with QoS 1, mutual TLS and messages of the same size, which acknowledges
//! without storing (nobody subscribes): more than it can promise for what we promise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::Timestamp;
use prost::Message as _;
use tomori_gateway_link::v1::{gateway_message, platform_message};
use tomori_gateway_link::{limits, v1};
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{DeviceId, Event, PropertyName, PropertyValue, Report};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::world::World;

use crate::fleet::{self, Gateway, Line};
use crate::floor::mqtt;
use crate::report::{Figure, remark};
use crate::{boxes, process};

const GATEWAYS: usize = 32;
const SPAN: Duration = Duration::from_secs(8);

/// How much, how fast, and at what cost to the server.
struct Pace {
    per_second: f64,
    per_core: f64,
}

pub(crate) async fn measure() -> Result<()> {
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let services = world.platform.services()?.clone();
    let gateways = fleet::enrol(&services, GATEWAYS).await?;
    let certificates = tempfile::tempdir()?;
    fleet::write_server(&services, certificates.path())?;
    drop(services);
    world.platform.stop().await?;
    let link = world.platform.config.link.listen;
    world.platform.config.link.events_per_second = 1_000_000;
    world.platform.config.link.events_burst = 10_000_000;
    let platform = boxes::platform(&world).await?;

    let mut paces = Vec::new();
    for kind in [changes as fn(u64, &DeviceId) -> Event, measurements] {
        let mut lines = Vec::new();
        for gateway in &gateways {
            lines.push((gateway.connect(link, 0).await?, gateway.device.clone()));
        }
        paces.push(pace(platform.pid(), send_all(lines, kind)).await?);
    }
    drop(platform);
    let size = v1::Event::from(&changes(1, &gateways.first().context("no gateway")?.device)).encoded_len();
    let peer = mosquitto(certificates.path(), &gateways, size).await;
    if let Err(error) = &peer {
        remark(&format!("without a peer: {error:#}"));
    }
    let kinds = ["state changes, each a row of history", "measurements, the latest kept"];
    for (pace, kind) in paces.iter().zip(kinds) {
        for (figure, peer, unit) in [
            (
                pace.per_second,
                peer.as_ref().ok().map(|peer| peer.per_second),
                "events/s",
            ),
            (
                pace.per_core,
                peer.as_ref().ok().map(|peer| peer.per_core),
                "events/s per core",
            ),
        ] {
            let figure = Figure::new(&format!("ingest: durable, {kind}"), figure, unit);
            match peer {
                Some(peer) => figure
                    .beside("Mosquitto, QoS 1, not stored", peer)
                    .note(format!("{size} bytes an event")),
                None => figure.note("Mosquitto is not installed, so there is nothing beside it"),
            }
            .say();
        }
    }
    Ok(())
}

/// What a process did in a while: `work` tells how many.
async fn pace(pid: u32, work: impl Future<Output = Result<u64>>) -> Result<Pace> {
    let (began, busy) = (Instant::now(), process::processor_seconds(pid)?);
    let count = work.await? as f64;
    let (elapsed, busy) = (began.elapsed().as_secs_f64(), process::processor_seconds(pid)? - busy);
    ensure!(busy > 0.0, "the server was not busy at all");
    Ok(Pace {
        per_second: count / elapsed,
        per_core: count / busy,
    })
}

async fn send_all(lines: Vec<(Line, DeviceId)>, kind: fn(u64, &DeviceId) -> Event) -> Result<u64> {
    let until = Instant::now() + SPAN;
    let tasks: Vec<_> = lines
        .into_iter()
        .map(|(line, device)| tokio::spawn(send(line, device, kind, until)))
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(count)
}

/// Sends whole batches, a few under way, until the time is over and all is acknowledged; how many events that were.
async fn send(mut line: Line, device: DeviceId, kind: fn(u64, &DeviceId) -> Event, until: Instant) -> Result<u64> {
    let first = line.stored_through + 1;
    let numbers = 0..limits::BATCH_EVENTS as u64;
    let events: Vec<v1::Event> = numbers.map(|number| v1::Event::from(&kind(number, &device))).collect();
    let (mut next, mut stored) = (first, line.stored_through);
    let most_under_way = (limits::BATCHES_IN_FLIGHT * limits::BATCH_EVENTS) as u64;
    loop {
        while next - stored <= most_under_way && Instant::now() < until {
            let batch = v1::Batch {
                first_seq: next,
                events: events.clone(),
            };
            next += batch.events.len() as u64;
            line.out
                .send(fleet::message(gateway_message::Message::Batch(batch)))
                .await
                .context("the stream is closed")?;
        }
        if stored + 1 == next {
            return Ok(next - first);
        }
        match fleet::hear(&mut line.inbound).await? {
            platform_message::Message::Ack(ack) => stored = ack.stored_through,
            platform_message::Message::Goodbye(goodbye) => bail!("the platform said goodbye: {goodbye:?}"),
            _ => {}
        }
    }
}

/// A shutter that does nothing but move: every event is an entry of the history.
fn changes(number: u64, device: &DeviceId) -> Event {
    let word = if number.is_multiple_of(2) {
        "opening"
    } else {
        "fullyOpen"
    };
    report(device, name::open_close_status(), PropertyValue::word(word))
}

/// A measurement that changes all the time.
fn measurements(number: u64, device: &DeviceId) -> Event {
    report(
        device,
        name::degree_of_opening(),
        PropertyValue::Number((number % 101) as f64),
    )
}

fn report(device: &DeviceId, property: PropertyName, value: PropertyValue) -> Event {
    let at = Timestamp::now();
    let report = Report {
        value,
        at,
        source: Source::Announced,
    };
    Event {
        at,
        what: What::PropertyReported {
            device: device.clone(),
            property,
            report,
        },
    }
}

async fn mosquitto(certificates: &std::path::Path, gateways: &[Gateway], size: usize) -> Result<Pace> {
    let broker = mqtt::Broker::start(certificates).await?;
    let configs: Vec<_> = gateways.iter().map(|gateway| Arc::clone(&gateway.tls)).collect();
    pace(broker.pid(), mqtt::publish(broker.port, configs, SPAN, size)).await
}
