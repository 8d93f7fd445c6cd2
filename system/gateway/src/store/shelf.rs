//! The journal of this moment, and where in it which event lies.

use std::collections::VecDeque;
use std::path::PathBuf;

use tomori_runtime::journal::{Journal, Opened, Options};
use tomori_smart_home::Event;

use super::record::{Record, decode};
use super::service::StoreError;
use crate::vault::Vault;

/// Every how many events the index has an entry.
const STRIDE: u64 = 64;
/// Lines and bytes read from the journal at once.
pub(super) const LINES: usize = 128;
pub(super) const BYTES: usize = 64 * 1024;
/// The size of a segment of the journal: what is released, is released in pieces of this.
pub(super) const SEGMENT: u64 = 256 * 1024;

/// Events for the platform, in the order of their numbers, without gaps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    /// The number of the first.
    pub(crate) first: u64,
    /// The events.
    pub(crate) events: Vec<Event>,
}

/// A journal and the index of its events.
pub(super) struct Shelf {
    pub(super) generation: u64,
    pub(super) journal: Journal,
    /// Events up to this number may have been sent; they keep their numbers for ever.
    pub(super) claimed: u64,
    /// (number of an event, line it is in), ascending, one for about every [`STRIDE`] events.
    index: VecDeque<(u64, u64)>,
}

impl Batch {
    /// The number of the last event.
    pub(crate) fn last(&self) -> u64 {
        let count = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.first.saturating_add(count).saturating_sub(1)
    }
}

impl Shelf {
    /// Opens the journal of a generation.
    pub(super) fn open(vault: &Vault, generation: u64, most_bytes: u64) -> Result<(Self, Opened), StoreError> {
        let options = Options {
            sealer: Some(vault.sealer(&purpose(generation)).map_err(StoreError::Vault)?),
            segment_bytes: SEGMENT,
            max_bytes: most_bytes,
        };
        let anchor = vault.mac_key(&purpose(generation)).map_err(StoreError::Vault)?;
        let (journal, opened) =
            Journal::open(&folder(vault, generation), options, anchor).map_err(StoreError::Journal)?;
        let shelf = Self {
            generation,
            journal,
            claimed: 0,
            index: VecDeque::new(),
        };
        Ok((shelf, opened))
    }

    /// Notes that line `seq` holds these records.
    pub(super) fn note(&mut self, seq: u64, records: &[Record]) {
        let Some(number) = records.iter().find_map(Record::number) else {
            return;
        };
        if self.index.back().is_none_or(|(last, _)| number >= last + STRIDE) {
            self.index.push_back((number, seq));
        }
    }

    /// The last line of which every event has a number up to `through`; forgets the index before it.
    pub(super) fn settled_line(&mut self, through: u64) -> Option<u64> {
        while let Some((number, _)) = self.index.get(1)
            && *number <= through.saturating_add(1)
        {
            self.index.pop_front();
        }
        let (number, seq) = self.index.front()?;
        (*number <= through.saturating_add(1)).then(|| seq.saturating_sub(1))
    }

    /// The events behind `number` and before `tip`, at most this many, and as many as fit in about `most_bytes`.
    pub(super) async fn read(
        &self,
        number: u64,
        tip: u64,
        most_events: usize,
        most_bytes: usize,
    ) -> Result<Option<Batch>, StoreError> {
        let wanted = number.saturating_add(1);
        let mut seq = self
            .index
            .iter()
            .rev()
            .find(|(first, _)| *first <= wanted)
            .or(self.index.front())
            .map_or(u64::MAX, |(_, seq)| *seq);
        let mut batch: Option<Batch> = None;
        let mut bytes = 0_usize;
        while seq < self.journal.next_seq() {
            let lines = self
                .journal
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::Journal)?;
            let Some((last, _)) = lines.last() else {
                break;
            };
            seq = last.saturating_add(1);
            for (at, line) in &lines {
                bytes = bytes.saturating_add(line.len());
                for record in decode(line).map_err(|source| StoreError::Record { line: *at, source })? {
                    let Record::Event { number, event } = record else {
                        continue;
                    };
                    if number < wanted {
                        bytes = 0;
                        continue;
                    }
                    if number >= tip {
                        return Ok(batch);
                    }
                    match &mut batch {
                        None => {
                            batch = Some(Batch {
                                first: number,
                                events: vec![event],
                            });
                        }
                        // A gap is left where the platform knew numbers that this store did not.
                        Some(batch) if number != batch.last().saturating_add(1) => return Ok(Some(batch.clone())),
                        Some(batch) if batch.events.len() >= most_events || bytes > most_bytes => {
                            return Ok(Some(batch.clone()));
                        }
                        Some(batch) => batch.events.push(event),
                    }
                }
            }
        }
        Ok(batch)
    }
}

/// Where the journal of a generation lies.
pub(super) fn folder(vault: &Vault, generation: u64) -> PathBuf {
    vault.data().path(&purpose(generation))
}

/// What each generation is sealed for: lines of one cannot stand in another.
fn purpose(generation: u64) -> String {
    format!("journal-{generation:06}")
}
