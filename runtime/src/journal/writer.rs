//! The writer: one thread that appends what callers bring, in groups that share their flushes.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::head::{Hash, Head, HeadFile};
use super::segment::{self, AROUND, HEADER, Segment};
use super::{JournalError, LARGEST_ENTRY, Opened, Options, Repair};
use crate::entropy::SystemEntropy;
use crate::seal::MacKey;

/// Requests that share a flush at most.
const GROUP: usize = 64;
const SMALLEST_SEGMENT: u64 = 4 * 1024;

type Answer<T> = oneshot::Sender<Result<T, JournalError>>;

pub(super) enum Request {
    Append { entries: Vec<Vec<u8>>, answer: Answer<u64> },
    Release { seq: u64, answer: Answer<()> },
}

/// What readers and askers see.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) segments: Mutex<Vec<Segment>>,
    pub(super) first_seq: AtomicU64,
    pub(super) next_seq: AtomicU64,
    pub(super) bytes: AtomicU64,
    /// Where the last reading ended: entry number, segment, offset.
    pub(super) bookmark: Mutex<Option<(u64, PathBuf, u64)>>,
}

pub(super) struct Writer {
    folder: PathBuf,
    shared: Arc<Shared>,
    head_file: HeadFile,
    head: Head,
    active: Option<Active>,
    broken: bool,
    _lock: File,
}

struct Active {
    path: PathBuf,
    file: File,
    bytes: u64,
}

/// Entries of one caller, written and not yet told.
struct Written {
    answer: Answer<u64>,
    first_seq: u64,
}

impl Writer {
    pub(super) fn open(folder: &Path, options: Options, anchor: MacKey) -> Result<(Self, Opened), JournalError> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| JournalError::file(folder, error))?;
        let lock = lock(folder)?;
        let mut found = segment::scan(folder, &options, &anchor)?;
        for path in &found.leftovers {
            std::fs::remove_file(path).map_err(|error| JournalError::file(path, error))?;
        }
        let repaired = found
            .torn_at
            .and_then(|offset| found.segments.last().map(|last| (last.clone(), offset)));
        let repaired = repaired.map(|(last, offset)| cut_off(&last, offset)).transpose()?;
        if let (Some(repair), Some(last)) = (&repaired, found.segments.last_mut()) {
            last.bytes = repair.offset;
            if repair.offset < HEADER {
                std::fs::remove_file(&repair.segment).map_err(|error| JournalError::file(&repair.segment, error))?;
                found.segments.pop();
            }
        }
        let active = match found.segments.last() {
            Some(last) => Some(Active::append_to(last)?),
            None => None,
        };
        let opened = Opened {
            first_seq: found.first_seq,
            next_seq: found.next_seq,
            repaired,
        };
        let bytes = found.segments.iter().map(|segment| segment.bytes).sum();
        let shared = Shared {
            options: Options {
                segment_bytes: options.segment_bytes.max(SMALLEST_SEGMENT),
                ..options
            },
            segments: Mutex::new(found.segments),
            first_seq: AtomicU64::new(found.first_seq),
            next_seq: AtomicU64::new(found.next_seq),
            bytes: AtomicU64::new(bytes),
            bookmark: Mutex::default(),
        };
        let head_file = HeadFile::open(folder, anchor)?;
        let head = Head {
            next_seq: found.next_seq,
            last: found.last,
            ..found.head
        };
        let mut writer = Self {
            folder: folder.to_owned(),
            shared: Arc::new(shared),
            head_file,
            head,
            active,
            broken: false,
            _lock: lock,
        };
        // Entries behind the old head are kept, so from now on they count: the head says so before anybody builds on it.
        writer.advance_head()?;
        Ok((writer, opened))
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Serves until every journal handle is gone.
    pub(super) fn run(mut self, queue: &Receiver<Request>) {
        while let Ok(first) = queue.recv() {
            let mut next = Some(first);
            let mut written = Vec::new();
            while let Some(request) = next.take() {
                match request {
                    Request::Append { entries, answer } => match self.write(&entries) {
                        Ok(first_seq) => written.push(Written { answer, first_seq }),
                        Err(error) => drop(answer.send(Err(error))),
                    },
                    Request::Release { seq, answer } => {
                        self.settle(&mut written);
                        drop(answer.send(self.release(seq)));
                    }
                }
                if written.len() < GROUP {
                    next = queue.try_recv().ok();
                }
            }
            self.settle(&mut written);
        }
    }

    /// Makes what was written durable, and tells.
    fn settle(&mut self, written: &mut Vec<Written>) {
        if written.is_empty() {
            return;
        }
        let flushed = self.flush();
        if flushed.is_err() {
            // What the disk holds now is uncertain; opening again finds out.
            self.broken = true;
        } else {
            self.shared.next_seq.store(self.head.next_seq, Ordering::Release);
        }
        for one in written.drain(..) {
            let told = match &flushed {
                Ok(()) => Ok(one.first_seq),
                Err(JournalError::DiskFull { path }) => Err(JournalError::DiskFull { path: path.clone() }),
                Err(_) => Err(JournalError::Closed),
            };
            drop(one.answer.send(told));
        }
    }

    fn flush(&mut self) -> Result<(), JournalError> {
        if let Some(active) = &self.active {
            active
                .file
                .sync_data()
                .map_err(|error| JournalError::file(&active.path, error))?;
        }
        self.advance_head()
    }

    fn advance_head(&mut self) -> Result<(), JournalError> {
        self.head.count += 1;
        self.head_file.write(&self.head)
    }

    fn write(&mut self, entries: &[Vec<u8>]) -> Result<u64, JournalError> {
        if self.broken {
            return Err(JournalError::Closed);
        }
        let first_seq = self.head.next_seq;
        let (bytes, last) = self.encode(entries)?;
        let held = self.shared.bytes.load(Ordering::Acquire);
        let most = self.shared.options.max_bytes;
        if held.saturating_add(bytes.len() as u64) > most {
            return Err(JournalError::Full { bytes: held, most });
        }
        self.make_room(bytes.len() as u64)?;
        let active = self.active.as_mut().ok_or(JournalError::Closed)?;
        if let Err(error) = active.file.write_all(&bytes) {
            let error = JournalError::file(&active.path, error);
            // Half an entry must not stay in front of the next one.
            if active.file.set_len(active.bytes).is_err() {
                self.broken = true;
            }
            return Err(error);
        }
        active.bytes += bytes.len() as u64;
        let active_bytes = active.bytes;
        self.head.next_seq += entries.len() as u64;
        self.head.last = last;
        self.shared.bytes.fetch_add(bytes.len() as u64, Ordering::AcqRel);
        let mut segments = self.shared.segments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(segment) = segments.last_mut() {
            segment.bytes = active_bytes;
        }
        Ok(first_seq)
    }

    fn encode(&self, entries: &[Vec<u8>]) -> Result<(Vec<u8>, Hash), JournalError> {
        let mut bytes = Vec::with_capacity(entries.iter().map(|entry| entry.len() + AROUND as usize + 32).sum());
        let mut last = self.head.last;
        for (seq, entry) in (self.head.next_seq..).zip(entries) {
            if entry.len() > LARGEST_ENTRY {
                return Err(JournalError::TooLarge { bytes: entry.len() });
            }
            let sealed = match &self.shared.options.sealer {
                None => None,
                Some(sealer) => Some(
                    sealer
                        .seal(entry, &seq.to_be_bytes(), &SystemEntropy)
                        .map_err(|_| JournalError::Closed)?,
                ),
            };
            let body = sealed.as_deref().unwrap_or(entry);
            last = segment::hash(&last, seq, body);
            bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(&last);
        }
        Ok((bytes, last))
    }

    /// Begins a new segment when there is none, or when the present one has grown large enough.
    fn make_room(&mut self, coming: u64) -> Result<(), JournalError> {
        let grown = self.active.as_ref().map(|active| active.bytes);
        let fits = grown.is_some_and(|bytes| bytes <= HEADER || bytes + coming <= self.shared.options.segment_bytes);
        if fits { Ok(()) } else { self.begin_segment() }
    }

    fn begin_segment(&mut self) -> Result<(), JournalError> {
        if let Some(active) = &self.active {
            // The next segment's header builds on this one: it must be on the disk first.
            active
                .file
                .sync_data()
                .map_err(|error| JournalError::file(&active.path, error))?;
        }
        let path = segment::path(&self.folder, self.head.next_seq);
        let error = |source| JournalError::file(&path, source);
        let header = segment::header(self.head.next_seq, &self.head.last);
        let mut file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(error)?;
        let began = file.write_all(&header).and_then(|()| file.sync_data());
        let began = began.and_then(|()| File::open(&self.folder).and_then(|folder| folder.sync_all()));
        if let Err(source) = began {
            drop(std::fs::remove_file(&path));
            return Err(error(source));
        }
        let segment = Segment {
            path: path.clone(),
            first_seq: self.head.next_seq,
            bytes: HEADER,
        };
        self.shared
            .segments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(segment);
        self.shared.bytes.fetch_add(HEADER, Ordering::AcqRel);
        self.active = Some(Active {
            path,
            file,
            bytes: HEADER,
        });
        Ok(())
    }

    /// Gives up whole segments. The head moves first: what a crash leaves over is removed at the next opening.
    fn release(&mut self, seq: u64) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Closed);
        }
        let seq = seq.min(self.head.next_seq.saturating_sub(1));
        let is_all = seq + 1 == self.head.next_seq;
        if is_all && self.active.as_ref().is_some_and(|active| active.bytes > HEADER) {
            self.begin_segment()?;
        }
        let segments = self
            .shared
            .segments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let gone = segments
            .iter()
            .skip(1)
            .take_while(|next| next.first_seq <= seq + 1)
            .count();
        let Some(first) = segments.get(gone) else { return Ok(()) };
        if gone == 0 {
            return Ok(());
        }
        let (_, parsed) = segment::Reader::open(&first.path)?;
        let (first_seq, first_after) = parsed.ok_or(JournalError::Closed)?;
        self.head.first_seq = first_seq;
        self.head.first_after = first_after;
        self.flush()?;
        self.shared.first_seq.store(first_seq, Ordering::Release);
        let mut freed = 0;
        for segment in segments.iter().take(gone) {
            std::fs::remove_file(&segment.path).map_err(|error| JournalError::file(&segment.path, error))?;
            freed += segment.bytes;
        }
        self.shared
            .segments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..gone);
        self.shared.bytes.fetch_sub(freed, Ordering::AcqRel);
        Ok(())
    }
}

impl Active {
    fn append_to(segment: &Segment) -> Result<Self, JournalError> {
        let file = OpenOptions::new()
            .append(true)
            .open(&segment.path)
            .map_err(|error| JournalError::file(&segment.path, error))?;
        Ok(Self {
            path: segment.path.clone(),
            file,
            bytes: segment.bytes,
        })
    }
}

fn lock(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|error| JournalError::file(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::InUse { path }),
        Err(std::fs::TryLockError::Error(error)) => Err(JournalError::file(&path, error)),
    }
}

fn cut_off(segment: &Segment, offset: u64) -> Result<Repair, JournalError> {
    let error = |source| JournalError::file(&segment.path, source);
    let file = OpenOptions::new().write(true).open(&segment.path).map_err(error)?;
    file.set_len(offset).and_then(|()| file.sync_data()).map_err(error)?;
    Ok(Repair {
        segment: segment.path.clone(),
        offset,
        bytes: segment.bytes.saturating_sub(offset),
    })
}
