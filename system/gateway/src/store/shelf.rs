//! The journal of this moment, and where in it which event lies.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use tomori_runtime::journal::{Journal, JournalError, Opened, Options};
use tomori_smart_home::Event;

use super::record::{Record, decode};
use super::service::StoreError;
use crate::vault::Vault;

/// How the folder of a journal is called, before the number of its generation.
const PREFIX: &str = "journal-";
/// Every how many events the index has an entry.
const STRIDE: u64 = 64;
/// Lines and bytes read from the journal at once.
pub(super) const LINES: usize = 128;
pub(super) const BYTES: usize = 64 * 1024;
/// The largest segment of a journal: what is released, is released in pieces of it.
const LARGEST_SEGMENT: u64 = 256 * 1024;

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
    /// `None` while a journal that failed cannot be opened again.
    journal: Option<Journal>,
    /// The line behind the last one that is certainly durable.
    end: u64,
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
    /// Opens the journal of a generation. Beyond `most_bytes` there is as much room again for all that is never
    /// merged.
    pub(super) fn open(vault: &Vault, generation: u64, most_bytes: u64) -> Result<(Self, Opened), StoreError> {
        let segment_bytes = LARGEST_SEGMENT.min(most_bytes / 8);
        let options = Options {
            sealer: Some(vault.sealer(&purpose(generation)).map_err(StoreError::Vault)?),
            segment_bytes,
            max_bytes: most_bytes.saturating_mul(2),
        };
        let anchor = vault.mac_key(&purpose(generation)).map_err(StoreError::Vault)?;
        let (journal, opened) =
            Journal::open(&folder(vault, generation), options, anchor).map_err(StoreError::from_journal)?;
        let shelf = Self {
            generation,
            journal: Some(journal),
            end: opened.next_seq,
            claimed: 0,
            index: VecDeque::new(),
        };
        Ok((shelf, opened))
    }

    /// The journal, when it is open.
    pub(super) fn journal(&self) -> Result<&Journal, StoreError> {
        self.journal.as_ref().ok_or(StoreError::Unavailable)
    }

    /// How large the journal is.
    pub(super) fn bytes(&self) -> u64 {
        self.journal.as_ref().map_or(0, Journal::bytes)
    }

    /// Opens a journal again that could not tell how much of its last write it kept. What it kept is returned: it is
    /// durable now.
    pub(super) async fn reopen(&mut self, vault: &Vault, most_bytes: u64) -> Result<Vec<Vec<Record>>, StoreError> {
        self.journal = None;
        let mut tries = 0;
        let (again, opened) = loop {
            match Self::open(vault, self.generation, most_bytes) {
                // The writer of the failed one is a thread of its own and takes a moment to let go.
                Err(StoreError::Journal(JournalError::InUse { .. })) if tries < 20 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(25)).await;
                }
                opened => break opened?,
            }
        };
        if opened.next_seq < self.end {
            return Err(StoreError::Torn {
                first: opened.first_seq,
                last: opened.next_seq.saturating_sub(1),
                through: self.end.saturating_sub(1),
            });
        }
        let mut kept = Vec::new();
        let mut seq = self.end;
        while seq < opened.next_seq {
            let lines = again
                .journal()?
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::from_journal)?;
            let Some((last, _)) = lines.last() else { break };
            seq = last.saturating_add(1);
            for (line, bytes) in &lines {
                let records = decode(bytes).map_err(|source| StoreError::Record { line: *line, source })?;
                kept.push((*line, records));
            }
        }
        self.journal = again.journal;
        for (line, records) in &kept {
            self.note(*line, records);
        }
        Ok(kept.into_iter().map(|(_, records)| records).collect())
    }

    /// Appends lines, all or none, and notes what they hold.
    pub(super) async fn append(&mut self, lines: Vec<Vec<u8>>, records: &[Vec<Record>]) -> Result<(), StoreError> {
        let first = self.journal()?.append(lines).await.map_err(StoreError::from_journal)?;
        for (line, records) in (first..).zip(records) {
            self.note(line, records);
        }
        Ok(())
    }

    /// Notes that line `seq` is durable and holds these records.
    pub(super) fn note(&mut self, seq: u64, records: &[Record]) {
        self.end = self.end.max(seq.saturating_add(1));
        let Some(number) = records.iter().find_map(Record::number) else {
            return;
        };
        if self.index.back().is_none_or(|(last, _)| number >= last + STRIDE) {
            self.index.push_back((number, seq));
        }
    }

    /// The last line of which every event has a number up to `through`; forgets the index before it.
    pub(super) fn settled_line(&mut self, through: u64, tip: u64) -> Option<u64> {
        if through.saturating_add(1) >= tip {
            self.index.clear();
            return Some(self.end.saturating_sub(1));
        }
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
        let journal = self.journal()?;
        while seq < journal.next_seq() {
            let lines = journal
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::from_journal)?;
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

/// The journals that lie in the data directory, of whatever generation.
pub(super) fn folders(vault: &Vault) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(vault.data().root())? {
        let path = entry?.path();
        let is_journal = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if is_journal && path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

/// What each generation is sealed for: lines of one cannot stand in another.
fn purpose(generation: u64) -> String {
    format!("{PREFIX}{generation:06}")
}
