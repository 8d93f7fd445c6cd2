//! What one line of the gateway's journal says.
//!
//! A line is a list of records that became durable together, so no crash can part a command from the note that it
//! was taken. Events are what the platform will hear, under numbers that are given once; notes are the gateway's own
//! memory.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::{Command, CommandId, Event, ScheduleId};

use crate::arming::Held;
use crate::command::Intent;

/// The form of a line that this software writes.
const FORM: u8 = 1;

/// One thing to remember, before it has a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Draft {
    /// An event for the platform.
    Event(Event),
    /// A note for the gateway itself.
    Note(Note),
}

/// One thing remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Record {
    /// An event for the platform.
    Event {
        /// Its number, given once in this gateway's life.
        number: u64,
        /// The event.
        event: Event,
    },
    /// A note for the gateway itself.
    Note(Note),
}

/// The gateway's own memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Note {
    /// A command was taken; from now on its id acts never again.
    Taken {
        /// The command.
        command: Command,
        /// When it was issued, by the house's clock.
        issued_at: Timestamp,
        /// Its end by the house's clock.
        expires_at: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// The device is about to be driven.
    Intended {
        /// For which command.
        command: CommandId,
        /// What stood before.
        intent: Intent,
    },
    /// A firing took place or was missed; it never takes place again.
    Settled {
        /// The schedule.
        schedule: ScheduleId,
        /// The date it was for.
        date: Date,
    },
    /// The platform knows numbers that this store does not: go on behind them.
    Numbering {
        /// The next number to give.
        next: u64,
    },
    /// The platform's clock agrees with ours: whatever later times were seen, this is now.
    ClockAgreed {
        /// The time.
        at: Timestamp,
    },
    /// The guard of the house, whole. It is in one line with the alarms it led to.
    Arming(Box<Held>),
    /// A clean stop.
    Stopped {
        /// When.
        at: Timestamp,
    },
}

/// Why a line cannot be read.
#[derive(Debug, Error)]
pub enum RecordError {
    /// It was written by newer software.
    #[error("written in form {form}; this software reads form {FORM}: install the newer software again")]
    Newer {
        /// The form it says it has.
        form: u8,
    },
    /// It is not what this software writes.
    #[error("not a line that this software writes")]
    Malformed(#[source] serde_json::Error),
    /// It has no content at all.
    #[error("an empty line")]
    Empty,
}

/// The bytes of a line.
///
/// # Errors
/// When a number is not finite.
pub(crate) fn encode(records: &[Record]) -> Result<Vec<u8>, RecordError> {
    let mut line = vec![FORM];
    serde_json::to_writer(&mut line, records).map_err(RecordError::Malformed)?;
    Ok(line)
}

/// The records of a line.
///
/// # Errors
/// When this software did not write it.
pub(crate) fn decode(line: &[u8]) -> Result<Vec<Record>, RecordError> {
    match line.split_first() {
        Some((&FORM, body)) => serde_json::from_slice(body).map_err(RecordError::Malformed),
        Some((form, _)) => Err(RecordError::Newer { form: *form }),
        None => Err(RecordError::Empty),
    }
}

impl From<Event> for Draft {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<Note> for Draft {
    fn from(note: Note) -> Self {
        Self::Note(note)
    }
}

impl Record {
    /// The event's number, when it is one.
    #[must_use]
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Event { number, .. } => Some(*number),
            Self::Note(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::event::What;

    use super::*;

    #[test]
    fn a_line_reads_back() {
        let at: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        let records = vec![
            Record::Event {
                number: 7,
                event: Event {
                    at,
                    what: What::ClockJumped { seconds: -3 },
                },
            },
            Record::Note(Note::Stopped { at }),
        ];
        let line = encode(&records).unwrap();
        assert_eq!(decode(&line).unwrap(), records);
        assert_eq!(records[0].number(), Some(7));
    }

    #[test]
    fn foreign_lines_are_named() {
        assert!(matches!(decode(&[]), Err(RecordError::Empty)));
        assert!(matches!(decode(&[9, 1]), Err(RecordError::Newer { form: 9 })));
        assert!(matches!(decode(b"\x01[{"), Err(RecordError::Malformed(_))));
    }
}
