//! What one node is asked, one question at a time.
//!
//! Real devices choke on more than one question at once, and on one that follows too quickly. Questions are asked
//! again when no answer comes, sets never: a device that acted and whose answer was lost must not act twice.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::transaction::Answered;
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, Transactions};
use tomori_runtime::clock::after;

/// The most questions that wait for one node.
const MOST_WAITING: usize = 32;

/// What goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Who are you? Nothing is set or believed before that is known.
    Identity,
    /// A set.
    Set,
    /// Somebody waits for the answer.
    Read,
    /// The regular rounds.
    Round,
}

/// One question.
#[derive(Debug, Clone)]
pub(super) struct Question<P> {
    pub eoj: Eoj,
    pub esv: Esv,
    pub properties: Vec<Property>,
    /// What the answer is for.
    pub purpose: P,
    pub urgency: Urgency,
    /// How often it is asked again.
    pub repeats: u8,
    /// How long the first answer may take; doubled with each repetition.
    pub wait: Duration,
    /// After this it is not asked any more.
    pub not_after: Option<Timestamp>,
}

#[derive(Debug)]
struct Asked<P> {
    question: Question<P>,
    open: Transactions<()>,
    tid: u16,
    bytes: Vec<u8>,
    again_at: Timestamp,
    wait: Duration,
    repeats: u8,
    hurried: bool,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Step<P> {
    /// Send these bytes.
    Send {
        bytes: Vec<u8>,
        /// `None` for a repetition.
        purpose: Option<P>,
        tid: u16,
    },
    /// Nobody answered.
    GaveUp {
        question: Question<P>,
        /// The transaction it was sent with; `None` when it was never sent.
        tid: Option<u16>,
        /// It was cut short for something more urgent; silence means nothing then.
        hurried: bool,
    },
}

/// The questions for one node.
#[derive(Debug)]
pub(super) struct Asking<P> {
    waiting: VecDeque<Question<P>>,
    asked: Option<Asked<P>>,
    free_at: Timestamp,
}

impl<P: Clone> Asking<P> {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            waiting: VecDeque::new(),
            asked: None,
            free_at: now,
        }
    }

    /// Puts a question in line. False when the line is full: nothing was put then.
    pub(super) fn push(&mut self, question: Question<P>) -> bool {
        if self.waiting.len() >= MOST_WAITING {
            return false;
        }
        if question.urgency <= Urgency::Set
            && let Some(asked) = &mut self.asked
            && asked.question.urgency > Urgency::Set
        {
            // A person or a schedule waits: the regular question is not asked again, so that the node is free soon.
            asked.repeats = 0;
            asked.hurried = true;
        }
        let place = self
            .waiting
            .iter()
            .position(|other| other.urgency > question.urgency)
            .unwrap_or(self.waiting.len());
        self.waiting.insert(place, question);
        true
    }

    /// Whether such a question waits or is asked.
    pub(super) fn has(&self, wanted: impl Fn(&P) -> bool) -> bool {
        let asked = self.asked.iter().map(|asked| &asked.question);
        self.waiting
            .iter()
            .chain(asked)
            .any(|question| wanted(&question.purpose))
    }

    /// Takes back questions that were not asked yet.
    pub(super) fn take_back(&mut self, unwanted: impl Fn(&P) -> bool) -> Vec<P> {
        let (back, on): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|question| unwanted(&question.purpose));
        self.waiting = on;
        back.into_iter().map(|question| question.purpose).collect()
    }

    /// What is to be done now. `tid` makes a transaction id that nobody can guess, so that an answer cannot be forged
    /// without having seen the question.
    pub(super) fn step(&mut self, now: Timestamp, to: Ipv4Addr, gap: Duration, tid: impl Fn() -> u16) -> Vec<Step<P>> {
        let mut steps = Vec::new();
        if let Some(asked) = self.asked.take_if(|asked| asked.again_at <= now) {
            self.ask_again(asked, now, gap, &mut steps);
        }
        while self.asked.is_none() && self.free_at <= now {
            let Some(question) = self.waiting.pop_front() else {
                break;
            };
            if question.not_after.is_some_and(|end| end <= now) {
                let tid = None;
                steps.push(Step::GaveUp {
                    question,
                    tid,
                    hurried: false,
                });
                continue;
            }
            self.ask(question, now, to, tid(), &mut steps);
        }
        // What may not be asked any more is told at its time, not when its turn comes.
        while let Some(late) = self
            .waiting
            .iter()
            .position(|question| question.not_after.is_some_and(|end| end <= now))
        {
            if let Some(question) = self.waiting.remove(late) {
                steps.push(Step::GaveUp {
                    question,
                    tid: None,
                    hurried: false,
                });
            }
        }
        steps
    }

    fn ask_again(&mut self, mut asked: Asked<P>, now: Timestamp, gap: Duration, steps: &mut Vec<Step<P>>) {
        if asked.repeats == 0 {
            self.free_at = after(now, gap);
            steps.push(Step::GaveUp {
                question: asked.question,
                tid: Some(asked.tid),
                hurried: asked.hurried,
            });
            return;
        }
        asked.repeats -= 1;
        asked.wait = asked.wait.saturating_mul(2);
        asked.again_at = after(now, asked.wait);
        steps.push(Step::Send {
            bytes: asked.bytes.clone(),
            purpose: None,
            tid: asked.tid,
        });
        self.asked = Some(asked);
    }

    fn ask(&mut self, question: Question<P>, now: Timestamp, to: Ipv4Addr, tid: u16, steps: &mut Vec<Step<P>>) {
        let mut open = Transactions::new(tid, 1);
        let begun = open.begin(
            to.into(),
            Eoj::CONTROLLER,
            question.eoj,
            question.esv,
            question.properties.clone(),
            Timestamp::MAX,
            (),
        );
        // One at a time never is too many, and what is asked was made to fit; should either fail, it is as good as
        // not asked.
        let Some((tid, bytes)) = begun.ok().and_then(|frame| Some((frame.tid, frame.encode().ok()?))) else {
            steps.push(Step::GaveUp {
                question,
                tid: None,
                hurried: false,
            });
            return;
        };
        steps.push(Step::Send {
            bytes: bytes.clone(),
            purpose: Some(question.purpose.clone()),
            tid,
        });
        self.asked = Some(Asked {
            again_at: after(now, question.wait),
            wait: question.wait,
            repeats: question.repeats,
            hurried: false,
            question,
            open,
            tid,
            bytes,
        });
    }

    /// Takes an answer to the question that was asked.
    pub(super) fn take(
        &mut self,
        now: Timestamp,
        from: Ipv4Addr,
        frame: &Frame,
        gap: Duration,
    ) -> Option<(Question<P>, Answered<()>)> {
        let answered = self.asked.as_mut()?.open.take(from.into(), frame)?;
        let asked = self.asked.take()?;
        self.free_at = after(now, gap);
        Some((asked.question, answered))
    }

    /// The purpose of the question that this frame would answer, had it come from the right address.
    pub(super) fn would_be_answered_by(&self, frame: &Frame) -> Option<&P> {
        let asked = self.asked.as_ref()?;
        let fits =
            asked.tid == frame.tid && asked.question.eoj.reaches(frame.seoj) && frame.esv.answers(asked.question.esv);
        fits.then_some(&asked.question.purpose)
    }

    /// When there is something to do.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let turn = match &self.asked {
            Some(asked) => Some(asked.again_at),
            None if self.waiting.is_empty() => None,
            None => Some(self.free_at),
        };
        let ends = self.waiting.iter().filter_map(|question| question.not_after);
        turn.into_iter().chain(ends).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
    const SHUTTER: Eoj = Eoj::new(0x0263, 1);
    const GAP: Duration = Duration::from_millis(50);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn question(purpose: u8, urgency: Urgency) -> Question<u8> {
        Question {
            eoj: SHUTTER,
            esv: if urgency == Urgency::Set { Esv::SetC } else { Esv::Get },
            properties: vec![Property::bare(0xea)],
            purpose,
            urgency,
            repeats: if urgency == Urgency::Set { 0 } else { 2 },
            wait: Duration::from_secs(1),
            not_after: None,
        }
    }

    fn step(asking: &mut Asking<u8>, millis: i64) -> Vec<Step<u8>> {
        asking.step(at(millis), THERE, GAP, || 7)
    }

    fn sent(steps: &[Step<u8>]) -> usize {
        steps.iter().filter(|step| matches!(step, Step::Send { .. })).count()
    }

    #[test]
    fn a_question_is_asked_three_times_with_growing_patience() {
        let mut asking = Asking::new(at(0));
        assert!(asking.push(question(1, Urgency::Round)));
        let times: Vec<i64> = (0..8000).filter(|ms| sent(&step(&mut asking, *ms)) == 1).collect();
        assert_eq!(times, [0, 1000, 3000]);
        assert_eq!(asking.next_due(), None, "given up after 7 s");
    }

    #[test]
    fn a_set_is_sent_once() {
        let mut asking = Asking::new(at(0));
        asking.push(question(1, Urgency::Set));
        assert_eq!(sent(&step(&mut asking, 0)), 1);
        let steps = step(&mut asking, 1000);
        assert!(
            matches!(steps.as_slice(), [Step::GaveUp { tid: Some(8), .. }]),
            "{steps:?}"
        );
    }

    #[test]
    fn one_at_a_time_and_with_a_gap() {
        let mut asking = Asking::new(at(0));
        asking.push(question(1, Urgency::Round));
        asking.push(question(2, Urgency::Round));
        let steps = step(&mut asking, 0);
        let [Step::Send { bytes, .. }] = steps.as_slice() else {
            panic!("expected one frame: {steps:?}")
        };
        assert!(step(&mut asking, 10).is_empty());
        let asked = Frame::decode(bytes).unwrap();
        let answer = asked.answer(SHUTTER, Esv::GetRes, vec![Property::new(0xea, [0x41])]);
        let elsewhere = Ipv4Addr::new(127, 0, 1, 2);
        assert!(asking.take(at(20), elsewhere, &answer, GAP).is_none());
        assert_eq!(asking.would_be_answered_by(&answer), Some(&1));
        assert!(asking.take(at(20), THERE, &answer, GAP).is_some());
        assert!(step(&mut asking, 69).is_empty());
        assert_eq!(asking.next_due(), Some(at(70)));
        assert_eq!(sent(&step(&mut asking, 70)), 1);
    }

    #[test]
    fn a_set_overtakes_and_cuts_the_regular_round_short() {
        let mut asking = Asking::new(at(0));
        asking.push(question(1, Urgency::Round));
        step(&mut asking, 0);
        asking.push(question(2, Urgency::Round));
        asking.push(question(3, Urgency::Set));
        let steps = step(&mut asking, 1000);
        assert!(
            matches!(steps.as_slice(), [Step::GaveUp { hurried: true, .. }]),
            "{steps:?}"
        );
        let steps = step(&mut asking, 1050);
        assert!(
            matches!(steps.as_slice(), [Step::Send { purpose: Some(3), .. }]),
            "{steps:?}"
        );
    }

    #[test]
    fn what_comes_too_late_is_never_sent() {
        let mut asking = Asking::new(at(0));
        asking.push(question(1, Urgency::Set));
        step(&mut asking, 0);
        let mut late = question(2, Urgency::Set);
        late.not_after = Some(at(500));
        asking.push(late);
        let steps = step(&mut asking, 500);
        assert!(
            matches!(steps.as_slice(), [Step::GaveUp { tid: None, question, .. }] if question.purpose == 2),
            "{steps:?}"
        );
    }

    #[test]
    fn the_line_has_an_end_and_can_be_left() {
        let mut asking = Asking::new(at(0));
        let put = (0..100).filter(|n| asking.push(question(*n, Urgency::Round))).count();
        assert_eq!(put, MOST_WAITING);
        assert_eq!(asking.take_back(|purpose| *purpose == 3), [3]);
        assert!(!asking.has(|purpose| *purpose == 3));
        assert!(asking.has(|purpose| *purpose == 4));
    }
}
