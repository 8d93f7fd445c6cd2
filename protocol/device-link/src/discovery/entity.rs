//! One entity of a device: the topics and words of one thing that it tells or does.

use serde_json::Value;
use thiserror::Error;

/// What kind of thing an entity is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// On or off.
    BinarySensor {
        /// What it watches (`door`, `motion`, `smoke`, …), as Home Assistant calls it.
        device_class: Option<String>,
        /// The word for on.
        on: String,
        /// The word for off.
        off: String,
        /// After how many seconds an "on" is over by itself.
        off_delay_s: Option<u32>,
    },
    /// Locked or unlocked, and told to be.
    Lock {
        /// Where it is told.
        command_topic: String,
        /// The words.
        words: LockWords,
    },
    /// Something that happens in a moment: a button is pressed.
    Event {
        /// What can happen; empty when it does not say.
        types: Vec<String>,
    },
}

/// The words of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWords {
    /// It shall lock.
    pub lock: String,
    /// It shall unlock.
    pub unlock: String,
    /// It is locked.
    pub locked: String,
    /// It is unlocked.
    pub unlocked: String,
    /// It is on the way to be locked.
    pub locking: String,
    /// It is on the way to be unlocked.
    pub unlocking: String,
    /// It is stuck.
    pub jammed: String,
}

/// Where in a message the word stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It is the message.
    Whole,
    /// It is a member of a JSON object, by its path.
    Member(Vec<String>),
}

/// A topic that tells whether the device is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The topic.
    pub topic: String,
    /// Where the word stands.
    pub reading: Reading,
    /// It is there.
    pub available: String,
    /// It is not.
    pub not_available: String,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub component: Component,
    /// Where it tells how it is.
    pub state_topic: String,
    /// Where the word stands.
    pub reading: Reading,
    /// Where it is told whether the device is there: all have to say so.
    pub availability: Vec<Availability>,
    /// After how many seconds without a word its state counts no more.
    pub expire_after_s: Option<u32>,
}

/// What a message on a state topic said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A binary sensor is on (`true`) or off.
    Is(bool),
    /// A lock is locked (`true`) or unlocked, and free.
    Locked(bool),
    /// A lock is stuck.
    Jammed,
    /// A lock is on its way; it has not arrived.
    Moving,
    /// Something happened, by its name.
    Happened(String),
    /// The device does not know itself.
    Unknown,
}

/// Why a message says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is no text.
    #[error("the message is not UTF-8")]
    NotText,
    /// It is not JSON, or lacks the member that the configuration names.
    #[error("the message is not JSON with the member that value_template names")]
    NoMember,
    /// Its word is none of those that the configuration names.
    #[error("the word is none of those of the configuration")]
    ForeignWord,
}

impl Reading {
    /// The word of a message.
    ///
    /// # Errors
    /// When there is none.
    pub fn word(&self, payload: &[u8]) -> Result<String, Unreadable> {
        let text = std::str::from_utf8(payload).map_err(|_| Unreadable::NotText)?;
        match self {
            Self::Whole => Ok(plain(text)),
            Self::Member(path) => {
                let value: Value = serde_json::from_str(text).map_err(|_| Unreadable::NoMember)?;
                let member = path.iter().try_fold(&value, |value, name| value.get(name));
                member.and_then(scalar).ok_or(Unreadable::NoMember)
            }
        }
    }
}

impl Availability {
    /// Whether a message on the topic says that the device is there.
    ///
    /// # Errors
    /// When it says nothing.
    pub fn is_available(&self, payload: &[u8]) -> Result<bool, Unreadable> {
        let word = self.reading.word(payload)?;
        match word {
            word if word == self.available => Ok(true),
            word if word == self.not_available => Ok(false),
            _ => Err(Unreadable::ForeignWord),
        }
    }
}

impl Entity {
    /// What a message on the state topic says.
    ///
    /// # Errors
    /// When it says nothing that the configuration names.
    pub fn hear(&self, payload: &[u8]) -> Result<Said, Unreadable> {
        if let Component::Event { types } = &self.component {
            return happened(&self.reading, types, payload);
        }
        let word = self.reading.word(payload)?;
        if word == "None" {
            return Ok(Said::Unknown);
        }
        match &self.component {
            Component::BinarySensor { on, off, .. } => match word {
                word if word == *on => Ok(Said::Is(true)),
                word if word == *off => Ok(Said::Is(false)),
                _ => Err(Unreadable::ForeignWord),
            },
            Component::Lock { words, .. } => match word {
                word if word == words.locked => Ok(Said::Locked(true)),
                word if word == words.unlocked => Ok(Said::Locked(false)),
                word if word == words.jammed => Ok(Said::Jammed),
                word if word == words.locking || word == words.unlocking => Ok(Said::Moving),
                _ => Err(Unreadable::ForeignWord),
            },
            Component::Event { .. } => Err(Unreadable::ForeignWord),
        }
    }
}

/// An event says its type in JSON, `{"event_type": "press"}`.
fn happened(reading: &Reading, types: &[String], payload: &[u8]) -> Result<Said, Unreadable> {
    let member = Reading::Member(vec!["event_type".to_owned()]);
    let reading = match reading {
        Reading::Whole => &member,
        named @ Reading::Member(_) => named,
    };
    let word = reading.word(payload)?;
    if types.is_empty() || types.contains(&word) {
        Ok(Said::Happened(word))
    } else {
        Err(Unreadable::ForeignWord)
    }
}

/// A scalar as the word that it is compared by.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(plain(text)),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some("None".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Templates of Home Assistant spell truth values as Python does.
fn plain(text: &str) -> String {
    match text {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        other => other.to_owned(),
    }
}
