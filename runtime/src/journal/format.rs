//! The bytes of a journal: segment headers, records, and the head. All numbers are big-endian.
//!
//! ```text
//! segment  magic 8 | first seq 8 | chain before it 32 | length of the segment before it 8 | tag 32
//! record   length 4 | seq 8 | chain 32 | payload
//! head     magic 8 | generation 8 | first seq 8 | next seq 8 | chain 32 | tag 32         (twice, 512 bytes apart)
//! ```
//! The chain after a record is HMAC(chain before it, seq, length, payload): no record can be changed, moved or made
//! without the key, and none can be left out without breaking all that follow.

use aws_lc_rs::{constant_time, hmac};

use crate::seal::MacKey;

/// A link of the chain.
pub(super) type Chain = [u8; 32];

/// What the chain begins with.
pub(super) const GENESIS: Chain = [0; 32];
pub(super) const HEADER_LEN: usize = 88;
pub(super) const RECORD_LEN: usize = 44;
pub(super) const SLOT_LEN: usize = 512;
pub(super) const HEAD_LEN: usize = 2 * SLOT_LEN;
/// The longest payload, sealed or not.
pub(super) const LONGEST: usize = super::LARGEST_ENTRY + 28;

const SEGMENT_MAGIC: &[u8; 8] = b"TJSEG\x00\x00\x01";
const HEAD_MAGIC: &[u8; 8] = b"TJHEAD\x00\x01";
const HEAD_BODY: usize = 64;

/// How a segment begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// The number of its first record.
    pub(super) first_seq: u64,
    /// The chain before that record.
    pub(super) chain: Chain,
    /// How long the segment before it is; 0 when it is the first of all.
    pub(super) before_len: u64,
}

/// How a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHead {
    pub(super) length: u32,
    pub(super) seq: u64,
    pub(super) chain: Chain,
}

/// What is known to be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Counts the times that the head was written; the slot is its last bit.
    pub(super) generation: u64,
    /// The first record of the oldest segment that is kept.
    pub(super) first_seq: u64,
    /// The number that comes after the last record.
    pub(super) next_seq: u64,
    /// The chain after the last record.
    pub(super) chain: Chain,
}

/// Takes fixed pieces from the front of a slice.
struct Pieces<'b>(&'b [u8]);

impl<'b> Pieces<'b> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (piece, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*piece)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }
}

/// The tag of all `parts` in a row. Only the last of them may vary in length.
fn tag(key: &MacKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    parts.iter().for_each(|part| context.update(part));
    let mut tag = [0; 32];
    for (byte, from) in tag.iter_mut().zip(context.sign().as_ref()) {
        *byte = *from;
    }
    tag
}

fn verifies(key: &MacKey, parts: &[&[u8]], given: &[u8; 32]) -> bool {
    constant_time::verify_slices_are_equal(&tag(key, parts), given).is_ok()
}

/// The chain after a record.
pub(super) fn chain(key: &MacKey, before: &Chain, seq: u64, payload: &[u8]) -> Chain {
    let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
    tag(
        key,
        &[
            b"record".as_slice(),
            before,
            &seq.to_be_bytes(),
            &length.to_be_bytes(),
            payload,
        ],
    )
}

/// What a sealed entry is bound to: its number, so that none can stand in for another.
pub(super) fn bound_to(seq: u64) -> [u8; 16] {
    let mut bound = *b"journal\0\0\0\0\0\0\0\0\0";
    for (byte, from) in bound.iter_mut().skip(8).zip(seq.to_be_bytes()) {
        *byte = from;
    }
    bound
}

impl Header {
    pub(super) fn encode(&self, key: &MacKey) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend_from_slice(SEGMENT_MAGIC);
        bytes.extend_from_slice(&self.first_seq.to_be_bytes());
        bytes.extend_from_slice(&self.chain);
        bytes.extend_from_slice(&self.before_len.to_be_bytes());
        let tag = tag(key, &[b"segment".as_slice(), &bytes]);
        bytes.extend_from_slice(&tag);
        bytes
    }

    pub(super) fn decode(key: &MacKey, bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(..HEADER_LEN - 32)?;
        let mut pieces = Pieces(bytes);
        let magic: [u8; 8] = pieces.take()?;
        let header = Self {
            first_seq: pieces.number()?,
            chain: pieces.take()?,
            before_len: pieces.number()?,
        };
        let tag: [u8; 32] = pieces.take()?;
        (&magic == SEGMENT_MAGIC && verifies(key, &[b"segment".as_slice(), body], &tag)).then_some(header)
    }
}

impl RecordHead {
    pub(super) fn encode_into(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.length.to_be_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.chain);
    }

    pub(super) fn decode(bytes: &[u8; RECORD_LEN]) -> Option<Self> {
        let mut pieces = Pieces(bytes);
        Some(Self {
            length: u32::from_be_bytes(pieces.take()?),
            seq: pieces.number()?,
            chain: pieces.take()?,
        })
    }
}

impl Head {
    /// One slot of the head file.
    pub(super) fn encode(&self, key: &MacKey) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SLOT_LEN);
        bytes.extend_from_slice(HEAD_MAGIC);
        for number in [self.generation, self.first_seq, self.next_seq] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.chain);
        let tag = tag(key, &[b"head".as_slice(), &bytes]);
        bytes.extend_from_slice(&tag);
        bytes.resize(SLOT_LEN, 0);
        bytes
    }

    pub(super) fn decode(key: &MacKey, bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(..HEAD_BODY)?;
        let mut pieces = Pieces(bytes);
        let magic: [u8; 8] = pieces.take()?;
        let head = Self {
            generation: pieces.number()?,
            first_seq: pieces.number()?,
            next_seq: pieces.number()?,
            chain: pieces.take()?,
        };
        let tag: [u8; 32] = pieces.take()?;
        (&magic == HEAD_MAGIC && verifies(key, &[b"head".as_slice(), body], &tag)).then_some(head)
    }

    /// Where this generation is written.
    pub(super) fn offset(&self) -> u64 {
        if self.generation.is_multiple_of(2) {
            0
        } else {
            SLOT_LEN as u64
        }
    }
}
