//! A house with one authenticated lock, one incident, and a security company with real keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tomori_runtime::clock::ManualClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_smart_home::unlock::{
    Arrival, GatewayCode, IncidentOpened, Outcome, PublicPoint, Receipt, Refusal, RefusalNotice, Statement as _,
    UnixMillis,
};
use tomori_smart_home::{DeviceId, GatewayId, HomeId, IncidentId, Nonce};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Attested, GatewayKey, RootKey, UnlockBundle};

use crate::timekeeping::{Timekeeper, Trust};
use crate::unlock::model::{LockStanding, Permit, Standing};
use crate::unlock::port::{Incidents, Journal, Locks, Told};
use crate::unlock::{Parts, UnlockRoom};
use crate::vault::Vault;

pub(super) fn home() -> HomeId {
    HomeId::from_random([1; 10])
}

pub(super) fn lock() -> DeviceId {
    DeviceId::from_random([2; 10])
}

pub(super) fn incident(number: u8) -> IncidentOpened {
    IncidentOpened {
        incident: IncidentId::from_random([number; 10]),
        home: home(),
        zone: "玄関".to_owned(),
        at: start(),
        nonce: Nonce::from([number; 32]),
    }
}

pub(super) fn start() -> UnixMillis {
    UnixMillis::of("2026-11-26T03:00:00Z".parse().unwrap())
}

/// The lock, and what it saw.
pub(super) struct Lock {
    pub(super) standings: Mutex<BTreeMap<DeviceId, LockStanding>>,
    pub(super) driven: Mutex<u32>,
    pub(super) locked: Mutex<u32>,
    pub(super) outcome: Mutex<Option<Outcome>>,
    pub(super) locks_again: Mutex<bool>,
    pub(super) door: Mutex<Option<bool>>,
}

/// The incidents, as the guard of the house knows them.
#[derive(Default)]
pub(super) struct Open(pub(super) Mutex<BTreeMap<IncidentId, Standing>>);

/// What was told.
#[derive(Default)]
pub(super) struct Log {
    pub(super) told: Mutex<Vec<Told>>,
}

#[async_trait]
impl Locks for Lock {
    fn standing(&self, device: &DeviceId) -> LockStanding {
        let standings = self.standings.lock().unwrap();
        standings.get(device).copied().unwrap_or(LockStanding::Unknown)
    }

    async fn unlock(&self, permit: &Permit) -> Option<Outcome> {
        assert_eq!(*permit.lock(), lock());
        let outcome = *self.outcome.lock().unwrap();
        *self.driven.lock().unwrap() += u32::from(outcome.is_some());
        outcome
    }

    async fn lock(&self, _: &DeviceId) -> bool {
        *self.locked.lock().unwrap() += 1;
        *self.locks_again.lock().unwrap()
    }

    fn door_is_open(&self, _: &DeviceId) -> Option<bool> {
        *self.door.lock().unwrap()
    }
}

impl Incidents for Open {
    fn standing(&self, incident: &IncidentId) -> Standing {
        let open = self.0.lock().unwrap();
        open.get(incident).cloned().unwrap_or(Standing::Unknown)
    }

    fn open(&self) -> Option<IncidentOpened> {
        self.0.lock().unwrap().values().find_map(|standing| match standing {
            Standing::Open(opened) => Some(opened.clone()),
            _ => None,
        })
    }

    fn shown(&self) -> Option<IncidentOpened> {
        self.open()
    }
}

#[async_trait]
impl Journal for Log {
    async fn tell(&self, told: Told) -> bool {
        self.told.lock().unwrap().push(told);
        true
    }
}

pub(super) struct House {
    pub(super) company: Rehearsal,
    pub(super) clock: ManualClock,
    pub(super) lock: Arc<Lock>,
    pub(super) incidents: Arc<Open>,
    pub(super) log: Arc<Log>,
    pub(super) room: UnlockRoom,
    pub(super) trust: Arc<Mutex<bool>>,
    pub(super) folder: tempfile::TempDir,
    vault: Vault,
    gateway: Vec<u8>,
    public: PublicPoint,
}

impl House {
    /// A house whose company's roster is in force and whose incident 1 is open.
    pub(super) async fn new() -> Self {
        let house = Self::empty();
        let signed = house.company.root.sign(&house.company.roster).to_bytes();
        house.room.take_roster(&signed).await.unwrap();
        house.open(1);
        house
    }

    pub(super) fn empty() -> Self {
        let company = Rehearsal::new("guard.example", "https://guard.example", start()).unwrap();
        let clock = ManualClock::new(start().timestamp());
        let key = tomori_runtime::pki::PrivateKey::generate().unwrap();
        let gateway = key.to_der().to_vec();
        let public = GatewayKey::from_der(&gateway).unwrap().public().unwrap();
        let lock = Arc::new(Lock {
            standings: Mutex::new(BTreeMap::from([(super::house::lock(), LockStanding::Ready)])),
            driven: Mutex::new(0),
            locked: Mutex::new(0),
            outcome: Mutex::new(Some(Outcome::Opened)),
            locks_again: Mutex::new(true),
            door: Mutex::new(None),
        });
        let (incidents, log) = (Arc::new(Open::default()), Arc::new(Log::default()));
        let trust = Arc::new(Mutex::new(true));
        let folder = tempfile::tempdir().unwrap();
        let root = company.root.public();
        let vault = Vault::open(DataDir::open(folder.path()).unwrap(), Arc::new(SystemEntropy)).unwrap();
        let parts = parts(root, &vault, &clock, &gateway, &lock, &incidents, &log, &trust);
        Self {
            room: UnlockRoom::open(parts).unwrap(),
            company,
            clock,
            lock,
            incidents,
            log,
            trust,
            folder,
            vault,
            gateway,
            public,
        }
    }

    /// The same house after a power cut: what is on the disk, and nothing else.
    pub(super) fn after_power_cut(&self) -> UnlockRoom {
        let (root, vault) = (self.company.root.public(), &self.vault);
        let (lock, incidents, log) = (&self.lock, &self.incidents, &self.log);
        let parts = parts(
            root,
            vault,
            &self.clock,
            &self.gateway,
            lock,
            incidents,
            log,
            &self.trust,
        );
        UnlockRoom::open(parts).unwrap()
    }

    /// The same house with other locks.
    pub(super) fn with_locks(&self, locks: Arc<dyn Locks>) -> UnlockRoom {
        let (root, vault) = (self.company.root.public(), &self.vault);
        let (lock, incidents, log) = (&self.lock, &self.incidents, &self.log);
        let mut parts = parts(
            root,
            vault,
            &self.clock,
            &self.gateway,
            lock,
            incidents,
            log,
            &self.trust,
        );
        parts.locks = locks;
        UnlockRoom::open(parts).unwrap()
    }

    pub(super) fn open(&self, number: u8) {
        let opened = incident(number);
        let id = opened.incident.clone();
        self.incidents.0.lock().unwrap().insert(id, Standing::Open(opened));
    }

    pub(super) fn now(&self) -> UnixMillis {
        use tomori_runtime::clock::Clock as _;
        UnixMillis::of(self.clock.now())
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The number that the panel shows.
    pub(super) fn code(&self) -> GatewayCode {
        self.room.panel().unwrap().code.parse().unwrap()
    }

    /// What the guard says who stands at the door now and reads the panel.
    pub(super) fn arrival(&self) -> Arrival {
        self.company.arrival(&incident(1), self.code(), self.now())
    }

    pub(super) fn in_minutes(&self, minutes: u64) -> UnixMillis {
        UnixMillis::from_millis(self.now().millis() + minutes * 60_000).unwrap()
    }

    /// What three honest people send.
    pub(super) fn bundle(&self) -> UnlockBundle {
        let arrival = self.arrival();
        self.company.bundle(&arrival, lock(), self.in_minutes(5)).unwrap()
    }

    pub(super) async fn send(&self, bundle: &UnlockBundle) {
        self.room.take(&bundle.to_bytes()).await;
    }

    pub(super) fn driven(&self) -> u32 {
        *self.lock.driven.lock().unwrap()
    }

    /// The last answer, its signature checked.
    pub(super) fn answer(&self) -> Result<Receipt, Refusal> {
        let told = self.log.told.lock().unwrap();
        let attested = told.iter().rev().find_map(|told| match told {
            Told::Answered { attested, .. } => Some(Attested::from_bytes(attested).unwrap()),
            _ => None,
        });
        let attested = attested.unwrap();
        attested
            .open::<Receipt>(&self.public)
            .map_err(|_| attested.open::<RefusalNotice>(&self.public).unwrap().why)
    }

    /// The bundle opens nothing, for this reason.
    pub(super) async fn refuses(&self, bundle: &UnlockBundle, why: Refusal) {
        let before = self.driven();
        self.send(bundle).await;
        assert_eq!(self.answer(), Err(why));
        assert_eq!(self.driven(), before, "the lock was driven");
    }
}

#[allow(clippy::too_many_arguments)]
fn parts(
    root: RootKey,
    vault: &Vault,
    clock: &ManualClock,
    gateway: &[u8],
    lock: &Arc<Lock>,
    incidents: &Arc<Open>,
    log: &Arc<Log>,
    trust: &Arc<Mutex<bool>>,
) -> Parts {
    let (trust, gateway) = (Arc::clone(trust), gateway.to_vec());
    Parts {
        home: home(),
        gateway: GatewayId::from_random([3; 10]),
        root: Some(root),
        vault: vault.clone(),
        time: Timekeeper::new(Arc::new(clock.clone())),
        trust: Box::new(move || match *trust.lock().unwrap() {
            true => Trust::Certain,
            false => Trust::Uncertain,
        }),
        key: Box::new(move || GatewayKey::from_der(&gateway).ok()),
        incidents: Arc::clone(incidents) as Arc<dyn Incidents>,
        locks: Arc::clone(lock) as Arc<dyn Locks>,
        journal: Arc::clone(log) as Arc<dyn Journal>,
        news: tokio::sync::watch::channel(0).1,
        relock_after: SignedDuration::from_secs(120),
        left_open_after: SignedDuration::from_secs(180),
    }
}

pub(super) fn moved(at: UnixMillis, seconds: i64) -> Timestamp {
    at.timestamp() + SignedDuration::from_secs(seconds)
}
