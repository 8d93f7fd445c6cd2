//! A batch of events, stored whole or not at all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Tx, values};
use tomori_smart_home::{CommandId, DeviceId, Event, GatewayId, HomeId, PropertyValue, Stage};

use super::super::model::batch::{Draft, Folded, Key, Telling, fold};
use super::super::model::{CommandRecord, Happened};
use super::history::Entry;
use super::twins::Listed;
use super::{commands, equipment, guard, history, homes, twins};

/// What a batch brought about.
#[derive(Debug, Default)]
pub(in crate::device_state) struct Stored {
    /// Every event up to this number is stored.
    pub(in crate::device_state) through: u64,
    /// Devices whose twin is different.
    pub(in crate::device_state) devices: BTreeSet<DeviceId>,
    /// Commands that came further.
    pub(in crate::device_state) commands: Vec<(DeviceId, CommandId)>,
    /// Whether the list of unknown nodes is different.
    pub(in crate::device_state) unknown_nodes: bool,
    /// Whether the history has entries that concern no device, or an alarm about one.
    pub(in crate::device_state) history: bool,
    /// Whether there are alarms, or words on incidents.
    pub(in crate::device_state) alarms: bool,
    /// Whether the guard of the house stands otherwise.
    pub(in crate::device_state) guard: bool,
    /// Numbers that the gateway no longer has, from and to.
    pub(in crate::device_state) missing: Option<(u64, u64)>,
    /// Devices that it spoke of and that no house has.
    pub(in crate::device_state) nobodys: BTreeSet<DeviceId>,
}

/// Why a batch is not stored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Its first number does not follow what is stored.
    #[error("the batch begins at {first}, but {expected} is next")]
    Gap {
        /// The number that was expected.
        expected: u64,
        /// The batch's first number.
        first: u64,
    },
    /// It speaks of something that belongs to another house (EP①).
    #[error("{0} does not belong to this house")]
    Foreign(String),
    /// The gateway speaks for a home that does not exist.
    #[error("there is no home {0}")]
    NoSuchHome(HomeId),
    /// Not stored.
    #[error("the batch cannot be stored")]
    Storage(#[from] DbError),
}

/// The number through which a gateway's events are stored.
pub(in crate::device_state) fn stored_through(
    tx: &mut Tx<'_>,
    home: &HomeId,
    gateway: &GatewayId,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO gateway_stream (gateway, home, stored_through) VALUES ($1, $2, 0) ON CONFLICT (gateway) DO NOTHING",
        &values![gateway.as_str(), home.as_str()],
    )?;
    tx.query_one(
        "SELECT stored_through FROM gateway_stream WHERE gateway = $1",
        &values![gateway.as_str()],
    )?
    .map_or(Ok(0), |row| row.get("stored_through"))
}

/// Stores what of a batch is not stored yet. `resuming` is true for the first batch of a stream: then a gap means
/// that the platform forgot (a backup was put back), not that the gateway skips; it is taken, and told.
pub(in crate::device_state) fn store(
    tx: &mut Tx<'_>,
    home: &HomeId,
    gateway: &GatewayId,
    first: u64,
    events: Vec<Option<Event>>,
    resuming: bool,
    now: Timestamp,
) -> Result<Stored, BatchError> {
    let through = stored_through(tx, home, gateway)?;
    let expected = through + 1;
    let missing = match first.checked_sub(expected) {
        Some(gap) if gap > 0 && !resuming => return Err(BatchError::Gap { expected, first }),
        Some(gap) if gap > 0 => Some((expected, first - 1)),
        _ => None,
    };
    let known = usize::try_from(expected.saturating_sub(first)).unwrap_or(usize::MAX);
    let fresh: Vec<Option<Event>> = events.into_iter().skip(known).collect();
    if fresh.is_empty() {
        return Ok(Stored {
            through,
            ..Stored::default()
        });
    }
    let mut counters = homes::counters(tx, home)?.ok_or_else(|| BatchError::NoSuchHome(home.clone()))?;
    let count = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
    let folded = fold(fresh, counters.events + 1, now);
    counters.events += count;
    let (ignored, nobodys) = check_owners(tx, home, &folded)?;

    let mut stored = Stored {
        through: first.max(expected) + count - 1,
        missing,
        nobodys,
        ..Stored::default()
    };
    for what in &folded.alarms {
        guard::add(tx, home, what, now)?;
        stored.alarms = true;
    }
    if let Some((at, arming)) = &folded.guard {
        guard::put(tx, home, *at, arming)?;
        stored.guard = true;
    }
    let previous = write_twins(tx, &folded, &ignored, now, &mut stored)?;
    let issued = write_commands(tx, home, &folded, &mut stored)?;
    for draft in &folded.drafts {
        let (at, happened) = match draft {
            Draft::Sure(at, happened) => (*at, happened.clone()),
            Draft::First(at, key, to) => match previous.iter().find(|(known, _)| known == key) {
                Some((_, from)) if from.as_ref() != Some(to) => (
                    *at,
                    Happened::StateChanged {
                        device: key.0.clone(),
                        property: key.1.clone(),
                        from: from.clone(),
                        to: to.clone(),
                    },
                ),
                _ => continue,
            },
            Draft::Unknown(at, endpoint, address) => {
                // A gateway that did not have the newest list yet told of a node that is on it.
                if equipment::at_endpoint(tx, home, endpoint)?.is_some() {
                    continue;
                }
                stored.unknown_nodes = true;
                if !equipment::remember_unknown(tx, home, endpoint, address, *at)? {
                    continue;
                }
                let (endpoint, address) = (endpoint.clone(), address.clone());
                (*at, Happened::UnknownNode { endpoint, address })
            }
            Draft::Issued(at, id) => {
                if let Some((id, device)) = issued.iter().find(|(issued, _)| issued == id) {
                    counters.entries += 1;
                    let entry = Entry::Command(id, device);
                    history::add(tx, home, counters.entries, *at, now, &entry)?;
                }
                continue;
            }
        };
        if happened.device().is_some_and(|device| ignored.contains(device)) {
            continue;
        }
        // Somebody in a device's name is no news of the device: it is told like an alarm.
        stored.history |= happened.device().is_none() || matches!(happened, Happened::Impersonation { .. });
        counters.entries += 1;
        history::add(tx, home, counters.entries, at, now, &Entry::Happened(&happened))?;
    }
    homes::set_counters(tx, home, counters)?;
    homes::heard(tx, home, folded.software.as_deref(), folded.applied_plan, now)?;
    tx.execute(
        "UPDATE gateway_stream SET stored_through = $1 WHERE gateway = $2",
        &values![stored.through, gateway.as_str()],
    )?;
    Ok(stored)
}

/// No device may be another home's. One that was taken off the list, or has no node now, is the home's: what is still
/// told of it is left out. So is what is told of devices that no home has, which a platform forgets when a backup is put
/// back (docs/adr/0066); they are the second set, too.
fn check_owners(
    tx: &mut Tx<'_>,
    home: &HomeId,
    folded: &Folded,
) -> Result<(BTreeSet<DeviceId>, BTreeSet<DeviceId>), BatchError> {
    let (mut ignored, mut nobodys) = (BTreeSet::new(), BTreeSet::new());
    for device in &folded.devices {
        match twins::owner(tx, device)? {
            Some((owner, Listed::Adopted)) if owner == *home => {}
            Some((owner, _)) if owner == *home => {
                ignored.insert(device.clone());
            }
            Some(_) => return Err(BatchError::Foreign(device.to_string())),
            None => {
                ignored.insert(device.clone());
                nobodys.insert(device.clone());
            }
        }
    }
    Ok((ignored, nobodys))
}

/// Writes reports, presence and holds; tells what each property was before.
fn write_twins(
    tx: &mut Tx<'_>,
    folded: &Folded,
    ignored: &BTreeSet<DeviceId>,
    now: Timestamp,
    stored: &mut Stored,
) -> Result<Vec<(Key, Option<PropertyValue>)>, DbError> {
    let mut previous = Vec::with_capacity(folded.reports.len());
    for (key, latest) in &folded.reports {
        let (device, property) = key;
        if ignored.contains(device) {
            continue;
        }
        previous.push((key.clone(), twins::report(tx, device, property, latest, now)?));
        if !folded.presence.contains_key(device) && stored.devices.insert(device.clone()) {
            twins::first_sign(tx, device, latest.at)?;
        }
    }
    for (device, presence) in folded.presence.iter().filter(|(device, _)| !ignored.contains(device)) {
        twins::set_presence(tx, device, *presence)?;
        stored.devices.insert(device.clone());
    }
    for (device, until) in folded.holds.iter().filter(|(device, _)| !ignored.contains(device)) {
        twins::hold(tx, device, *until)?;
        stored.devices.insert(device.clone());
    }
    Ok(previous)
}

/// Writes what is told of commands; returns those that the gateway made and that are new to us.
fn write_commands(
    tx: &mut Tx<'_>,
    home: &HomeId,
    folded: &Folded,
    stored: &mut Stored,
) -> Result<Vec<(CommandId, DeviceId)>, BatchError> {
    let mut issued = Vec::new();
    for telling in &folded.commands {
        let (id, stage, at) = match telling {
            Telling::Progress(id, stage, at) => (id, stage.clone(), *at),
            Telling::Issued(command) => (&command.id, Stage::Delivered, command.issued_at),
        };
        let known = commands::one(tx, id)?;
        match (known, telling) {
            (Some(record), _) if record.home != *home => return Err(BatchError::Foreign(id.to_string())),
            // The platform may have made the same command (a schedule's firing): there is one, and the gateway has it.
            (Some(mut record), _) => {
                if record.advance(stage, at) {
                    commands::update(tx, &record)?;
                    stored.commands.push((record.command.device, record.command.id));
                }
            }
            (None, Telling::Issued(command)) if stored.nobodys.contains(&command.device) => {}
            (None, Telling::Issued(command)) => {
                let record = CommandRecord {
                    home: home.clone(),
                    command: command.clone(),
                    stage: Stage::Delivered,
                    sent_at: None,
                    delivered_at: Some(command.issued_at),
                    executed_at: None,
                    ended_at: None,
                };
                commands::add(tx, &record, None)?;
                twins::set_last_command(tx, &command.device, &command.id)?;
                issued.push((command.id.clone(), command.device.clone()));
                stored.commands.push((command.device.clone(), command.id.clone()));
            }
            // The story of a command that is no longer kept.
            (None, Telling::Progress(..)) => {}
        }
    }
    Ok(issued)
}
