//! T2-5 steps 6 to 8, end to end: an intrusion, three signatures and a door; and what whoever owns the platform can do.

use std::time::{Duration, Instant};

use tomori_device::appliance::Hand;
use tomori_platform::device_state::DoorWord;
use tomori_platform::server::Services;
use tomori_platform::services::dispatch::Step;
use tomori_platform::services::unlock::Standing;
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::unlock::{GatewayCode, IncidentOpened, PublicPoint, Statement as _, UnixMillis};
use tomori_smart_home::{CompanyId, DeviceId, DeviceKind, IncidentId, PropertyName, PropertyValue};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::wan::Line;
use tomori_system_tests::world::{Plan, World, guard};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Answer, Attested};

use crate::proved::{certify, shows, told};

const NOW: &str = "2026-11-26T21:00:00+09:00";
pub const WINDOW: usize = 0;
pub const LOCK: usize = 1;

/// A house with an electric lock that is armed, and the people of its security company.
pub struct Armed {
    pub world: World,
    pub company: CompanyId,
    pub people: Rehearsal,
}

/// A house whose window was broken open.
struct Scene {
    world: World,
    services: Services,
    company: CompanyId,
    people: Rehearsal,
    opened: IncidentOpened,
}

fn bolt() -> PropertyName {
    PropertyName::known("mainElectricLock")
}

impl Armed {
    /// At a moment, from which on the house has a clock of its own.
    pub async fn at(now: &str) -> Self {
        let mut world = World::begin(now).await.unwrap();
        let mut plan = Plan::of(vec![DeviceKind::OpenCloseSensor, DeviceKind::ElectricLock]);
        plan.has_certificates = true;
        plan.clock = Some(Dial::new(world.clock_now(), 1.0));
        world.build(plan).await.unwrap();
        let now = UnixMillis::of(world.clock_now());
        let mut people = Rehearsal::new("guard.example", "https://guard.example", now).unwrap();
        let house = world.house_mut(0).unwrap();
        house.config.security_company.root = Some(people.root.public().to_string());
        house.config.security_company.relock_after_s = 10;
        house.start().await.unwrap();
        for number in [WINDOW, LOCK] {
            certify(&world, number).await;
        }
        let window = world.house(0).unwrap().device(WINDOW).unwrap();
        let company = guard::by_a_company(&world, vec![window]).await.unwrap();
        people.roster.company = company.clone();
        let house = world.house(0).unwrap();
        house.devices.operate_by_hand("thing-1", Hand::Lock).unwrap();
        let lock = house.device(LOCK).unwrap();
        shows(&world, &lock, bolt(), PropertyValue::Boolean(true)).await;
        Self { world, company, people }
    }
}

impl Scene {
    async fn new() -> Self {
        let Armed { world, company, people } = Armed::at(NOW).await;
        let services = world.platform.services().unwrap().clone();
        let house = world.house(0).unwrap();
        house.devices.operate_by_hand("thing-0", Hand::Open).unwrap();
        let opened = attested(&services, &company).await;
        Self {
            world,
            services,
            company,
            people,
            opened,
        }
    }

    fn now(&self) -> UnixMillis {
        UnixMillis::of(self.world.house(0).unwrap().clock.now())
    }

    fn lock(&self) -> DeviceId {
        self.world.house(0).unwrap().device(LOCK).unwrap()
    }

    /// What whoever stands at the door reads.
    fn code(&self) -> GatewayCode {
        let panel = self.world.house(0).unwrap().inside().unwrap().panel().unwrap();
        panel.code.parse().unwrap()
    }

    async fn keep_roster(&self, people: &Rehearsal) {
        let signed = people.root.sign(&people.roster).to_bytes();
        let kept = self.services.unlock.keep_roster(&self.company, &signed).await;
        assert_eq!(kept.unwrap(), people.roster.version);
    }

    /// What three people sign with the number that is shown now.
    fn signed(&self, people: &Rehearsal, code: GatewayCode, lock: DeviceId) -> Vec<u8> {
        let now = self.now();
        let arrival = people.arrival(&self.opened, code, now);
        let end = UnixMillis::from_millis(now.millis() + 300_000).unwrap();
        people.bundle(&arrival, lock, end).unwrap().to_bytes()
    }

    fn bundle(&self) -> Vec<u8> {
        self.signed(&self.people, self.code(), self.lock())
    }

    async fn carry(&self, bundle: &[u8]) {
        self.services.unlock.carry(&self.company, bundle).await.unwrap();
    }

    /// What the gateway answers to a bundle.
    async fn answer(&self, bundle: &[u8]) -> String {
        let digest = tomori_unlock::digest(bundle);
        let mut answer = String::new();
        until("the gateway has answered", async || {
            let carried = self.services.unlock.of_incident(&self.opened.incident).await?;
            let one = carried.into_iter().find(|one| one.bundle == digest);
            if let Some(Standing::Answered { answer: given }) = one.map(|one| one.standing) {
                answer = given;
            }
            Ok(!answer.is_empty())
        })
        .await
        .unwrap();
        answer
    }

    async fn answer_to(&self, bundle: &[u8]) -> String {
        self.carry(bundle).await;
        self.answer(bundle).await
    }

    async fn steps(&self) -> Vec<Step> {
        let (_, entries) = self.services.dispatch.any(&self.opened.incident).await.unwrap();
        entries.into_iter().map(|entry| entry.step).collect()
    }

    async fn is_locked(&self) -> bool {
        told(&self.world, &self.lock(), &bolt()).await == Some(PropertyValue::Boolean(true))
    }

    /// How often the lock was driven, by the receipts.
    async fn drives(&self) -> usize {
        let opened = |step: &&Step| matches!(step, Step::Door { answer: Some(answer), .. } if answer == "opened");
        self.steps().await.iter().filter(opened).count()
    }
}

/// The gateway's signed word that the incident began, as the company reads it in its feed.
async fn attested(services: &Services, company: &CompanyId) -> IncidentOpened {
    let mut opened = None;
    until("the company has the gateway's word", async || {
        for change in services.dispatch.changes_after(company, 0, 100).await? {
            if let Step::Door {
                word: DoorWord::Attested { attested },
                ..
            } = change.entry.step
            {
                opened = Some(IncidentOpened::from_bytes(
                    &Attested::from_bytes(&attested.0)?.statement,
                )?);
            }
        }
        Ok(opened.is_some())
    })
    .await
    .unwrap();
    opened.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intrusion_three_signatures_and_a_door() {
    let scene = Scene::new().await;
    scene.keep_roster(&scene.people).await;
    let house = scene.world.house(0).unwrap();
    let wan = house.wan.as_ref().unwrap();
    // The line is away for a moment when the three have signed.
    wan.set(Line::Cut);
    until("the platform knows", async || {
        let known = scene.services.device_state.house(&house.home).await?;
        Ok(!matches!(
            known.gateway.reachability,
            tomori_platform::device_state::Reachability::Reachable { .. }
        ))
    })
    .await
    .unwrap();
    // Until the guard signs it, nobody but the house knows the number.
    let number = scene.code();
    let platform = scene.world.platform.path();
    for spelt in [number.as_str().to_owned(), number.spoken()] {
        assert!(
            !is_anywhere(platform, &spelt),
            "the platform has the number at the door"
        );
    }
    assert!(
        is_anywhere(platform, scene.opened.incident.as_str()),
        "the search finds what is there"
    );
    let bundle = scene.signed(&scene.people, number, scene.lock());
    scene.carry(&bundle).await;
    assert!(scene.is_locked().await);
    wan.set(Line::Up);
    assert_eq!(scene.answer(&bundle).await, "opened");
    shows(&scene.world, &scene.lock(), bolt(), PropertyValue::Boolean(false)).await;
    // Handed over again it is the same bundle.
    assert_eq!(scene.answer_to(&bundle).await, "opened");
    // Whoever went in need not lock it.
    house.clock.pass(Duration::from_secs(11));
    until("it is locked again", async || {
        let is_locked = |step: &Step| {
            matches!(
                step,
                Step::Door {
                    word: DoorWord::Relocked { is_confirmed: true, .. },
                    ..
                }
            )
        };
        Ok(scene.steps().await.iter().any(is_locked))
    })
    .await
    .unwrap();
    assert!(scene.is_locked().await);
    assert_eq!(scene.drives().await, 1);
    exported(&scene).await;
}

/// Whether a text stands in any file of a folder.
fn is_anywhere(folder: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_anywhere(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

/// What is exported is checked by somebody who has the company's root key and the gateway's.
async fn exported(scene: &Scene) {
    let home = &scene.world.house(0).unwrap().home;
    let unlock = &scene.services.unlock;
    let record = unlock.record_for_residents(home, &scene.opened.incident).await;
    let record = record.unwrap().unwrap();
    let keys = scene.services.gateways.keys(home).await.unwrap();
    let points: Vec<_> = keys
        .iter()
        .map(|key| PublicPoint::new(key.point.as_slice().try_into().unwrap()).unwrap())
        .collect();
    let root = scene.people.root.public();
    let story = record.verify(&root, &points).unwrap();
    assert_eq!(story.opened, scene.opened);
    assert!(
        matches!(&story.answers[..], [Answer::Drove { .. }]),
        "{:?}",
        story.answers
    );
    assert_eq!(story.unanswered, 0);
    let file = scene.world.folder.path().join("incident.json");
    std::fs::write(&file, serde_json::to_vec(&record).unwrap()).unwrap();
    let gateways: Vec<_> = keys
        .iter()
        .map(tomori_platform::auth::gateways::KnownKey::text)
        .collect();
    let lang = tomori_runtime::i18n::Lang::En;
    let told = tomori::boxes::verify_incident(&file, Some(&root.to_string()), &gateways, lang).unwrap();
    assert!(told.contains(scene.opened.incident.as_str()), "{told}");
    let stranger = Rehearsal::new("guard.example", "https://guard.example", scene.now()).unwrap();
    let root = stranger.root.public().to_string();
    tomori::boxes::verify_incident(&file, Some(&root), &gateways, lang).unwrap_err();
}

/// T3-10 EP①, EP③, EP⑤: whoever has the platform, its clock, its keys and all that passed through it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_with_full_control_and_its_keys_cannot_open() {
    let scene = Scene::new().await;
    let house = scene.world.house(0).unwrap();
    // Without a roster of the pinned root nobody opens, whatever number is known.
    let mut forged = Rehearsal::new("guard.example", "https://guard.example", scene.now()).unwrap();
    forged.roster.company = scene.company.clone();
    forged.roster.version = 7;
    scene.keep_roster(&forged).await;
    let bundle = scene.signed(&forged, scene.code(), scene.lock());
    assert_eq!(scene.answer_to(&bundle).await, "no-roster");

    // The true roster is there, and the forged one comes behind it.
    let mut people = Rehearsal {
        roster: scene.people.roster.clone(),
        ..forged
    };
    people.roster.version = 8;
    let signed = scene.people.root.sign(&people.roster).to_bytes();
    scene
        .services
        .unlock
        .keep_roster(&scene.company, &signed)
        .await
        .unwrap();
    // A bundle for another device. Its answer says that the gateway has the true roster: the platform keeps no more than
    // the newest on its way.
    let other = scene.signed(&scene.people, scene.code(), house.device(WINDOW).unwrap());
    assert_eq!(scene.answer_to(&other).await, "not-a-lock");
    people.roster.version = 9;
    scene.keep_roster(&people).await;
    // Its own three passkeys under the true people's names, or their ids: no key of theirs.
    let bundle = scene.signed(&people, scene.code(), scene.lock());
    let answer = scene.answer_to(&bundle).await;
    assert!(answer.starts_with("guard/"), "{answer}");

    // A bundle with a number that it made up, and one of another incident.
    let wrong = GatewayCode::from_number(u64::from(scene.code().as_str() == "00000000"));
    let guessed = scene.signed(&scene.people, wrong, scene.lock());
    assert_eq!(scene.answer_to(&guessed).await, "code-wrong");
    let mut elsewhere = scene.opened.clone();
    elsewhere.nonce = [9; 32].into();
    let arrival = scene.people.arrival(&elsewhere, scene.code(), scene.now());
    let end = UnixMillis::from_millis(scene.now().millis() + 300_000).unwrap();
    let bundle = scene.people.bundle(&arrival, scene.lock(), end).unwrap().to_bytes();
    assert_eq!(scene.answer_to(&bundle).await, "nonce-wrong");

    // It sets its own clock back and brings what it should have brought half an hour ago.
    let late = scene.bundle();
    house.clock.pass(Duration::from_secs(1_800));
    assert_eq!(scene.answer_to(&late).await, "expired");
    assert!(scene.is_locked().await);
    assert_eq!(scene.drives().await, 0);
    let is_driven = |step: &Step| {
        matches!(
            step,
            Step::Door {
                word: DoorWord::Relocked { .. },
                ..
            }
        )
    };
    assert!(!scene.steps().await.iter().any(is_driven));
}

/// T3-10 EP⑤, 不正アクセス: a passkey is in wrong hands, and the company has noticed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_reaches_the_gateway_within_five_seconds() {
    let scene = Scene::new().await;
    scene.keep_roster(&scene.people).await;
    let mut revoked = scene.people.roster.clone();
    revoked.version = 2;
    revoked.revoked.insert(scene.people.operator.key.credential().clone());
    let signed = scene.people.root.sign(&revoked).to_bytes();
    let began = Instant::now();
    scene
        .services
        .unlock
        .keep_roster(&scene.company, &signed)
        .await
        .unwrap();
    assert_eq!(scene.answer_to(&scene.bundle()).await, "operator/revoked-passkey");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // The roster before it comes again, and so does another incident's name.
    let older = scene.people.root.sign(&scene.people.roster).to_bytes();
    scene
        .services
        .unlock
        .keep_roster(&scene.company, &older)
        .await
        .unwrap_err();
    let mut unknown = scene.opened.clone();
    unknown.incident = IncidentId::from_random([5; 10]);
    let arrival = scene.people.arrival(&unknown, scene.code(), scene.now());
    let end = UnixMillis::from_millis(scene.now().millis() + 60_000).unwrap();
    let bundle = scene.people.bundle(&arrival, scene.lock(), end).unwrap().to_bytes();
    scene.services.unlock.carry(&scene.company, &bundle).await.unwrap_err();
    assert!(scene.is_locked().await);
    assert_eq!(scene.drives().await, 0);
}
