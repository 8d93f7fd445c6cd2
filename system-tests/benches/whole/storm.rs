//! Ten thousand alarms of a thousand houses within ten seconds: all of them on the board, none lost, and how long each took.
//!
//! The houses' gateways are bare clients of the contract; platform and the company's server are whole, in this process.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tomori_gateway_link::v1;
use tomori_gateway_link::v1::gateway_message;
use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_smart_home::event::What;
use tomori_smart_home::{Alarm, AlarmId, DeviceId, Event, Hazard, IncidentId, OperatorId, Trust};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::world::World;

use crate::company::Inside;
use crate::fleet::{self, Line};
use crate::report::{Figure, Spans, remark};

const HOUSES: usize = 1_000;
const EACH: usize = 10;
const WITHIN: Duration = Duration::from_secs(10);
/// After so long without the last one, something is lost.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const SIDE_BY_SIDE: usize = 32;

pub(crate) async fn measure() -> Result<()> {
    let world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let services = world.platform.services()?.clone();
    let by = OperatorId::from_random([1; 10]);
    let company = services.dispatch.add_company("灯警備", &by).await?;
    let gateways = fleet::enrol(&services, HOUSES).await?;
    for gateway in &gateways {
        let terms = Some((company.clone(), BTreeSet::new()));
        services.dispatch.set_contract(&gateway.home, terms, &by).await?;
    }
    let mut office = Inside::open(&world, &company).await?;
    let serving = office.serve()?;
    let link = world.platform.addresses()?.link;
    let lines: Vec<(Line, DeviceId)> = iter(&gateways)
        .map(async |gateway| Ok::<_, anyhow::Error>((gateway.connect(link, 0).await?, gateway.device.clone())))
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;

    let sent = Arc::new(Mutex::new(Vec::with_capacity(HOUSES * EACH)));
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for (number, (line, device)) in lines.into_iter().enumerate() {
        let first = WITHIN.mul_f64(number as f64 / (HOUSES * EACH) as f64);
        senders.spawn(send(line, device, began + first, Arc::clone(&sent)));
    }
    let mut seen = Vec::new();
    while seen.len() < HOUSES * EACH {
        let board = office.services.cases.board(0, HOUSES).await?;
        let count: u32 = board.cases.iter().map(|case| case.alarms).sum();
        let now = Instant::now();
        seen.resize(seen.len().max(count as usize), now);
        while let Some(ended) = senders.try_join_next() {
            ended?.context("a house cannot send")?;
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{} of {} alarms are on the board after {} s; {} were sent, {} houses still wait for the platform",
            seen.len(),
            HOUSES * EACH,
            PATIENCE.as_secs(),
            sent.lock().await.len(),
            senders.len()
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    let mut sent = Arc::try_unwrap(sent).ok().context("somebody still sends")?.into_inner();
    sent.sort_unstable();
    let (mut spans, last) = (Spans::default(), seen.last().copied().unwrap_or(began));
    // The board counts and does not name: the first that was sent stands beside the first that is counted. Two that changed
    // places on the way are each told the other's time; the sum and the last one are right.
    for (sent, seen) in sent.iter().zip(&seen) {
        spans.add(seen.saturating_duration_since(*sent));
    }
    remark(&format!(
        "the last of {} alarms is on the board {:.1} s after the first was sent",
        seen.len(),
        (last - began).as_secs_f64()
    ));
    office.stop();
    serving.await??;
    let name = "storm: 10,000 alarms of 1,000 houses in 10 s, until each is on the board";
    Figure::new(&format!("{name}, p50"), spans.millis(50), "ms").say();
    Figure::new(&format!("{name}, p99"), spans.millis(99), "ms")
        .goal("≤ 1000")
        .say();
    Ok(())
}

/// One house: an alarm now and then, all of one incident.
async fn send(mut line: Line, device: DeviceId, first: Instant, sent: Arc<Mutex<Vec<Instant>>>) -> Result<()> {
    let (incident, nonce) = (
        IncidentId::from_random(bytes(&SystemEntropy)),
        bytes::<32>(&SystemEntropy).into(),
    );
    let mut seq = line.stored_through + 1;
    for number in 0..EACH {
        let at = first + WITHIN.mul_f64(number as f64 / EACH as f64);
        tokio::time::sleep_until(at.into()).await;
        let at = Timestamp::now();
        let what = What::AlarmRaised {
            alarm: Alarm {
                id: AlarmId::from_random(bytes(&SystemEntropy)),
                incident: incident.clone(),
                nonce,
                hazard: Hazard::Intrusion,
                device: Some(device.clone()),
                trust: Trust::Authenticated,
                at,
            },
        };
        let batch = v1::Batch {
            first_seq: seq,
            events: vec![v1::Event::from(&Event { at, what })],
        };
        seq += 1;
        sent.lock().await.push(Instant::now());
        line.out
            .send(fleet::message(gateway_message::Message::Batch(batch)))
            .await
            .context("the stream is closed")?;
        // Each is acknowledged before the next: the platform has it on its disk.
        loop {
            if let v1::platform_message::Message::Ack(ack) = fleet::hear(&mut line.inbound).await?
                && ack.stored_through + 1 == seq
            {
                break;
            }
        }
    }
    Ok(())
}
