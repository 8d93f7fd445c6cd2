//! From the third signature to the lock: the company's server sends the bundle, the platform keeps it and hands it on, the
//! gateway verifies three signatures and a roster, seals what it is about to do, and tells the lock.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use tomori_device::appliance::Hand;
use tomori_platform::device_state::DoorWord;
use tomori_platform::services::dispatch::{Actor, Step};
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::arming::{Code, Outcome, Wish};
use tomori_smart_home::unlock::{IncidentOpened, Statement as _, UnixMillis};
use tomori_smart_home::{CompanyId, DeviceKind};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::world::World;
use tomori_system_tests::world::guard::{CODE, arm};
use tomori_unlock::Attested;
use tomori_unlock::rehearsal::Rehearsal;

use crate::alarm::armed;
use crate::company::Inside;
use crate::report::{Figure, Spans};

const ROUNDS: usize = 40;
const WINDOW: &str = "thing-0";
const LOCK: &str = "thing-1";
const LOCK_NUMBER: usize = 1;

pub(crate) async fn measure() -> Result<()> {
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    let people = Rehearsal::new("guard.example", "https://guard.example", now()?)?;
    let things = vec![DeviceKind::OpenCloseSensor, DeviceKind::ElectricLock];
    let company = armed(&mut world, things, Some(people.root.public().to_string())).await?;
    let mut office = Inside::open(&world, &company).await?;
    let serving = office.serve()?;
    let roster = people.root.sign(&people.roster).to_bytes();
    until("the company has its line", async || {
        Ok(office.services.partner.send_roster(&roster).await.is_ok())
    })
    .await?;
    let mut spans = Spans::default();
    for round in 0..ROUNDS {
        spans.add(one(&world, &office, &people, &company, round).await?);
    }
    office.stop();
    serving.await??;
    let name = "unlock: from the bundle of three signatures to the lock";
    Figure::new(&format!("{name}, p50"), spans.millis(50), "ms").say();
    Figure::new(&format!("{name}, p99"), spans.millis(99), "ms")
        .goal("≤ 500")
        .say();
    Ok(())
}

async fn one(
    world: &World,
    office: &Inside,
    people: &Rehearsal,
    company: &CompanyId,
    round: usize,
) -> Result<Duration> {
    let house = world.house(0)?;
    let (devices, inside) = (&house.devices, house.inside().context("the gateway runs")?);
    devices.operate_by_hand(LOCK, Hand::Lock)?;
    devices.operate_by_hand(WINDOW, Hand::Open)?;
    let mut opened = None;
    until("the incident is signed", async || {
        opened = attested(world, company, round).await?;
        Ok(opened.is_some() && inside.panel().is_some())
    })
    .await?;
    let opened = opened.context("no incident")?;
    let code = inside.panel().context("no number at the door")?.code.parse()?;
    let arrival = people.arrival(&opened, code, now()?);
    let end = UnixMillis::from_millis(now()?.millis() + 60_000).context("the end of time")?;
    let bundle = people.bundle(&arrival, house.device(LOCK_NUMBER)?, end)?.to_bytes();
    let before = devices.heard_words(LOCK)?.len();
    let began = Timestamp::now();
    office.services.partner.send_bundle(&bundle).await?;
    until("the lock is told", async || {
        Ok(devices.heard_words(LOCK)?.len() > before)
    })
    .await?;
    let words = devices.heard_words(LOCK)?;
    let heard = words.get(before).context("the lock was told nothing")?;
    ensure!(heard.word == "UNLOCK", "the lock was told {}", heard.word);
    let span = Duration::try_from(heard.at.duration_since(began)).context("told before it was asked for")?;

    devices.operate_by_hand(WINDOW, Hand::Close)?;
    let actor = Actor::Company {
        company: company.clone(),
        who: "bench".to_owned(),
    };
    let dispatch = &world.platform.services()?.dispatch;
    dispatch
        .close_incident(&actor, &opened.incident, Closing::Resolved, "bench")
        .await?;
    until("the incident is over", async || Ok(inside.arming().incident.is_none())).await?;
    let wish = Wish::Disarm { code: Code::new(CODE)? };
    ensure!(
        inside.order(wish, house.resident.clone()).await == Outcome::Done,
        "it does not disarm"
    );
    arm(house).await?;
    Ok(span)
}

/// The gateway's signed word of the incident of this round.
async fn attested(world: &World, company: &CompanyId, round: usize) -> Result<Option<IncidentOpened>> {
    let dispatch = &world.platform.services()?.dispatch;
    let changes = dispatch.changes_after(company, 0, 10_000).await?;
    let words = changes.into_iter().filter_map(|change| match change.entry.step {
        Step::Door {
            word: DoorWord::Attested { attested },
            ..
        } => Some(attested),
        _ => None,
    });
    let Some(word) = words.into_iter().nth(round) else {
        return Ok(None);
    };
    Ok(Some(IncidentOpened::from_bytes(
        &Attested::from_bytes(&word.0)?.statement,
    )?))
}

fn now() -> Result<UnixMillis> {
    Ok(UnixMillis::of(Timestamp::now()))
}
