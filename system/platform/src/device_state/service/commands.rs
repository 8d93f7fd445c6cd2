//! Wishes, and the truth about them.

use jiff::Timestamp;
use tomori_echonet_lite::class::{self, Access};
use tomori_runtime::db::Tx;
use tomori_runtime::entropy::bytes;
use tomori_smart_home::{Command, CommandId, DeviceKind, HomeId, Reason, Stage};

use super::super::model::command::{LONGEST_LIFE, MOST_OPEN};
use super::super::model::house::Unfit;
use super::super::model::{Changed, CommandRecord, NewCommand};
use super::super::store::{self, history::Entry};
use super::{Service, StateError, known_home};

impl Service {
    /// Takes a wish: durable before it answers, and idempotent by id and by key. The house decides whether it is
    /// carried out; refused here is only what no house could do.
    ///
    /// # Errors
    /// When home or device do not exist, no node is adopted for the device, the property cannot be set, the value
    /// does not fit, the key was used for something else, or too much is under way.
    pub async fn command(&self, home: &HomeId, new: NewCommand) -> Result<CommandRecord, StateError> {
        check_key(new.idempotency_key.as_deref())?;
        let now = self.inner.clock.now();
        let expires_at = expiry(&new, now)?;
        let fresh = CommandId::from_random(bytes(&*self.inner.entropy));
        let home_id = home.clone();
        let (record, superseded) = self
            .inner
            .database
            .try_write(move |tx| accept(tx, &home_id, new, fresh, expires_at, now))
            .await?;
        for old in superseded {
            self.told(&old);
        }
        self.told(&record);
        if record.stage == Stage::Accepted {
            self.inner.doorbell.ring(home);
        }
        Ok(record)
    }

    /// One command.
    ///
    /// # Errors
    /// When the home has no such command.
    pub async fn command_record(&self, home: &HomeId, id: &CommandId) -> Result<CommandRecord, StateError> {
        let (home, id) = (home.clone(), id.clone());
        self.inner
            .database
            .try_read(move |reader| {
                store::commands::one(reader, &id)?
                    .filter(|record| record.home == home)
                    .ok_or(StateError::NoSuchCommand(id))
            })
            .await
    }

    pub(super) fn told(&self, record: &CommandRecord) {
        let what = Changed::Command {
            command: record.command.id.clone(),
        };
        self.changed(&record.home, Some(record.command.device.clone()), what);
    }
}

fn accept(
    tx: &mut Tx<'_>,
    home: &HomeId,
    new: NewCommand,
    fresh: CommandId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(CommandRecord, Vec<CommandRecord>), StateError> {
    known_home(tx, home)?;
    let by_key = match &new.idempotency_key {
        Some(key) => store::commands::by_key(tx, home, key)?,
        None => None,
    };
    let by_id = match &new.id {
        Some(id) => store::commands::one(tx, id)?,
        None => None,
    };
    if let Some(known) = by_key.or(by_id) {
        if known.home != *home || !new.is_same_wish(&known) {
            return Err(StateError::KeyReused(known.command.id));
        }
        return Ok((known, Vec::new()));
    }
    let line =
        store::equipment::one(tx, home, &new.device)?.ok_or_else(|| StateError::NoSuchDevice(new.device.clone()))?;
    if !line.is_adopted() {
        return Err(StateError::Refused {
            reason: Reason::NotAdopted,
            why: "no node is adopted for the device yet".to_owned(),
        });
    }
    check_value(line.device.kind, &new)?;
    let open = store::commands::open(tx, home)?;
    // What is too old to act waits for the house's word only; it keeps nobody out.
    let under_way = open.iter().filter(|record| !record.command.is_expired(now)).count();
    if under_way >= MOST_OPEN {
        return Err(StateError::Refused {
            reason: Reason::Busy,
            why: format!("{MOST_OPEN} commands are under way for this house; wait until some have ended"),
        });
    }
    let superseded = supersede(tx, open, &new, now)?;
    let record = CommandRecord {
        home: home.clone(),
        command: Command {
            id: new.id.unwrap_or(fresh),
            device: new.device,
            property: new.property,
            value: new.value,
            origin: new.origin,
            issued_at: now,
            expires_at,
        },
        stage: Stage::Accepted,
        sent_at: None,
        delivered_at: None,
        executed_at: None,
        ended_at: None,
    };
    let Command { id, device, .. } = &record.command;
    store::commands::add(tx, &record, new.idempotency_key.as_deref())?;
    store::twins::set_last_command(tx, device, id)?;
    store::history::append(tx, home, now, now, &Entry::Command(id, device))?;
    Ok((record, superseded))
}

/// Wishes that the house cannot know of make room for a newer one of the same property: a shutter that hears `open` and `close`
/// in one breath after an absence would only be driven back and forth.
fn supersede(
    tx: &mut Tx<'_>,
    open: Vec<CommandRecord>,
    new: &NewCommand,
    now: Timestamp,
) -> Result<Vec<CommandRecord>, StateError> {
    let mut superseded = Vec::new();
    for mut old in open {
        if !old.is_unknown_to_the_house() || old.command.device != new.device || old.command.property != new.property {
            continue;
        }
        let refused = Stage::Refused {
            reason: Reason::Superseded,
        };
        if old.advance(refused, now) {
            store::commands::update(tx, &old)?;
            superseded.push(old);
        }
    }
    Ok(superseded)
}

fn check_key(key: Option<&str>) -> Result<(), Unfit> {
    match key {
        Some(key) if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(Unfit::new(
                "idempotencyKey",
                "needs 1 to 128 visible ASCII characters without spaces",
            ))
        }
        _ => Ok(()),
    }
}

fn expiry(new: &NewCommand, now: Timestamp) -> Result<Timestamp, Unfit> {
    let wanted = new.expires_at.unwrap_or(now + Command::LIFETIME);
    if wanted <= now {
        return Err(Unfit::new("expiresAt", "lies in the past"));
    }
    if wanted.duration_since(now) > LONGEST_LIFE {
        return Err(Unfit::new(
            "expiresAt",
            "lies more than one hour ahead; a wish that old surprises people",
        ));
    }
    Ok(wanted)
}

fn check_value(kind: DeviceKind, new: &NewCommand) -> Result<(), StateError> {
    // A door is opened by signed statements of several people (use case 2), never by a wish of this kind.
    if kind == DeviceKind::ElectricLock {
        return Err(StateError::Refused {
            reason: Reason::PropertyNotSettable,
            why: "a lock is not operated this way".to_owned(),
        });
    }
    let spec = class::lookup(kind.class_code())
        .and_then(|class| class.by_name(new.property.as_str()))
        .filter(|spec| spec.set != Access::No)
        .ok_or_else(|| StateError::Refused {
            reason: Reason::PropertyNotSettable,
            why: format!("a {} has no settable property {}", kind.short_name(), new.property),
        })?;
    spec.encode(&new.value)
        .map(|_| ())
        .map_err(|error| StateError::Refused {
            reason: Reason::ValueOutOfRange,
            why: error.to_string(),
        })
}
