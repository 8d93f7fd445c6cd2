//! A line that can misbehave on demand: it loses, doubles, delays and reorders what passes.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The most frames for which misbehaviour is planned ahead.
pub const MOST_PLANNED: usize = 1_000;

/// The most frames that are held back at a time; more are lost, as in any queue.
const MOST_HELD: usize = 256;

/// How long a reordered frame waits for the one that shall overtake it.
const OVERTAKE: SignedDuration = SignedDuration::from_secs(1);

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From others to the device.
    ToDevice,
    /// From the device to others.
    FromDevice,
}

/// What happens to one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "disturbance", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Disturbance {
    /// It is lost.
    Drop,
    /// It arrives twice.
    Duplicate,
    /// It arrives late, by at most a minute.
    Delay {
        /// By how many milliseconds, at most 60,000.
        millis: u32,
    },
    /// It arrives after the frame that follows it, or a second late when none follows.
    Reorder,
}

/// One direction of a node's line, with frames of type `T`.
#[derive(Debug)]
pub struct Line<T> {
    plan: VecDeque<Disturbance>,
    overtaken: Option<(Timestamp, T)>,
    late: Vec<(Timestamp, T)>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            plan: VecDeque::new(),
            overtaken: None,
            late: Vec::new(),
        }
    }
}

impl<T: Clone> Line<T> {
    /// Plans the same misbehaviour for the next `frames` that have none planned yet. Beyond [`MOST_PLANNED`] in
    /// total nothing is planned.
    pub fn disturb(&mut self, disturbance: Disturbance, frames: usize) {
        let room = MOST_PLANNED.saturating_sub(self.plan.len());
        self.plan.extend(std::iter::repeat_n(disturbance, frames.min(room)));
    }

    /// For how many frames misbehaviour is planned.
    #[must_use]
    pub fn planned(&self) -> usize {
        self.plan.len()
    }

    /// Forgets what is planned, and lets go of what is held back.
    pub fn calm(&mut self) -> Vec<T> {
        self.plan.clear();
        let held = self.overtaken.take().into_iter().chain(self.late.drain(..));
        held.map(|(_, frame)| frame).collect()
    }

    /// A frame enters; what leaves at once is returned.
    pub fn pass(&mut self, frame: T, now: Timestamp) -> Vec<T> {
        let overtaken = self.overtaken.take().map(|(_, frame)| frame);
        let mut out = match self.plan.pop_front() {
            None => vec![frame],
            Some(Disturbance::Drop) => Vec::new(),
            Some(Disturbance::Duplicate) => vec![frame.clone(), frame],
            Some(Disturbance::Delay { millis }) => {
                let late = SignedDuration::from_millis(i64::from(millis.min(60_000)));
                if self.late.len() < MOST_HELD {
                    self.late.push((now.checked_add(late).unwrap_or(Timestamp::MAX), frame));
                }
                Vec::new()
            }
            Some(Disturbance::Reorder) => {
                self.overtaken = Some((now.checked_add(OVERTAKE).unwrap_or(Timestamp::MAX), frame));
                Vec::new()
            }
        };
        out.extend(overtaken);
        out
    }

    /// What was held back and is due.
    pub fn due(&mut self, now: Timestamp) -> Vec<T> {
        let mut out = Vec::new();
        if let Some((_, frame)) = self.overtaken.take_if(|(due, _)| *due <= now) {
            out.push(frame);
        }
        let (mut due, late): (Vec<_>, Vec<_>) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(due, _)| *due <= now);
        self.late = late;
        due.sort_by_key(|(due, _)| *due);
        out.extend(due.into_iter().map(|(_, frame)| frame));
        out
    }

    /// When something that is held back is due next.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let held = self.overtaken.iter().chain(&self.late);
        held.map(|(due, _)| *due).min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let mut line = Line::default();
        line.disturb(Disturbance::Drop, 1);
        line.disturb(Disturbance::Duplicate, 1);
        line.disturb(Disturbance::Delay { millis: 50 }, 1);
        line.disturb(Disturbance::Reorder, 1);
        assert!(line.pass(1, at(0)).is_empty());
        assert_eq!(line.pass(2, at(0)), [2, 2]);
        assert!(line.pass(3, at(0)).is_empty());
        assert_eq!(line.next_due(), Some(at(50)));
        assert!(line.pass(4, at(10)).is_empty());
        assert_eq!(line.pass(5, at(20)), [5, 4]);
        assert!(line.due(at(49)).is_empty());
        assert_eq!(line.due(at(50)), [3]);
        assert_eq!((line.next_due(), line.planned()), (None, 0));
    }

    #[test]
    fn a_reordered_frame_that_nothing_overtakes_comes_late() {
        let mut line = Line::default();
        line.disturb(Disturbance::Reorder, 1);
        assert!(line.pass(1, at(0)).is_empty());
        assert!(line.due(at(999)).is_empty());
        assert_eq!(line.due(at(1_000)), [1]);
    }

    #[test]
    fn plans_and_queues_are_bounded() {
        let mut line = Line::default();
        line.disturb(Disturbance::Delay { millis: u32::MAX }, usize::MAX);
        assert_eq!(line.planned(), MOST_PLANNED);
        for frame in 0..MOST_PLANNED {
            line.pass(frame, at(0));
        }
        assert_eq!(line.due(at(60_000)).len(), MOST_HELD);
        line.disturb(Disturbance::Reorder, 5);
        line.pass(1, at(0));
        assert_eq!(line.calm(), [1]);
        assert_eq!((line.planned(), line.next_due()), (0, None));
    }

    proptest! {
        /// Nothing is made up, and what is not dropped arrives: once, or twice when doubled.
        #[test]
        fn frames_are_conserved(plan in prop::collection::vec(0_u8..5, 0..60)) {
            let mut line = Line::default();
            let mut expected = Vec::new();
            let mut arrived = Vec::new();
            for (frame, what) in plan.iter().enumerate() {
                let copies = match what {
                    0 => { line.disturb(Disturbance::Drop, 1); 0 }
                    1 => { line.disturb(Disturbance::Duplicate, 1); 2 }
                    2 => { line.disturb(Disturbance::Delay { millis: 7 }, 1); 1 }
                    3 => { line.disturb(Disturbance::Reorder, 1); 1 }
                    _ => 1,
                };
                expected.extend(std::iter::repeat_n(frame, copies));
                arrived.extend(line.pass(frame, at(i64::try_from(frame).unwrap())));
            }
            arrived.extend(line.due(at(1_000_000)));
            arrived.sort_unstable();
            prop_assert_eq!(arrived, expected);
        }
    }
}
