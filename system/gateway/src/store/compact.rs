//! Merging a full journal: a new one is written beside it without the superseded reports, and takes its place in one
//! step.

use std::sync::PoisonError;

use tomori_smart_home::Event;
use tomori_smart_home::event::What;

use super::merge::Newest;
use super::record::{Record, decode, encode};
use super::service::StoreError;
use super::shelf::{BYTES, LINES, Shelf, folder};
use super::writer::Writer;

impl Writer {
    /// Gives up superseded reports that were certainly never sent, and numbers the events behind them anew. Whatever
    /// may have been sent keeps its number and its content.
    pub(super) async fn merge(&mut self) -> Result<(), StoreError> {
        let shared = std::sync::Arc::clone(&self.shared);
        let mut shelf = shared.shelf.lock().await;
        let mut newest = Newest::default();
        let first = shelf.journal()?.first_seq();
        let end = shelf.journal()?.next_seq();
        let mut seq = first;
        while seq < end {
            let lines = shelf
                .journal()?
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::from_journal)?;
            let Some((last, _)) = lines.last() else { break };
            seq = last.saturating_add(1);
            for (number, event) in events(&lines)? {
                if number > shelf.claimed {
                    newest.see(number, &event);
                }
            }
        }
        if newest.superseded() == 0 {
            return Ok(());
        }
        let generation = shelf.generation.saturating_add(1);
        // An earlier attempt may have left half of one behind.
        let beside = folder(&self.vault, generation);
        if beside.exists() {
            std::fs::remove_dir_all(&beside).map_err(|source| StoreError::Folder { path: beside, source })?;
        }
        let (mut merged, _) = Shelf::open(&self.vault, generation, self.most_bytes)?;
        merged.claimed = shelf.claimed;
        let mut next: Option<u64> = None;
        let mut seq = first;
        while seq < end {
            let lines = shelf
                .journal()?
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::from_journal)?;
            let Some((last, _)) = lines.last() else { break };
            seq = last.saturating_add(1);
            let mut kept = Vec::new();
            for (number, event) in events(&lines)? {
                if number <= shelf.claimed {
                    kept.push(vec![Record::Event { number, event }]);
                } else {
                    let renumbered = next.get_or_insert(number);
                    if !newest.supersedes(number, &event) {
                        kept.push(vec![Record::Event {
                            number: *renumbered,
                            event,
                        }]);
                        *renumbered = renumbered.saturating_add(1);
                    }
                }
            }
            put(&mut merged, kept).await?;
        }
        let told = Event {
            at: self.clock.now(),
            what: What::ReportsMerged {
                count: newest.superseded(),
            },
        };
        let number = next.unwrap_or_else(|| *shared.tip.borrow());
        put(&mut merged, vec![vec![Record::Event { number, event: told }]]).await?;
        let next_event = number.saturating_add(1);
        shared.state.lock().unwrap_or_else(PoisonError::into_inner).next_event = next_event;
        // This one write is the step: before it the old journal counts, after it the new one.
        let through = merged.journal()?.next_seq().saturating_sub(1);
        if let Err(error) = self.save(generation, through).await {
            let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.next_event = *shared.tip.borrow();
            return Err(error);
        }
        shared.tip.send_replace(next_event);
        let old = folder(&self.vault, shelf.generation);
        *shelf = merged;
        drop(shelf);
        if let Err(error) = std::fs::remove_dir_all(&old) {
            tracing::warn!(path = %old.display(), %error, "the merged journal cannot be removed");
        }
        Ok(())
    }
}

async fn put(shelf: &mut Shelf, lines: Vec<Vec<Record>>) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let bytes = lines
        .iter()
        .map(|records| encode(records).map_err(|source| StoreError::Record { line: 0, source }))
        .collect::<Result<Vec<_>, _>>()?;
    shelf.append(bytes, &lines).await
}

fn events(lines: &[(u64, Vec<u8>)]) -> Result<Vec<(u64, Event)>, StoreError> {
    let mut events = Vec::new();
    for (line, bytes) in lines {
        for record in decode(bytes).map_err(|source| StoreError::Record { line: *line, source })? {
            if let Record::Event { number, event } = record {
                events.push((number, event));
            }
        }
    }
    Ok(events)
}
