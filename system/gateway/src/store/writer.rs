//! The one writer: it numbers events, writes groups together, and keeps the house served when the disk refuses.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::journal::JournalError;
use tomori_runtime::remedy::chain;

use super::backlog::Backlog;
use super::record::{Draft, Note, Record, encode};
use super::service::{Health, MEMORY, Memory, Need, Shared, StoreError};
use crate::vault::Vault;

/// Requests that are written together at most.
const TOGETHER: usize = 64;
/// How often a refusing disk is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// Acknowledged events before their place is given back.
const RELEASE: u64 = 500;

/// What the writer is asked.
pub(super) enum Request {
    /// To remember.
    Remember {
        drafts: Vec<Draft>,
        need: Need,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
    /// The platform has stored everything through this number.
    Acknowledged { through: u64 },
    /// To end cleanly.
    Close { reply: oneshot::Sender<()> },
}

struct Group {
    drafts: Vec<Draft>,
    need: Need,
    reply: Option<oneshot::Sender<Result<(), StoreError>>>,
}

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) vault: Vault,
    pub(super) clock: SharedClock,
    pub(super) most_bytes: u64,
    backlog: Backlog,
    acknowledged: u64,
    released: u64,
    /// Whether the journal has to be opened again.
    is_closed: bool,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, vault: Vault, clock: SharedClock, most_bytes: u64) -> Self {
        Self {
            shared,
            vault,
            clock,
            most_bytes,
            backlog: Backlog::default(),
            acknowledged: 0,
            released: 0,
            is_closed: false,
        }
    }

    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            let mut asked = Vec::new();
            let waiting = requests.recv_many(&mut asked, TOGETHER);
            // Retrying is about the disk, not about the house's time.
            match tokio::time::timeout(RETRY, waiting).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(_) => {
                    if !self.backlog.is_empty() {
                        self.write(Vec::new()).await;
                    }
                    continue;
                }
            }
            let mut groups = Vec::new();
            let mut close = None;
            for request in asked {
                match request {
                    Request::Remember { drafts, need, reply } => groups.push(Group {
                        drafts,
                        need,
                        reply: Some(reply),
                    }),
                    Request::Acknowledged { through } => self.acknowledged = self.acknowledged.max(through),
                    Request::Close { reply } => close = Some(reply),
                }
            }
            if close.is_some() {
                let at = self.clock.now();
                groups.push(Group {
                    drafts: vec![Note::Stopped { at }.into()],
                    need: Need::Durable,
                    reply: None,
                });
            }
            self.write(groups).await;
            if close.is_some() || self.acknowledged.saturating_sub(self.released) >= RELEASE {
                self.release().await;
            }
            if let Some(reply) = close {
                let _ = reply.send(());
                return;
            }
        }
    }

    /// Writes what waits and then the groups; answers each.
    async fn write(&mut self, mut groups: Vec<Group>) {
        if self.is_closed
            && let Err(error) = self.recover().await
        {
            tracing::warn!(error = %chain(&error), "the journal cannot be opened again yet");
        }
        let is_merging = self.make_room().await;
        if is_merging {
            for group in &mut groups {
                let drafts = std::mem::take(&mut group.drafts);
                group.drafts = drafts
                    .into_iter()
                    .filter_map(|draft| self.backlog.hold(draft))
                    .collect();
            }
        }
        let waiting = if is_merging && !self.is_failing() {
            Vec::new()
        } else {
            self.backlog.groups(self.clock.now())
        };
        let drafts = waiting.iter().chain(groups.iter().map(|group| &group.drafts));
        match self
            .append(drafts.filter(|drafts| !drafts.is_empty()).cloned().collect())
            .await
        {
            Ok(()) => {
                if !waiting.is_empty() {
                    self.backlog.clear();
                }
                self.say(if is_merging {
                    Health::MergingReports
                } else {
                    Health::Good
                });
                for group in groups {
                    answer(group.reply, Ok(()));
                }
            }
            Err(error) => {
                self.say(Health::InMemory { why: chain(&error) });
                for group in groups {
                    let done = self.keep_in_memory(group.drafts, group.need);
                    answer(group.reply, done);
                }
            }
        }
    }

    fn keep_in_memory(&mut self, drafts: Vec<Draft>, need: Need) -> Result<(), StoreError> {
        if need == Need::Durable {
            return Err(StoreError::Unavailable);
        }
        let remembered = drafts.clone();
        self.backlog.keep(drafts).map_err(|_| StoreError::Unavailable)?;
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.iter().for_each(|draft| state.remember(draft));
        Ok(())
    }

    /// Numbers the events of these groups, writes each group as one line, and takes them in once they are durable.
    pub(super) async fn append(&mut self, groups: Vec<Vec<Draft>>) -> Result<(), StoreError> {
        if groups.is_empty() {
            return Ok(());
        }
        let mut next = *self.shared.tip.borrow();
        let mut lines = Vec::with_capacity(groups.len());
        let mut written = Vec::with_capacity(groups.len());
        for drafts in groups {
            let records: Vec<Record> = drafts.into_iter().map(|draft| number(draft, &mut next)).collect();
            lines.push(encode(&records).map_err(|source| StoreError::Record { line: 0, source })?);
            written.push(records);
        }
        let mut shelf = self.shared.shelf.lock().await;
        let appended = shelf.append(lines, &written).await;
        self.is_closed = matches!(appended, Err(StoreError::Journal(JournalError::Closed)));
        appended?;
        drop(shelf);
        self.take_in(&written);
        Ok(())
    }

    /// Opens a journal again that failed. What it kept of the failed writes need not be written again.
    pub(super) async fn recover(&mut self) -> Result<(), StoreError> {
        let kept = self
            .shared
            .shelf
            .lock()
            .await
            .reopen(&self.vault, self.most_bytes)
            .await?;
        self.is_closed = false;
        self.take_in(&kept);
        kept.iter().for_each(|records| self.backlog.forget(records));
        Ok(())
    }

    fn take_in(&self, lines: &[Vec<Record>]) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().flatten().for_each(|record| state.apply(record));
        self.shared.tip.send_replace(state.next_event);
    }

    /// Sees that there is room for reports; returns whether they have to be held back.
    async fn make_room(&mut self) -> bool {
        let was_merging = *self.shared.health.borrow() == Health::MergingReports;
        let enough = self.most_bytes / if was_merging { 2 } else { 1 };
        if self.bytes().await < enough {
            return false;
        }
        if self.acknowledged > self.released {
            self.release().await;
        }
        if was_merging || self.bytes().await < enough {
            return self.bytes().await >= enough;
        }
        if let Err(error) = self.merge().await {
            tracing::warn!(error = %chain(&error), "the full journal cannot be merged");
        }
        // Merging again for the sake of a few lines would rewrite the journal over and over.
        self.bytes().await >= self.most_bytes / 4 * 3
    }

    async fn bytes(&self) -> u64 {
        self.shared.shelf.lock().await.bytes()
    }

    /// Makes the sum durable, and gives back the place of what it covers and the platform has.
    async fn release(&mut self) {
        let released = self.acknowledged;
        let done = async {
            let mut shelf = self.shared.shelf.lock().await;
            let through = shelf.journal()?.next_seq().saturating_sub(1);
            self.save(shelf.generation, through).await?;
            let tip = *self.shared.tip.borrow();
            if let Some(line) = shelf.settled_line(released, tip) {
                shelf
                    .journal()?
                    .release_through(line)
                    .await
                    .map_err(StoreError::from_journal)?;
            }
            Ok::<(), StoreError>(())
        };
        match done.await {
            Ok(()) => self.released = released,
            Err(error) => tracing::warn!(error = %chain(&error), "the journal's place cannot be given back yet"),
        }
    }

    /// Makes the sum durable.
    pub(super) async fn save(&self, generation: u64, through: u64) -> Result<(), StoreError> {
        let state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let memory = Memory {
            generation,
            through,
            state,
        };
        let vault = self.vault.clone();
        tokio::task::spawn_blocking(move || vault.write(MEMORY, &memory))
            .await
            .map_err(|_| StoreError::Closed)?
            .map_err(StoreError::Vault)
    }

    fn is_failing(&self) -> bool {
        matches!(*self.shared.health.borrow(), Health::InMemory { .. })
    }

    fn say(&self, health: Health) {
        self.shared.health.send_if_modified(|said| {
            let changed = *said != health;
            if changed {
                match &health {
                    Health::Good => tracing::info!("the journal is in order again"),
                    Health::MergingReports => {
                        tracing::warn!("the journal is full; superseded reports are merged until the platform is back");
                    }
                    Health::InMemory { why } => {
                        tracing::error!(%why, "the disk refuses; the house is served from memory");
                    }
                }
                *said = health;
            }
            changed
        });
    }
}

fn number(draft: Draft, next: &mut u64) -> Record {
    match draft {
        Draft::Event(event) => {
            let number = *next;
            *next = next.saturating_add(1);
            Record::Event { number, event }
        }
        Draft::Note(note) => {
            if let Note::Numbering { next: told } = note {
                *next = (*next).max(told);
            }
            Record::Note(note)
        }
    }
}

fn answer(reply: Option<oneshot::Sender<Result<(), StoreError>>>, done: Result<(), StoreError>) {
    if let Some(reply) = reply {
        // Nobody waits any more: it is remembered all the same.
        let _ = reply.send(done);
    }
}
