//! The road of an unlock over the wire: rosters and bundles down, unchanged and in time; answers up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tomori_gateway_link::v1;
use tomori_platform::services::dispatch::Step;
use tomori_platform::services::unlock::Standing;
use tomori_runtime::clock::{ManualClock, SharedClock};
use tomori_smart_home::event::What;
use tomori_smart_home::unlock::{
    Attestation, GatewayCode, IncidentOpened, Refusal, RefusalNotice, Statement as _, UnixMillis,
};
use tomori_smart_home::{
    Alarm, AlarmId, CompanyId, DeviceId, GatewayId, Hazard, HomeId, IncidentId, Nonce, OperatorId, Trust,
};
use tomori_unlock::GatewayKey;
use tomori_unlock::rehearsal::Rehearsal;

use crate::world::{Incoming, Papers, Stream, World, config};

/// A home under contract, its gateway, and an open incident.
struct Scene {
    world: World,
    home: HomeId,
    papers: Papers,
    company: CompanyId,
    people: Rehearsal,
}

fn operator() -> OperatorId {
    OperatorId::from_random([3; 10])
}

fn incident() -> IncidentId {
    IncidentId::from_random([1; 10])
}

impl Scene {
    async fn new(world: World) -> Self {
        let home = world.home().await;
        let papers = world.enrolled(&home).await;
        let dispatch = &world.services.dispatch;
        let company = dispatch.add_company("灯警備", &operator()).await.unwrap();
        let contract = Some((company.clone(), [].into()));
        dispatch.set_contract(&home, contract, &operator()).await.unwrap();
        let now = UnixMillis::of(world.clock.now());
        let people = Rehearsal::new("guard.example", "https://guard.example", now).unwrap();
        let scene = Self {
            world,
            home,
            papers,
            company,
            people,
        };
        let mut stream = scene.stream().await;
        scene.alarm(&mut stream).await;
        scene
    }

    async fn stream(&self) -> Stream {
        let mut stream = self.world.stream(&self.papers).await;
        stream.welcome().await;
        stream
    }

    async fn alarm(&self, stream: &mut Stream) {
        let alarm = Alarm {
            id: AlarmId::from_random([1; 10]),
            incident: incident(),
            nonce: Nonce::from([1; 32]),
            hazard: Hazard::Intrusion,
            device: None,
            trust: Trust::Authenticated,
            at: self.world.clock.now(),
        };
        let raised = self.world.event(What::AlarmRaised { alarm });
        stream.batch(1, vec![raised]).await;
        assert_eq!(stream.ack().await, 1);
        until("the incident", async || {
            !self
                .world
                .services
                .dispatch
                .of_home(&self.home)
                .await
                .unwrap()
                .is_empty()
        })
        .await;
    }

    fn bundle(&self, seconds: u64) -> Vec<u8> {
        let now = UnixMillis::of(self.world.clock.now());
        let opened = IncidentOpened {
            incident: incident(),
            home: self.home.clone(),
            zone: "台所 窓".to_owned(),
            at: now,
            nonce: [1; 32].into(),
        };
        let arrival = self.people.arrival(&opened, GatewayCode::from_number(7), now);
        let end = UnixMillis::from_millis(now.millis() + seconds * 1000).unwrap();
        let lock = DeviceId::from_random([2; 10]);
        self.people.bundle(&arrival, lock, end).unwrap().to_bytes()
    }

    fn roster(&self, version: u64) -> Vec<u8> {
        let mut roster = self.people.roster.clone();
        roster.version = version;
        self.people.root.sign(&roster).to_bytes()
    }

    async fn carry(&self, bundle: &[u8]) {
        self.world.services.unlock.carry(&self.company, bundle).await.unwrap();
    }

    async fn standing(&self) -> Standing {
        let carried = self.world.services.unlock.of_incident(&incident()).await.unwrap();
        carried.last().unwrap().standing.clone()
    }
}

async fn until(what: &str, check: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !check().await {
        assert!(began.elapsed() < Duration::from_secs(10), "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The next that concerns a door.
async fn next(stream: &mut Stream) -> Incoming {
    loop {
        match stream.next().await {
            Some(Incoming::Plan(_) | Incoming::Ack(_)) => {}
            Some(other) => return other,
            None => panic!("the stream ended"),
        }
    }
}

async fn bundle(stream: &mut Stream) -> Vec<u8> {
    match next(stream).await {
        Incoming::UnlockBundle(message) => message.bundle.to_vec(),
        other => panic!("no bundle but {other:?}"),
    }
}

async fn roster(stream: &mut Stream) -> Vec<u8> {
    match next(stream).await {
        Incoming::CompanyRoster(message) => message.signed_roster.to_vec(),
        other => panic!("no roster but {other:?}"),
    }
}

#[tokio::test]
async fn rosters_and_bundles_go_down_unchanged_and_the_answer_comes_up() {
    let scene = Scene::new(World::new().await).await;
    let unlock = &scene.world.services.unlock;
    let first = scene.roster(1);
    unlock.keep_roster(&scene.company, &first).await.unwrap();
    let mut stream = scene.stream().await;
    assert_eq!(roster(&mut stream).await, first, "with each new stream");
    let (began, second) = (Instant::now(), scene.roster(2));
    unlock.keep_roster(&scene.company, &second).await.unwrap();
    assert_eq!(roster(&mut stream).await, second, "and at once");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let signed = scene.bundle(300);
    scene.carry(&signed).await;
    assert_eq!(bundle(&mut stream).await, signed);
    until("it is sent", async || scene.standing().await == Standing::Sent).await;
    let digest = tomori_unlock::digest(&signed);
    let notice = RefusalNotice {
        home: scene.home.clone(),
        gateway: GatewayId::from_random([7; 10]),
        bundle: digest,
        why: Refusal::RosterForged,
        at: UnixMillis::of(scene.world.clock.now()),
    };
    let attested = GatewayKey::generate().unwrap().attest(&notice).unwrap();
    let answered = scene.world.event(What::UnlockAnswered {
        bundle: digest,
        incident: Some(incident()),
        attested: Attestation(attested.to_bytes()),
    });
    stream.batch(2, vec![answered]).await;
    assert_eq!(stream.ack().await, 2);
    until("it is answered", async || {
        let answer = Standing::Answered {
            answer: "roster-forged".to_owned(),
        };
        scene.standing().await == answer
    })
    .await;
    let changes = scene.world.services.dispatch.changes_after(&scene.company, 0, 9).await;
    let told: Vec<_> = changes.unwrap().into_iter().map(|change| change.entry.step).collect();
    assert!(
        matches!(
            &told[..],
            [
                Step::Alarm { .. },
                Step::UnlockAsked { is_away: false, .. },
                Step::Door { .. }
            ]
        ),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_is_unanswered_is_sent_with_each_stream_and_after_a_restart() {
    let scene = Scene::new(World::new().await).await;
    let signed = scene.bundle(300);
    scene.carry(&signed).await;
    assert_eq!(scene.standing().await, Standing::Waiting);
    for _ in 0..2 {
        let mut stream = scene.stream().await;
        assert_eq!(bundle(&mut stream).await, signed);
    }
    let Scene {
        world,
        home,
        papers,
        company,
        people,
    } = scene;
    let scene = Scene {
        world: world.restart().await,
        home,
        papers,
        company,
        people,
    };
    let mut stream = scene.stream().await;
    assert_eq!(bundle(&mut stream).await, signed);
    scene.carry(&signed).await;
    assert_eq!(bundle(&mut stream).await, signed, "asked for again, it is sent again");
}

/// T3-10 EP③, リプレイ, 遅延: whoever holds the line back lets a command through when nobody expects it.
#[tokio::test]
async fn a_bundle_is_never_sent_after_its_expiry() {
    let clock = ManualClock::new("2026-11-23T06:00:00+09:00".parse().unwrap());
    let shared: SharedClock = Arc::new(clock.clone());
    let scene = Scene::new(World::with(config(), shared).await).await;
    let (late, fresh) = (scene.bundle(60), scene.bundle(300));
    scene.carry(&late).await;
    clock.advance(Duration::from_secs(60));
    let mut stream = scene.stream().await;
    scene.carry(&fresh).await;
    assert_eq!(bundle(&mut stream).await, fresh);
    let carried = scene.world.services.unlock.of_incident(&incident()).await.unwrap();
    let standings: Vec<_> = carried.into_iter().map(|one| one.standing).collect();
    assert_eq!(standings, [Standing::NoAnswer, Standing::Sent]);
}

/// T3-10 EP③, 情報漏えい: the gateway of a home that is no customer.
#[tokio::test]
async fn a_gateway_without_a_contract_is_told_no_roster_and_no_bundle() {
    let scene = Scene::new(World::new().await).await;
    let unlock = &scene.world.services.unlock;
    let other = scene.world.home().await;
    let papers = scene.world.enrolled(&other).await;
    let mut stranger = scene.world.stream(&papers).await;
    stranger.welcome().await;
    unlock.keep_roster(&scene.company, &scene.roster(1)).await.unwrap();
    scene.carry(&scene.bundle(300)).await;
    let mut stream = scene.stream().await;
    roster(&mut stream).await;
    bundle(&mut stream).await;
    let started = What::GatewayStarted {
        software: "test".to_owned(),
        after_crash: false,
    };
    stranger.batch(1, vec![scene.world.event(started)]).await;
    let heard: Vec<v1::platform_message::Message> = {
        let mut heard = Vec::new();
        while let Some(message) = stranger.next().await {
            let is_ack = matches!(message, Incoming::Ack(_));
            heard.push(message);
            if is_ack {
                break;
            }
        }
        heard
    };
    assert!(
        heard
            .iter()
            .all(|message| matches!(message, Incoming::Plan(_) | Incoming::Ack(_))),
        "{heard:?}"
    );
}
