//! A world whose boxes are processes, the people who act in it, and what befalls it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use tomori_device::appliance::Hand;
use tomori_runtime::entropy::{SeededEntropy, below};
use tomori_smart_home::unlock::{Digest, GatewayCode, IncidentOpened, Statement as _, UnixMillis};
use tomori_smart_home::{DeviceId, IncidentId};
use tomori_system_tests::wan::{Line, Wan};
use tomori_system_tests::world::World;
use tomori_unlock::digest;
use tomori_unlock::rehearsal::Rehearsal;

use crate::boxes::{PATIENCE, Recipe, Running};
use crate::unlock::{Armed, LOCK, WINDOW};

/// So long an unlock may be driven after it was asked for.
const LIFE: SignedDuration = SignedDuration::from_secs(15);
/// How often something is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// In a run so many blows at most.
const MOST_BLOWS: u64 = 3;

/// One incident, from the window that opens to its end.
pub(super) struct Run {
    pub(super) incident: IncidentId,
    pub(super) bundle: Digest,
    pub(super) began: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) ended: Timestamp,
}

/// Where something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Platform,
    Gateway,
    Company,
}

pub(super) struct Arena {
    pub(super) world: World,
    pub(super) runs: Vec<Run>,
    /// Processes that were killed and lines that were cut.
    pub(super) blows: usize,
    pub(super) runtime: Arc<Runtime>,
    people: Rehearsal,
    lock: DeviceId,
    recipes: [Recipe; 3],
    running: [Option<Running>; 3],
    office: Wan,
    random: SeededEntropy,
    blows_left: u64,
}

impl Arena {
    pub(super) fn build(runtime: &Arc<Runtime>, seed: u64) -> Self {
        let now = Timestamp::now();
        let Armed {
            mut world,
            company,
            people,
        } = runtime.block_on(Armed::at(&now.to_string()));
        let lock = world.house(0).unwrap().device(LOCK).unwrap();
        let services = world.platform.services().unwrap().clone();
        let code = runtime
            .block_on(services.companies.new_enrolment_code(&company, "op_test"))
            .unwrap()
            .text;
        let roster = people.root.sign(&people.roster).to_bytes();
        runtime
            .block_on(services.unlock.keep_roster(&company, &roster))
            .unwrap();
        drop(services);
        let office = runtime
            .block_on(Wan::to(world.platform.addresses().unwrap().partner))
            .unwrap();
        runtime.block_on(world.house_mut(0).unwrap().stop()).unwrap();
        runtime.block_on(world.platform.stop()).unwrap();
        let clock = (now, now, 1.0);
        let (platform, gateway) = Recipe::of(&world, clock);
        let recipes = [platform, gateway, Recipe::company(&world, clock)];
        let running = recipes.each_ref().map(|recipe| Some(recipe.start()));
        let mut arena = Self {
            world,
            people,
            lock,
            recipes,
            running,
            office,
            runs: Vec::new(),
            blows: 0,
            blows_left: 0,
            random: SeededEntropy::new(seed),
            runtime: Arc::clone(runtime),
        };
        let address = arena.office.address();
        arena.insist(Place::Company, &format!("enrol {code} {address}"), "enrolled", |said| {
            said.starts_with("Ok")
        });
        arena.insist(Place::Company, "staff", "staff", |said| said == "ready");
        arena
    }

    /// One incident.
    pub(super) fn play(&mut self) {
        self.blows_left = self.below(MOST_BLOWS + 1);
        self.insist(Place::Gateway, "arm", "arm", |said| said == "Done");
        let began = Timestamp::now();
        self.by_hand(WINDOW, Hand::Open);
        let opened = self.on_the_board();
        let code = self.insist(Place::Gateway, "panel", "panel", |said| said.len() == 8);
        let (bundle, expires_at) = self.signed(&opened, &code);
        let hex = data_encoding::HEXLOWER.encode(&bundle);
        let line = format!("bundle {hex}");
        while Timestamp::now() < expires_at {
            if self.ask(Place::Company, &line, "bundle").as_deref() == Some("Ok") {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        // Answered, or nobody answers any more: that is seen too.
        let answers = format!("answers {}", opened.incident);
        let until = expires_at + SignedDuration::from_secs(3);
        while Timestamp::now() < until {
            let said = self.ask(Place::Platform, &answers, "answers");
            if said.is_some_and(|said| !said.is_empty()) {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.by_hand(WINDOW, Hand::Close);
        let close = format!("close {}", opened.incident);
        self.insist(Place::Company, &close, "close", |said| said == "closed");
        self.insist(Place::Gateway, "incident", "incident", |said| said == "None");
        self.insist(Place::Gateway, "disarm", "disarm", |said| said == "Done");
        self.by_hand(LOCK, Hand::Lock);
        self.runs.push(Run {
            incident: opened.incident,
            bundle: digest(&bundle),
            began,
            expires_at,
            ended: Timestamp::now(),
        });
    }

    /// Everybody up and connected, then everybody stopped.
    pub(super) fn rest(&mut self) {
        self.blows_left = 0;
        self.insist(Place::Gateway, "connected", "connected", |said| said == "true");
        for running in self.running.iter_mut().rev() {
            running.take().expect("it runs").stop();
        }
    }

    /// What the board and the gateway's signed word say of the incident that is open now.
    fn on_the_board(&mut self) -> IncidentOpened {
        let known: Vec<_> = self.runs.iter().map(|run| run.incident.clone()).collect();
        let said = self.insist(Place::Company, "opened", "opened", |said| {
            let opened = data_encoding::HEXLOWER.decode(said.as_bytes()).ok();
            let opened = opened.and_then(|bytes| IncidentOpened::from_bytes(&bytes).ok());
            opened.is_some_and(|opened| !known.contains(&opened.incident))
        });
        let bytes = data_encoding::HEXLOWER.decode(said.as_bytes()).unwrap();
        IncidentOpened::from_bytes(&bytes).unwrap()
    }

    fn signed(&self, opened: &IncidentOpened, code: &str) -> (Vec<u8>, Timestamp) {
        let now = Timestamp::now();
        let code: GatewayCode = code.parse().unwrap();
        let arrival = self.people.arrival(opened, code, UnixMillis::of(now));
        let expires_at = now + LIFE;
        let bundle = self
            .people
            .bundle(&arrival, self.lock.clone(), UnixMillis::of(expires_at))
            .unwrap();
        (bundle.to_bytes(), expires_at)
    }

    fn by_hand(&self, thing: usize, hand: Hand) {
        let devices = &self.world.house(0).unwrap().devices;
        devices.operate_by_hand(&format!("thing-{thing}"), hand).unwrap();
    }

    /// Says it again until the answer is right; boxes may die over it.
    fn insist(&mut self, place: Place, line: &str, beginning: &str, is_right: impl Fn(&str) -> bool) -> String {
        let (started, mut last) = (Instant::now(), None);
        loop {
            if let Some(said) = self.ask(place, line, beginning) {
                if is_right(&said) {
                    return said;
                }
                last = Some(said);
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{place:?}: `{line}` is answered {last:?}, after {} runs",
                self.runs.len()
            );
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Says it once; something may befall the world before it is answered.
    fn ask(&mut self, place: Place, line: &str, beginning: &str) -> Option<String> {
        let told = self.running[place as usize].as_mut()?.tell(line);
        let mut killed = None;
        if self.blows_left > 0 && self.below(6) == 0 {
            self.blows_left -= 1;
            killed = self.blow();
        }
        if !told || killed == Some(place) {
            return None;
        }
        self.running[place as usize].as_mut()?.hear(beginning)
    }

    /// A process dies, or a line is cut, carries nothing for a while, or is slow. Who has died.
    fn blow(&mut self) -> Option<Place> {
        self.blows += 1;
        std::thread::sleep(Duration::from_millis(self.below(60)));
        let victim = match self.below(8) {
            0 | 1 => Place::Gateway,
            2 | 3 => Place::Platform,
            4 | 5 => Place::Company,
            which => {
                self.spoil(which == 6);
                return None;
            }
        };
        let at = victim as usize;
        if let Some(running) = self.running[at].take() {
            running.kill();
        }
        self.running[at] = Some(self.recipes[at].start());
        Some(victim)
    }

    /// The line to the company, or the one to the house.
    fn spoil(&self, is_companys: bool) {
        let wan = match is_companys {
            true => &self.office,
            false => self.world.house(0).unwrap().wan.as_ref().unwrap(),
        };
        wan.set(match self.below(3) {
            0 => Line::Cut,
            1 => Line::Stalled,
            _ => Line::Slow(Duration::from_millis(self.below(200))),
        });
        std::thread::sleep(Duration::from_millis(self.below(400)));
        wan.set(Line::Up);
    }

    /// The company's server alone, once more.
    pub(super) fn company_alone(&self) -> Running {
        self.recipes[Place::Company as usize].start()
    }

    fn below(&self, bound: u64) -> u64 {
        below(&self.random, bound)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.world.folder.disable_cleanup(true);
            let folder = self.world.folder.path().display();
            eprintln!("the data and the logs of the boxes are in {folder}");
        }
    }
}
