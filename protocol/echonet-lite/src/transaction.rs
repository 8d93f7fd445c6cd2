//! What was asked and is not answered yet.
//!
//! An answer counts when it comes from the address that was asked, repeats the transaction id, speaks for the object
//! that was asked and to the object that asked, with a service that can answer the request. The source *port* does
//! not count: many nodes answer from another one. Everything is bounded, and time is an argument.

use std::net::IpAddr;

use jiff::Timestamp;
use thiserror::Error;

use crate::{Eoj, Esv, Frame, Property};

/// Too many requests are under way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{limit} requests are under way already; try again when one has been answered or given up")]
pub struct Busy {
    /// The most there may be.
    pub limit: usize,
}

/// How a node answered one property of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was read; these are its bytes.
    Value(Vec<u8>),
    /// It was set, or the announcement was heard.
    Done,
    /// The node did not do it.
    Refused,
}

/// A request that was answered.
#[derive(Debug)]
pub struct Answered<T> {
    /// What the caller left with the request.
    pub tag: T,
    /// How each property was answered, in the order of the answer; a SetGet's set properties come first.
    pub answers: Vec<(u8, Answer)>,
    /// Whether the node did all that was asked.
    pub complete: bool,
}

#[derive(Debug)]
struct Pending<T> {
    to: IpAddr,
    tid: u16,
    asked: Eoj,
    asking: Eoj,
    esv: Esv,
    deadline: Timestamp,
    tag: T,
}

/// The requests under way, each with a tag of the caller's.
#[derive(Debug)]
pub struct Transactions<T> {
    pending: Vec<Pending<T>>,
    last_tid: u16,
    limit: usize,
}

impl<T> Transactions<T> {
    /// Room for `limit` requests. Begin the transaction ids at a random place, so that an answer to a request from
    /// before a restart is not taken for one of today.
    #[must_use]
    pub fn new(first_tid: u16, limit: usize) -> Self {
        Self {
            pending: Vec::new(),
            last_tid: first_tid,
            limit,
        }
    }

    /// How many requests are under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether none is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// A transaction id that no request under way has; for a frame that expects no answer.
    #[must_use]
    pub fn fresh_tid(&mut self) -> u16 {
        loop {
            self.last_tid = self.last_tid.wrapping_add(1);
            // Zero is skipped: some nodes take it for "no transaction".
            let taken = self.pending.iter().any(|pending| pending.tid == self.last_tid);
            if self.last_tid != 0 && !taken {
                return self.last_tid;
            }
        }
    }

    /// Begins a request and gives the frame to send.
    ///
    /// # Errors
    /// When `limit` requests are under way.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one field of the frame or of the waiting"
    )]
    pub fn begin(
        &mut self,
        to: IpAddr,
        asking: Eoj,
        asked: Eoj,
        esv: Esv,
        properties: Vec<Property>,
        deadline: Timestamp,
        tag: T,
    ) -> Result<Frame, Busy> {
        // More than 30,000 would make fresh transaction ids rare.
        if self.pending.len() >= self.limit.min(30_000) {
            return Err(Busy { limit: self.limit });
        }
        let frame = Frame::new(self.fresh_tid(), asking, asked, esv, properties);
        self.pending.push(Pending {
            to,
            tid: frame.tid,
            asked,
            asking,
            esv,
            deadline,
            tag,
        });
        Ok(frame)
    }

    /// Takes an answer. `None` when nothing that is under way is answered by this frame: it is then an announcement,
    /// a request, late, duplicated or forged.
    pub fn take(&mut self, from: IpAddr, frame: &Frame) -> Option<Answered<T>> {
        let position = self.pending.iter().position(|pending| {
            pending.tid == frame.tid
                && pending.to == from
                && pending.asked.reaches(frame.seoj)
                && frame.deoj.reaches(pending.asking)
                && frame.esv.answers(pending.esv)
        })?;
        let pending = self.pending.swap_remove(position);
        let (answers, complete) = read_answers(pending.esv, frame);
        Some(Answered {
            tag: pending.tag,
            answers,
            complete,
        })
    }

    /// Gives up the requests whose time is over and returns their tags.
    pub fn give_up(&mut self, now: Timestamp) -> Vec<T> {
        let (over, on): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|pending| pending.deadline <= now);
        self.pending = on;
        over.into_iter().map(|pending| pending.tag).collect()
    }

    /// Gives up all requests to an address, and returns their tags.
    pub fn give_up_address(&mut self, address: IpAddr) -> Vec<T> {
        let (over, on): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|pending| pending.to == address);
        self.pending = on;
        over.into_iter().map(|pending| pending.tag).collect()
    }

    /// When the next request is to be given up.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.pending.iter().map(|pending| pending.deadline).min()
    }
}

fn read_answers(asked: Esv, frame: &Frame) -> (Vec<(u8, Answer)>, bool) {
    let refused = frame.esv != asked.granted().unwrap_or(frame.esv) || frame.esv == Esv::SetISna;
    // In a refusal a node echoes the data of what it did not do, and leaves the data of what it did away. A refusal
    // that echoes nothing comes from a node that does not know this: nothing counts as done then.
    let echoes = frame.properties.iter().any(|property| !property.edt.is_empty());
    let set = |property: &Property| {
        let done = !refused || (echoes && property.edt.is_empty());
        (property.epc, if done { Answer::Done } else { Answer::Refused })
    };
    let read = |property: &Property| {
        let answer = if property.edt.is_empty() {
            Answer::Refused
        } else {
            Answer::Value(property.edt.clone())
        };
        (property.epc, answer)
    };
    let answers: Vec<_> = match asked {
        Esv::SetI | Esv::SetC | Esv::Infc => frame.properties.iter().map(set).collect(),
        Esv::SetGet => frame
            .properties
            .iter()
            .map(set)
            .chain(frame.read.iter().map(read))
            .collect(),
        _ => frame.properties.iter().map(read).collect(),
    };
    let complete = !refused && answers.iter().all(|(_, answer)| *answer != Answer::Refused);
    (answers, complete)
}

#[cfg(test)]
mod tests;
