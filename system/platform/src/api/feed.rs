//! The feed of the live streams: numbers what changes, and keeps the newest for those who come back.
//!
//! What is fed are hints where to look again, not facts; the facts are in the rooms. A number is good for one run of
//! the platform. Whoever comes back with an older one, or later than the memory reaches, is told to look everywhere.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::HomeId;

use crate::auth::people::Person;
use crate::device_state::Change;

/// Hints that are kept for those who come back.
const MEMORY: usize = 4096;
/// Hints that a slow listener may fall behind by.
const BEHIND: usize = 256;
/// Streams of one person at the same time.
const MOST_OF_A_PERSON: usize = 8;
/// Streams at the same time.
const MOST: usize = 10_000;

/// The feed. Clones are the same one.
#[derive(Clone)]
pub(super) struct Feed {
    inner: Arc<Inner>,
}

struct Inner {
    /// Tells this run from others.
    run: u64,
    hints: broadcast::Sender<Arc<Hint>>,
    memory: Mutex<Memory>,
    listeners: Mutex<HashMap<Person, usize>>,
}

#[derive(Default)]
struct Memory {
    next: u64,
    kept: VecDeque<Arc<Hint>>,
}

/// A numbered hint.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hint {
    pub(super) number: u64,
    pub(super) home: HomeId,
    pub(super) what: What,
}

/// Where to look again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum What {
    /// In the house.
    House(Change),
    /// At the schedules.
    Schedules {
        /// Always `schedules`.
        what: SchedulesChanged,
        /// The home.
        home: HomeId,
    },
}

/// `{"changed":"schedules"}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "changed")]
pub(super) enum SchedulesChanged {
    /// The only one.
    #[serde(rename = "schedules")]
    Schedules,
}

/// What somebody who listens begins with.
pub(super) struct Listening {
    pub(super) hints: broadcast::Receiver<Arc<Hint>>,
    /// Missed hints, oldest first; `None` when they are forgotten and everything has to be looked at.
    pub(super) missed: Option<Vec<Arc<Hint>>>,
    pub(super) seat: Seat,
}

/// A place among the listeners; given back when dropped.
pub(super) struct Seat {
    feed: Feed,
    person: Person,
}

impl Feed {
    /// Starts feeding until the shutdown.
    pub(super) fn start(
        mut house: broadcast::Receiver<Change>,
        mut schedules: broadcast::Receiver<HomeId>,
        shutdown: Shutdown,
    ) -> Self {
        let (hints, _) = broadcast::channel(BEHIND);
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let feed = Self {
            inner: Arc::new(Inner {
                run: started.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0)),
                hints,
                memory: Mutex::default(),
                listeners: Mutex::default(),
            }),
        };
        let feeding = feed.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = shutdown.wait() => return,
                    change = house.recv() => match change {
                        Ok(change) => feeding.feed(change.home.clone(), What::House(change)),
                        Err(RecvError::Lagged(_)) => feeding.forget(),
                        Err(RecvError::Closed) => return,
                    },
                    home = schedules.recv() => match home {
                        Ok(home) => {
                            let what = What::Schedules { what: SchedulesChanged::Schedules, home: home.clone() };
                            feeding.feed(home, what);
                        }
                        Err(RecvError::Lagged(_)) => feeding.forget(),
                        Err(RecvError::Closed) => return,
                    },
                }
            }
        });
        feed
    }

    fn feed(&self, home: HomeId, what: What) {
        let mut memory = self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.next += 1;
        let hint = Arc::new(Hint {
            number: memory.next,
            home,
            what,
        });
        if memory.kept.len() >= MEMORY {
            memory.kept.pop_front();
        }
        memory.kept.push_back(Arc::clone(&hint));
        // Nobody may be listening.
        let _ = self.inner.hints.send(hint);
    }

    /// The feed itself fell behind: the memory has a gap, and whoever listens has missed something.
    fn forget(&self) {
        let mut memory = self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.next += u64::try_from(BEHIND).unwrap_or(1) + 1;
        memory.kept.clear();
        tracing::warn!("the feed of the live streams fell behind; listeners look everywhere");
    }

    /// Begins to listen. `last` is the id of the last event somebody had.
    pub(super) fn listen(&self, person: &Person, last: Option<&str>) -> Option<Listening> {
        {
            let mut listeners = self.inner.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            let all: usize = listeners.values().sum();
            let own = listeners.entry(person.clone()).or_default();
            if *own >= MOST_OF_A_PERSON || all >= MOST {
                return None;
            }
            *own += 1;
        }
        let seat = Seat {
            feed: self.clone(),
            person: person.clone(),
        };
        // Listen first, then look at the memory: a hint between the two comes twice, never not at all.
        let hints = self.inner.hints.subscribe();
        let missed = match last {
            None => Some(Vec::new()),
            Some(last) => self.missed(last),
        };
        Some(Listening { hints, missed, seat })
    }

    fn missed(&self, last: &str) -> Option<Vec<Arc<Hint>>> {
        let (run, number) = last.split_once('-')?;
        let number: u64 = number.parse().ok()?;
        let memory = self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let reaches = memory.kept.front().map_or(memory.next, |oldest| oldest.number - 1);
        if run.parse() != Ok(self.inner.run) || number < reaches || number > memory.next {
            return None;
        }
        Some(
            memory
                .kept
                .iter()
                .filter(|hint| hint.number > number)
                .cloned()
                .collect(),
        )
    }

    /// The id of the newest event, for those who begin now.
    pub(super) fn now(&self) -> String {
        let memory = self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner);
        self.id(memory.next)
    }

    /// The id of an event.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.inner.run)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut listeners = self.feed.inner.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = listeners.get_mut(&self.person) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                listeners.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::ResidentId;

    use super::*;
    use crate::device_state::Changed;

    fn home(number: u8) -> HomeId {
        HomeId::from_random([number; 10])
    }

    fn change(number: u8) -> Change {
        Change {
            home: home(number),
            device: None,
            what: Changed::Twin,
        }
    }

    fn somebody() -> Person {
        Person::Resident(ResidentId::from_random([1; 10]))
    }

    fn feed() -> (
        Feed,
        broadcast::Sender<Change>,
        broadcast::Sender<HomeId>,
        tomori_runtime::shutdown::Trigger,
    ) {
        let (changes, house) = broadcast::channel(64);
        let (edits, schedules) = broadcast::channel(64);
        let (trigger, shutdown) = Shutdown::new();
        (Feed::start(house, schedules, shutdown), changes, edits, trigger)
    }

    #[tokio::test]
    async fn whoever_comes_back_gets_what_was_missed() {
        let (feed, changes, edits, _trigger) = feed();
        let mut first = feed.listen(&somebody(), None).unwrap();
        changes.send(change(1)).unwrap();
        let seen = first.hints.recv().await.unwrap();
        changes.send(change(2)).unwrap();
        first.hints.recv().await.unwrap();
        edits.send(home(1)).unwrap();
        first.hints.recv().await.unwrap();
        let back = feed.listen(&somebody(), Some(&feed.id(seen.number))).unwrap();
        let homes: Vec<HomeId> = back.missed.unwrap().iter().map(|hint| hint.home.clone()).collect();
        assert_eq!(homes, [home(2), home(1)]);
        let up_to_date = feed.listen(&somebody(), Some(&feed.now())).unwrap();
        assert_eq!(up_to_date.missed.map(|missed| missed.len()), Some(0));
    }

    #[tokio::test]
    async fn whoever_comes_back_too_late_or_from_another_run_looks_everywhere() {
        let (feed, _changes, _edits, _trigger) = feed();
        for _ in 0..=MEMORY {
            feed.feed(home(1), What::House(change(1)));
        }
        for last in [feed.id(0), "1-5".to_owned(), "nonsense".to_owned(), feed.id(u64::MAX)] {
            assert!(
                feed.listen(&somebody(), Some(&last)).unwrap().missed.is_none(),
                "{last}"
            );
        }
    }

    #[tokio::test]
    async fn seats_are_bounded_and_given_back() {
        let (feed, _changes, _edits, _trigger) = feed();
        let mut held: Vec<Listening> = Vec::new();
        while let Some(listening) = feed.listen(&somebody(), None) {
            held.push(listening);
        }
        assert_eq!(held.len(), MOST_OF_A_PERSON);
        held.pop();
        assert!(feed.listen(&somebody(), None).is_some());
        let other = Person::Resident(ResidentId::from_random([2; 10]));
        assert!(feed.listen(&other, None).is_some());
    }

    #[test]
    fn a_hint_is_plain_json() {
        let what = What::Schedules {
            what: SchedulesChanged::Schedules,
            home: home(1),
        };
        let text = serde_json::to_value(&what).unwrap();
        assert_eq!(text["what"]["changed"], "schedules");
        let house = serde_json::to_value(What::House(change(1))).unwrap();
        assert_eq!(house["what"]["changed"], "twin");
    }
}
