//! Reading entries while the writer goes on.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::segment::{Reader, Record, open_body};
use super::writer::Shared;
use super::{JournalError, Tampered};

pub(super) fn entries(
    shared: &Shared,
    from: u64,
    max_entries: usize,
    max_bytes: usize,
) -> Result<Vec<(u64, Vec<u8>)>, JournalError> {
    // Only what is durable is read: a crash cannot take back what somebody has seen.
    let end = shared.next_seq.load(Ordering::Acquire);
    let from = from.max(shared.first_seq.load(Ordering::Acquire));
    let segments = shared.segments.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let start = segments
        .iter()
        .rposition(|segment| segment.first_seq <= from)
        .unwrap_or(0);
    let (mut out, mut bytes) = (Vec::new(), 0_usize);
    for segment in segments.iter().skip(start) {
        let (mut reader, parsed) = match Reader::open(&segment.path) {
            Ok(opened) => opened,
            // It was given up between the look at the list and now.
            Err(JournalError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let damaged = |seq, offset, what| {
            JournalError::Damaged(Tampered {
                seq,
                segment: segment.path.clone(),
                offset,
                what,
            })
        };
        let (mut seq, _) = parsed.ok_or_else(|| damaged(segment.first_seq, 0, "the segment has no header"))?;
        let bookmark = shared.bookmark.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((marked, path, offset)) = bookmark
            && path == segment.path
            && marked <= from
        {
            reader
                .seek(offset)
                .map_err(|error| JournalError::file(&segment.path, error))?;
            seq = marked;
        }
        while seq < end {
            if out.len() >= max_entries || (bytes >= max_bytes && !out.is_empty()) {
                let mark = Some((seq, segment.path.clone(), reader.offset));
                *shared.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
                return Ok(out);
            }
            let offset = reader.offset;
            let body = match reader
                .next()
                .map_err(|error| JournalError::file(&segment.path, error))?
            {
                Record::End => break,
                Record::Torn => return Err(damaged(seq, offset, "the entry is cut off")),
                Record::Whole { body, .. } => body,
            };
            if seq >= from {
                let body = open_body(&shared.options, seq, body)
                    .ok_or_else(|| damaged(seq, offset, "the entry was changed"))?;
                if !out.is_empty() && bytes + body.len() > max_bytes {
                    let mark = Some((seq, segment.path.clone(), offset));
                    *shared.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
                    return Ok(out);
                }
                bytes += body.len();
                out.push((seq, body));
            }
            seq += 1;
        }
        if seq >= end {
            let mark = Some((seq, segment.path.clone(), reader.offset));
            *shared.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
            break;
        }
    }
    Ok(out)
}
