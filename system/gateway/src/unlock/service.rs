//! Takes rosters and bundles, judges them, and refuses by name what gives no authority. What does is driven (`drive`).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::{Mutex, Notify, Semaphore, watch};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::unlock::{Digest, Refusal, RefusalNotice, Statement, UnixMillis};
use tomori_smart_home::{GatewayId, HomeId, IncidentId};
use tomori_unlock::{Authority, GatewayKey, LARGEST_BUNDLE, RootKey, UnlockBundle, digest};

use super::code::Codes;
use super::memory::Memory;
use super::model::{Circumstances, Permit, Standing, decide};
use super::port::{Incidents, Journal, Locks, Told};
use super::relock::SeenOpen;
use super::roster::InForce;
use crate::timekeeping::{Timekeeper, Trust};
use crate::vault::{Vault, VaultError};

/// The sealed file.
const MEMORY: &str = "unlock";
/// What the code's key is derived for.
const CODE_PURPOSE: &str = "unlock code";
/// How often the door is looked at while it has to be locked again.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// Bundles that wait at most.
const MOST_WAITING: usize = 8;
/// Refusals that are told in a minute at most. Whoever sends more is not told that it is refused; it is.
const MOST_REFUSALS: u32 = 30;

/// What the room works with.
pub(crate) struct Parts {
    pub(crate) home: HomeId,
    pub(crate) gateway: GatewayId,
    /// The security company's root, pinned at installation; `None` when the house has no such company.
    pub(crate) root: Option<RootKey>,
    pub(crate) vault: Vault,
    pub(crate) time: Timekeeper,
    /// Whether the clock can be believed.
    pub(crate) trust: Box<dyn Fn() -> Trust + Send + Sync>,
    /// The gateway's identity key of the moment.
    pub(crate) key: Box<dyn Fn() -> Option<GatewayKey> + Send + Sync>,
    pub(crate) incidents: Arc<dyn Incidents>,
    pub(crate) locks: Arc<dyn Locks>,
    pub(crate) journal: Arc<dyn Journal>,
    /// Changes when anything happened in the house: an incident may have been opened.
    pub(crate) news: watch::Receiver<u64>,
    /// How long a door stays unlocked when nobody opens it.
    pub(crate) relock_after: SignedDuration,
    /// How long a door may stand open before that is told.
    pub(crate) left_open_after: SignedDuration,
}

/// What the panel at the door shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The incident.
    pub incident: IncidentId,
    /// The code in two groups of four digits.
    pub code: String,
    /// For how many more milliseconds.
    pub left_ms: u64,
}

/// The room. Clones are the same one.
#[derive(Clone)]
pub(crate) struct UnlockRoom {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    codes: Codes,
    pub(super) room: Mutex<Room>,
    wake: Notify,
    waiting: Arc<Semaphore>,
}

pub(super) struct Room {
    pub(super) memory: Memory,
    roster: Option<InForce>,
    refusals: (UnixMillis, u32),
    /// Incidents whose door was seen open, and those of which it was told that it stands open too long.
    pub(super) seen_open: BTreeMap<IncidentId, SeenOpen>,
}

impl UnlockRoom {
    /// Takes up what the last run left.
    ///
    /// # Errors
    /// When the sealed file cannot be used.
    pub(crate) fn open(parts: Parts) -> Result<Self, VaultError> {
        let memory: Memory = parts.vault.read(MEMORY)?.unwrap_or_default();
        let codes = Codes::new(parts.vault.mac_key(CODE_PURPOSE)?);
        let roster = parts.root.as_ref().zip(memory.roster()).and_then(|(root, bytes)| {
            let restored = InForce::restore(&bytes, root);
            restored
                .inspect_err(|_| tracing::warn!("the roster on the disk is not of the pinned root and is not used"))
                .ok()
        });
        let room = Mutex::new(Room {
            memory,
            roster,
            refusals: (UnixMillis::of(parts.time.now()), 0),
            seen_open: BTreeMap::new(),
        });
        let inner = Inner {
            parts,
            codes,
            room,
            wake: Notify::new(),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Takes a roster over; the version in force.
    ///
    /// # Errors
    /// Why not; the one before stays in force.
    pub(crate) async fn take_roster(&self, bytes: &[u8]) -> Result<u64, Refusal> {
        let parts = &self.inner.parts;
        let root = parts.root.as_ref().ok_or(Refusal::NoCompany)?;
        let mut room = self.inner.room.lock().await;
        let taken = InForce::take(bytes, root, room.roster.as_ref(), self.now())?;
        if room.roster.as_ref() != Some(&taken) {
            let mut memory = room.memory.clone();
            memory.set_roster(taken.bytes());
            self.seal(&memory).await?;
            room.memory = memory;
            tracing::info!(
                version = taken.roster().version,
                "a new roster of the security company is in force"
            );
        }
        let version = taken.roster().version;
        room.roster = Some(taken);
        Ok(version)
    }

    /// Takes a bundle without waiting for what becomes of it. While many wait, more are dropped: the platform delivers
    /// again, and one house opens one door at a time.
    pub(crate) fn deliver(&self, bytes: Vec<u8>) {
        let Ok(place) = Arc::clone(&self.inner.waiting).try_acquire_owned() else {
            tracing::warn!("too many bundles wait for this house's locks");
            return;
        };
        let room = self.clone();
        tokio::spawn(async move {
            room.take(&bytes).await;
            drop(place);
        });
    }

    /// Takes a bundle from the platform: drives the lock, or says why not. A bundle that was answered before is answered
    /// the same again, and nothing else happens.
    pub(crate) async fn take(&self, bytes: &[u8]) {
        let mut room = self.inner.room.lock().await;
        let bundle = digest(bytes);
        if let Some(answer) = room.memory.answer(&bundle) {
            self.inner.parts.journal.tell(answer.told()).await;
            return;
        }
        match self.judge(bytes, &room) {
            Ok(permit) => self.drive(&mut room, permit).await,
            Err((why, incident)) => self.refuse(&mut room, bundle, why, incident).await,
        }
        self.inner.wake.notify_one();
    }

    /// What the panel at the door shows; `None` while there is nothing to open.
    pub(crate) fn panel(&self) -> Option<Panel> {
        let parts = &self.inner.parts;
        parts.root.as_ref()?;
        let opened = parts.incidents.shown()?;
        let (code, left_ms) = self.inner.codes.shown(&opened.incident, &opened.nonce, self.now());
        Some(Panel {
            incident: opened.incident,
            code: code.spoken(),
            left_ms,
        })
    }

    /// Ends what the last run left, and locks doors again, until told to stop.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        self.resume().await;
        let mut news = self.inner.parts.news.clone();
        loop {
            let is_busy = self.look().await;
            let clock = self.inner.parts.time.clock();
            let pause = std::time::Duration::try_from(LOOK_EVERY).unwrap_or_default();
            tokio::select! {
                () = clock.sleep(pause), if is_busy => {}
                () = self.inner.wake.notified() => {}
                Ok(()) = news.changed() => {}
                () = shutdown.wait() => return,
            }
        }
    }

    pub(super) fn now(&self) -> UnixMillis {
        UnixMillis::of(self.inner.parts.time.now())
    }

    fn judge(&self, bytes: &[u8], room: &Room) -> Result<Permit, (Refusal, Option<IncidentId>)> {
        let parts = &self.inner.parts;
        // The incident it names is looked at first: whoever waits there is told, whatever the answer is.
        let bundle = Some(bytes).filter(|bytes| bytes.len() <= LARGEST_BUNDLE);
        let bundle = bundle.and_then(|bytes| UnlockBundle::from_bytes(bytes).ok());
        let statements = bundle.as_ref().and_then(|bundle| bundle.statements().ok());
        let named = statements.map(|(arrival, ..)| arrival.incident);
        let because = |why| (why, named.clone());
        if parts.root.is_none() {
            return Err(because(Refusal::NoCompany));
        }
        let roster = room.roster.as_ref().ok_or(because(Refusal::NoRoster))?;
        let bundle = bundle.ok_or(because(Refusal::Unreadable))?;
        let authority = Authority::of(&bundle, roster.roster()).map_err(because)?;
        if authority.arrival().home != parts.home {
            return Err(because(Refusal::OtherHome));
        }
        let incident = authority.arrival().incident.clone();
        let standing = parts.incidents.standing(&incident);
        let arrival = authority.arrival();
        let code_was_shown = match &standing {
            Standing::Open(opened) => {
                self.inner
                    .codes
                    .was_shown(&arrival.code, &opened.incident, &opened.nonce, arrival.at)
            }
            _ => false,
        };
        let circumstances = Circumstances {
            now: self.now(),
            trust: (parts.trust)(),
            incident: &standing,
            attempt: room.memory.attempt(&incident),
            lock: parts.locks.standing(&authority.request().lock),
            code_was_shown,
        };
        decide(authority, &circumstances).map_err(|why| (why, Some(incident)))
    }

    pub(super) async fn refuse(&self, room: &mut Room, bundle: Digest, why: Refusal, incident: Option<IncidentId>) {
        let (parts, now) = (&self.inner.parts, self.now());
        tracing::warn!(target: "audit", %bundle, why = %why.code(), "a bundle does not open the door");
        if why == Refusal::CodeWrong
            && let Some(attempt) = incident
                .as_ref()
                .and_then(|incident| room.memory.attempt_mut(incident, now))
        {
            attempt.wrong_codes = attempt.wrong_codes.saturating_add(1);
        }
        let (since, count) = room.refusals;
        let count = if now.millis().saturating_sub(since.millis()) >= 60_000 {
            room.refusals = (now, 1);
            1
        } else {
            room.refusals = (since, count.saturating_add(1));
            count.saturating_add(1)
        };
        let notice = RefusalNotice {
            home: parts.home.clone(),
            gateway: parts.gateway.clone(),
            bundle,
            why,
            at: now,
        };
        let Some(attested) = self.sign(&notice).filter(|_| count <= MOST_REFUSALS) else {
            return;
        };
        // What may be otherwise in a moment is judged anew when it comes again; everything else is said once and for all.
        if why.is_final() {
            room.memory.answered(bundle, incident.clone(), &attested);
            let _ = self.seal(&room.memory).await;
        }
        let told = Told::Answered {
            bundle,
            incident,
            attested,
        };
        if parts.journal.tell(told).await {
            room.memory.told(&bundle);
        }
    }

    /// Signs that the incident was opened, once.
    pub(super) async fn attest(&self, room: &mut Room) {
        let parts = &self.inner.parts;
        let Some(opened) = parts.incidents.open().filter(|_| parts.root.is_some()) else {
            return;
        };
        if room.memory.is_attested(&opened.incident) {
            return;
        }
        let Some(attested) = self.sign(&opened) else {
            return;
        };
        let incident = opened.incident.clone();
        if parts.journal.tell(Told::Opened { incident, attested }).await {
            room.memory.set_attested(opened.incident);
            let _ = self.seal(&room.memory).await;
        }
    }

    pub(super) fn sign<S: Statement>(&self, statement: &S) -> Option<Vec<u8>> {
        let key = (self.inner.parts.key)();
        let attested = key.and_then(|key| key.attest(statement).ok());
        if attested.is_none() {
            tracing::error!("the gateway cannot sign with its identity key");
        }
        attested.map(|attested| attested.to_bytes())
    }

    pub(super) async fn seal(&self, memory: &Memory) -> Result<(), Refusal> {
        let (vault, memory) = (self.inner.parts.vault.clone(), memory.clone());
        match tokio::task::spawn_blocking(move || vault.write(MEMORY, &memory)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(error = %tomori_runtime::remedy::chain(&error), "the doors' memory cannot be written");
                Err(Refusal::NotRemembered)
            }
            Err(_) => Err(Refusal::NotRemembered),
        }
    }
}

pub(super) fn later(at: UnixMillis, span: SignedDuration) -> UnixMillis {
    let span = u64::try_from(span.as_millis()).unwrap_or(0);
    UnixMillis::from_millis(at.millis().saturating_add(span)).unwrap_or(UnixMillis::LAST)
}
