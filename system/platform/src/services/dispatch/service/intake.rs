//! Takes in the alarms that the houses' gateways told, in their order, each once.
//!
//! The state room has stored them before it acknowledged them; here they become incidents. How far the intake came is
//! committed with what it led to, so a stop at any moment neither loses an alarm nor repeats one.

use jiff::Timestamp;
use tomori_runtime::db::Tx;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::unlock::{Attestation, Receipt, RefusalNotice, Statement as _};
use tomori_smart_home::{Alarm, HomeId, IncidentId};
use tomori_unlock::{Attested, digest};

use super::super::model::{Step, worse};
use super::super::store::{contracts, incidents};
use super::{DispatchError, Service};
use crate::device_state::{DoorWord, GuardEntry, GuardWhat};

/// Entries that are taken in together at most.
const TOGETHER: u32 = 100;
/// How long after a failure it is tried again.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

/// An entry of the houses' journal and where its device is.
struct Placed {
    entry: GuardEntry,
    room: String,
    name: String,
}

impl Service {
    /// Takes in what the houses tell until told to stop.
    pub async fn run(self, shutdown: Shutdown) {
        let mut news = self.inner.state.guard_news();
        loop {
            // Marked as seen before it is looked at: what comes meanwhile wakes again.
            news.borrow_and_update();
            let done = self.take_in().await;
            let again = match &done {
                Ok(all) => !all,
                Err(error) => {
                    tracing::error!(%error, "alarms of houses cannot be taken in yet");
                    true
                }
            };
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(if done.is_ok() { std::time::Duration::ZERO } else { AGAIN }), if again => {}
                () = shutdown.wait() => return,
            }
        }
    }

    /// Takes in some; true when that was all there is.
    ///
    /// # Errors
    /// When something cannot be read or stored; nothing of it is taken in then.
    pub async fn take_in(&self) -> Result<bool, DispatchError> {
        let through = self.inner.database.read(incidents::through).await?;
        let entries = self.inner.state.guard_entries(through, TOGETHER).await?;
        let Some(last) = entries.last().map(|entry| entry.number) else {
            return Ok(true);
        };
        let is_all = entries.len() < usize::try_from(TOGETHER).unwrap_or(usize::MAX);
        let mut placed = Vec::with_capacity(entries.len());
        for entry in entries {
            placed.push(self.place(entry).await?);
        }
        let mut homes: Vec<HomeId> = placed.iter().map(|one| one.entry.home.clone()).collect();
        homes.dedup();
        let now = self.now();
        let strange = self
            .inner
            .database
            .try_write(move |tx| {
                let mut strange = Vec::new();
                for one in placed {
                    if let Some(what) = take(tx, one, now)? {
                        strange.push(what);
                    }
                }
                incidents::set_through(tx, last)?;
                Ok::<_, DispatchError>(strange)
            })
            .await?;
        for (home, what) in strange {
            self.inner
                .audit
                .record_refusal("gateway", "incident.foreign", home.as_str(), &what)
                .await;
        }
        for home in &homes {
            self.published(home);
        }
        // What is taken in need not be kept over there; it is only place.
        if let Err(error) = self.inner.state.forget_guard_entries(last).await {
            tracing::warn!(%error, "alarms that were taken in are still kept");
        }
        Ok(is_all)
    }

    async fn place(&self, entry: GuardEntry) -> Result<Placed, DispatchError> {
        let device = match &entry.what {
            GuardWhat::Alarm { alarm } => alarm.device.clone(),
            GuardWhat::Closed { .. } | GuardWhat::Door { .. } => None,
        };
        let (mut room, mut name) = (String::new(), String::new());
        if let Some(device) = device
            && let Ok(known) = self.inner.state.device(&entry.home, &device).await
        {
            room = known.equipment.device.room;
            name = known.equipment.device.name;
        }
        Ok(Placed { entry, room, name })
    }
}

/// Takes in one entry; returns what is wrong with one that is not believed.
fn take(tx: &mut Tx<'_>, placed: Placed, now: Timestamp) -> Result<Option<(HomeId, String)>, DispatchError> {
    let Placed { entry, room, name } = placed;
    let home = entry.home;
    let alarm = match entry.what {
        GuardWhat::Closed { incident } => {
            incidents::gateway_knows(tx, &home, &incident)?;
            return Ok(None);
        }
        GuardWhat::Door { incident, at, word } => return take_door(tx, home, &incident, (at, now), word),
        GuardWhat::Alarm { alarm } => alarm,
    };
    match incidents::one(tx, &alarm.incident)? {
        // An id of another home's incident (EP①): whoever made it up gets nothing by it.
        Some(known) if known.home != home => {
            return Ok(Some((home, format!("{} is another home's", alarm.incident))));
        }
        Some(_) if incidents::has(tx, &alarm)? => return Ok(None),
        Some(known) => {
            if !known.is_open() {
                incidents::reopen(tx, &alarm.incident)?;
            }
            let hazard = worse(known.hazard, alarm.hazard);
            incidents::set_hazard(tx, &alarm.incident, hazard, known.is_shown || is_shown(&alarm))?;
        }
        None => {
            let contract = contracts::contract(tx, &home)?;
            incidents::open(
                tx,
                &home,
                contract.as_ref().map(|contract| &contract.company),
                &alarm,
                now,
            )?;
            incidents::set_hazard(tx, &alarm.incident, alarm.hazard, is_shown(&alarm))?;
        }
    }
    let (incident, at) = (alarm.incident.clone(), alarm.at);
    let step = Step::Alarm { alarm, room, name };
    incidents::add_entry(tx, &incident, at, now, &step)?;
    Ok(None)
}

/// Takes in what a gateway told of a door. The same word told again is there once.
fn take_door(
    tx: &mut Tx<'_>,
    home: HomeId,
    incident: &IncidentId,
    (at, now): (Timestamp, Timestamp),
    word: DoorWord,
) -> Result<Option<(HomeId, String)>, DispatchError> {
    let known = incidents::one(tx, incident)?.filter(|known| known.home == home);
    if known.is_none() {
        return Ok(Some((home, format!("{incident} is none of this home's"))));
    }
    let told = match &word {
        DoorWord::Attested { attested } | DoorWord::Answered { attested, .. } => Some(digest(&attested.0).to_string()),
        DoorWord::Relocked { .. } | DoorWord::LeftOpen { .. } => None,
    };
    if let Some(told) = &told
        && incidents::has_told(tx, incident, told)?
    {
        return Ok(None);
    }
    let answer = match &word {
        DoorWord::Answered { attested, .. } => answer(attested),
        _ => None,
    };
    let step = Step::Door { word, answer };
    incidents::add_told(tx, incident, at, now, &step, told)?;
    Ok(None)
}

/// What the gateway answered, by its own words. Whoever has to believe it checks its signature.
fn answer(attested: &Attestation) -> Option<String> {
    let signed = Attested::from_bytes(&attested.0).ok()?;
    match Receipt::from_bytes(&signed.statement) {
        Ok(receipt) => Some(receipt.outcome.name().to_owned()),
        Err(_) => Some(RefusalNotice::from_bytes(&signed.statement).ok()?.why.code()),
    }
}

fn is_shown(alarm: &Alarm) -> bool {
    alarm.hazard != tomori_smart_home::Hazard::Duress
}
