//! Reads discovery messages.

use serde_json::{Map, Value};
use thiserror::Error;
use tomori_smart_home::DeviceId;

use super::entity::{Availability, Component, Entity, LockWords, Reading, scalar};
use crate::topic::{self, TopicError};

/// The most entities of one device.
pub const MOST_ENTITIES: usize = 32;
/// The most availability topics of one entity.
const MOST_AVAILABILITY: usize = 8;
/// The most kinds of events of one entity.
const MOST_TYPES: usize = 32;

/// Abbreviations that Home Assistant allows, of the keys that we read.
const SHORT: [(&str, &str); 30] = [
    ("avty", "availability"),
    ("avty_mode", "availability_mode"),
    ("avty_t", "availability_topic"),
    ("avty_tpl", "availability_template"),
    ("cmd_t", "command_topic"),
    ("cmd_tpl", "command_template"),
    ("cmps", "components"),
    ("cod_form", "code_format"),
    ("dev_cla", "device_class"),
    ("evt_typ", "event_types"),
    ("exp_aft", "expire_after"),
    ("off_dly", "off_delay"),
    ("opt", "optimistic"),
    ("p", "platform"),
    ("pl_avail", "payload_available"),
    ("pl_lock", "payload_lock"),
    ("pl_not_avail", "payload_not_available"),
    ("pl_off", "payload_off"),
    ("pl_on", "payload_on"),
    ("pl_unlk", "payload_unlock"),
    ("stat_jam", "state_jammed"),
    ("stat_jammed", "state_jammed"),
    ("stat_locked", "state_locked"),
    ("stat_locking", "state_locking"),
    ("stat_t", "state_topic"),
    ("stat_unlocked", "state_unlocked"),
    ("stat_unlocking", "state_unlocking"),
    ("t", "topic"),
    ("uniq_id", "unique_id"),
    ("val_tpl", "value_template"),
];

/// What a discovery topic told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These entities stand in this message now, each under its name; those that stood there before and are not among
    /// them are gone. Names of entities that are passed over are left out.
    Entities(Vec<(String, Entity)>),
    /// It is no discovery topic.
    Nothing,
}

/// Why a discovery message is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// It is no JSON object.
    #[error("the configuration is not a JSON object")]
    NotJson,
    /// A key is missing or does not fit.
    #[error("{key}: {why}")]
    Key {
        /// The key, in its long form.
        key: &'static str,
        /// What is wrong, and what would fit.
        why: &'static str,
    },
    /// A topic in it is not the device's own.
    #[error("{key}: not a topic of this device")]
    Topic {
        /// The key.
        key: &'static str,
        /// Why.
        #[source]
        source: TopicError,
    },
    /// There are too many entities.
    #[error("at most 32 entities for one device")]
    TooMany,
}

/// Reads what a device publishes on a topic of its own that may be a discovery topic. An empty message takes back.
///
/// # Errors
/// What does not fit, by its key.
pub fn read(topic: &str, payload: &[u8], device: &DeviceId) -> Result<Told, DiscoveryError> {
    let mut levels = topic.split('/');
    if levels.next() != Some(topic::PREFIX) || !topic.ends_with("/config") {
        return Ok(Told::Nothing);
    }
    let component = levels.next().unwrap_or_default();
    if payload.is_empty() {
        return Ok(Told::Entities(Vec::new()));
    }
    let Ok(Value::Object(given)) = serde_json::from_slice(payload) else {
        return Err(DiscoveryError::NotJson);
    };
    let given = spelled_out(given);
    if component != "device" {
        let entity = entity(component, &given, device)?;
        return Ok(Told::Entities(
            entity.map(|entity| (String::new(), entity)).into_iter().collect(),
        ));
    }
    let Some(Value::Object(components)) = given.get("components") else {
        return Err(refused("components", "give an object with an entry for each entity"));
    };
    if components.len() > MOST_ENTITIES {
        return Err(DiscoveryError::TooMany);
    }
    let mut entities = Vec::new();
    for (name, own) in components {
        let Value::Object(own) = own else {
            return Err(refused("components", "each entry is an object"));
        };
        // What stands outside holds for each, unless it says otherwise.
        let mut whole = given.clone();
        whole.remove("components");
        whole.extend(spelled_out(with_base(own.clone(), &given)));
        let Some(platform) = whole.get("platform").and_then(Value::as_str).map(str::to_owned) else {
            return Err(refused("platform", "say what the entity is, such as lock"));
        };
        if let Some(entity) = entity(&platform, &whole, device)? {
            entities.push((name.clone(), entity));
        }
    }
    Ok(Told::Entities(entities))
}

fn entity(component: &str, given: &Map<String, Value>, device: &DeviceId) -> Result<Option<Entity>, DiscoveryError> {
    let word = |key: &'static str, usual: &str| match given.get(key) {
        None => Ok(usual.to_owned()),
        Some(value) => scalar(value).ok_or_else(|| refused(key, "give a word")),
    };
    let component = match component {
        "binary_sensor" => Component::BinarySensor {
            device_class: given.get("device_class").and_then(Value::as_str).map(str::to_owned),
            on: word("payload_on", "ON")?,
            off: word("payload_off", "OFF")?,
            off_delay_s: seconds(given, "off_delay")?,
        },
        "lock" => {
            if given
                .get("optimistic")
                .is_some_and(|value| *value != Value::Bool(false))
            {
                return Err(refused("optimistic", "a lock says how it is; leave this out"));
            }
            for key in ["code_format", "command_template"] {
                if given.get(key).is_some_and(|value| !value.is_null()) {
                    return Err(refused(
                        "command_topic",
                        "codes and templates for commands are not served",
                    ));
                }
            }
            let words = LockWords {
                lock: word("payload_lock", "LOCK")?,
                unlock: word("payload_unlock", "UNLOCK")?,
                locked: word("state_locked", "LOCKED")?,
                unlocked: word("state_unlocked", "UNLOCKED")?,
                locking: word("state_locking", "LOCKING")?,
                unlocking: word("state_unlocking", "UNLOCKING")?,
                jammed: word("state_jammed", "JAMMED")?,
            };
            let is_one = words.locked == words.unlocked || words.lock == words.unlock;
            if is_one || words.jammed == words.locked || words.unlocking == words.locked {
                return Err(refused(
                    "state_locked",
                    "give each state and each command a word of its own",
                ));
            }
            Component::Lock {
                command_topic: own_topic(given, "command_topic", device)?,
                words,
            }
        }
        "event" => Component::Event { types: types(given)? },
        _ => return Ok(None),
    };
    if let Component::BinarySensor { on, off, .. } = &component
        && on == off
    {
        return Err(refused("payload_on", "on and off need words of their own"));
    }
    Ok(Some(Entity {
        component,
        state_topic: own_topic(given, "state_topic", device)?,
        reading: reading(given, "value_template")?,
        availability: availability(given, device)?,
        expire_after_s: seconds(given, "expire_after")?.filter(|seconds| *seconds > 0),
    }))
}

fn availability(given: &Map<String, Value>, device: &DeviceId) -> Result<Vec<Availability>, DiscoveryError> {
    let one = |of: &Map<String, Value>, key: &'static str, template: &'static str| {
        let word = |key: &'static str, usual: &str| of.get(key).and_then(scalar).unwrap_or_else(|| usual.to_owned());
        Ok(Availability {
            topic: own_topic(of, key, device)?,
            reading: reading(of, template)?,
            available: word("payload_available", "online"),
            not_available: word("payload_not_available", "offline"),
        })
    };
    if given.contains_key("availability_topic") {
        return Ok(vec![one(given, "availability_topic", "availability_template")?]);
    }
    let list = match given.get("availability") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MOST_AVAILABILITY => list.clone(),
        Some(Value::Object(one)) => vec![Value::Object(one.clone())],
        Some(_) => return Err(refused("availability", "give a list of at most 8 objects with a topic")),
    };
    let fits = |entry| match entry {
        Value::Object(entry) => one(&spelled_out(with_base(entry, given)), "topic", "value_template"),
        _ => Err(refused("availability", "give a list of at most 8 objects with a topic")),
    };
    list.into_iter().map(fits).collect()
}

fn types(given: &Map<String, Value>) -> Result<Vec<String>, DiscoveryError> {
    let list = match given.get("event_types") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MOST_TYPES => list,
        Some(_) => return Err(refused("event_types", "give a list of at most 32 words")),
    };
    let word = |value: &Value| scalar(value).ok_or_else(|| refused("event_types", "give a list of at most 32 words"));
    list.iter().map(word).collect()
}

/// The only templates that are understood name a member: `{{ value_json.contact }}`, `{{ value_json.state.lock }}`.
fn reading(given: &Map<String, Value>, key: &'static str) -> Result<Reading, DiscoveryError> {
    let template = match given.get(key) {
        None | Some(Value::Null) => return Ok(Reading::Whole),
        Some(Value::String(template)) => template,
        Some(_) => return Err(refused(key, "give a text")),
    };
    let inner = template
        .trim()
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"));
    let inner = inner.map(str::trim);
    if inner == Some("value") {
        return Ok(Reading::Whole);
    }
    let path = inner.and_then(|inner| inner.strip_prefix("value_json."));
    let is_name = |name: &str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match path {
        Some(path) if path.split('.').count() <= 4 && path.split('.').all(is_name) => {
            Ok(Reading::Member(path.split('.').map(str::to_owned).collect()))
        }
        _ => Err(refused(
            key,
            "only {{ value_json.NAME }} is understood; a template is a program of somebody else",
        )),
    }
}

fn own_topic(given: &Map<String, Value>, key: &'static str, device: &DeviceId) -> Result<String, DiscoveryError> {
    let topic = given
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| refused(key, "give a topic"))?;
    topic::check_publish(topic, device).map_err(|source| DiscoveryError::Topic { key, source })?;
    Ok(topic.to_owned())
}

fn seconds(given: &Map<String, Value>, key: &'static str) -> Result<Option<u32>, DiscoveryError> {
    match given.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .and_then(|seconds| u32::try_from(seconds).ok())
            .filter(|seconds| *seconds <= 604_800)
            .map(Some)
            .ok_or_else(|| refused(key, "give 0 to 604800 seconds")),
    }
}

/// Long names for short ones, and the base topic `~` put in.
fn spelled_out(given: Map<String, Value>) -> Map<String, Value> {
    let base = given.get("~").and_then(Value::as_str).map(str::to_owned);
    let long = |key: String| {
        let found = SHORT.iter().find(|(short, _)| *short == key);
        found.map_or(key, |(_, long)| (*long).to_owned())
    };
    given
        .into_iter()
        .map(|(key, value)| {
            let key = long(key);
            let value = match (&base, value) {
                (Some(base), Value::String(text)) if key.ends_with("topic") => Value::String(based(&text, base)),
                (_, value) => value,
            };
            (key, value)
        })
        .collect()
}

/// What stands inside has the base topic of what stands around it.
fn with_base(mut inner: Map<String, Value>, outer: &Map<String, Value>) -> Map<String, Value> {
    if let Some(base) = outer.get("~").filter(|_| !inner.contains_key("~")) {
        inner.insert("~".to_owned(), base.clone());
    }
    inner
}

fn based(topic: &str, base: &str) -> String {
    if let Some(rest) = topic.strip_prefix('~') {
        format!("{base}{rest}")
    } else if let Some(rest) = topic.strip_suffix('~') {
        format!("{rest}{base}")
    } else {
        topic.to_owned()
    }
}

fn refused(key: &'static str, why: &'static str) -> DiscoveryError {
    DiscoveryError::Key { key, why }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
