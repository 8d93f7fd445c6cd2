//! CBOR as authenticators write it (CTAP 2.1 §8): maps, negative numbers, definite lengths. Read, never written.
//!
//! Statements have a reader of their own that knows one spelling (`model/smart-home`'s `unlock::cbor`). What comes out of an
//! authenticator was not spelled by us, so a longer head is taken here; what is bounded is how much there can be: an item
//! takes a byte at least, nothing nests deeper than eight, and nothing is allocated.

/// Deeper than this nothing nests that an authenticator sends; CTAP allows four.
const DEEPEST: u8 = 8;

/// One item, or the head of one whose items follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// A number; one that does not fit into 64 bits is not read.
    Integer(i64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// So many items follow.
    Array(usize),
    /// So many pairs follow.
    Map(usize),
    /// The item that follows means something special.
    Tag,
    /// True, false, null, a float: nothing that is looked at.
    Simple,
}

/// Reads items one after the other; `None` when there is none that could be read.
#[derive(Debug, Clone)]
pub(crate) struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn next(&mut self) -> Option<Item<'a>> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        let (major, short) = (first >> 5, first & 31);
        let argument = match short {
            0..24 => u64::from(short),
            24 => self.number::<1>()?,
            25 => self.number::<2>()?,
            26 => self.number::<4>()?,
            27 => self.number::<8>()?,
            // 28 to 30 mean nothing; 31 is a length without an end, which CTAP forbids.
            _ => return None,
        };
        match major {
            0 => i64::try_from(argument).ok().map(Item::Integer),
            1 => Some(Item::Integer(-1 - i64::try_from(argument).ok()?)),
            2 => self.take(argument).map(Item::Bytes),
            3 => std::str::from_utf8(self.take(argument)?).ok().map(Item::Text),
            4 => self.count(argument).map(Item::Array),
            5 => self.count(argument).map(Item::Map),
            6 => Some(Item::Tag),
            _ => Some(Item::Simple),
        }
    }

    /// Leaves one item out, with all that is in it.
    pub(crate) fn skip(&mut self) -> Option<()> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: u8) -> Option<()> {
        let inside = match self.next()? {
            Item::Array(count) => count,
            Item::Map(count) => count.checked_mul(2)?,
            Item::Tag => 1,
            _ => return Some(()),
        };
        let depth = depth.checked_sub(1)?;
        for _ in 0..inside {
            self.skip_within(depth)?;
        }
        Some(())
    }

    fn number<const N: usize>(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// A count that the rest could hold.
    fn count(&self, given: u64) -> Option<usize> {
        usize::try_from(given).ok().filter(|count| *count <= self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_as_in_appendix_a() {
        // RFC 8949 appendix A.
        for (bytes, item) in [
            (
                &[0x1b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
                Item::Integer(i64::MAX),
            ),
            (&[0x20], Item::Integer(-1)),
            (&[0x39, 0x03, 0xe7], Item::Integer(-1000)),
            (&[0x42, 1, 2], Item::Bytes(&[1, 2])),
            (&[0x62, 0xc3, 0xbc], Item::Text("ü")),
            (&[0xf5], Item::Simple),
            (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], Item::Simple),
        ] {
            let mut items = Items::new(bytes);
            assert_eq!(items.next(), Some(item), "{bytes:?}");
            assert!(items.is_over());
        }
    }

    #[test]
    fn what_has_no_end_is_too_deep_or_claims_too_much_is_not_read() {
        assert_eq!(Items::new(&[0x5f, 0x41, 0, 0xff]).next(), None);
        assert_eq!(Items::new(&[0x9f, 0xff]).next(), None);
        assert_eq!(
            Items::new(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).next(),
            None
        );
        assert_eq!(Items::new(&[0x58]).next(), None);
        assert_eq!(
            Items::new(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).next(),
            None
        );
        let mut deep = vec![0x81; 5_000];
        deep.push(0);
        assert_eq!(Items::new(&deep).skip(), None);
        let mut flat = Items::new(&[0xa1, 0x01, 0x82, 0x00, 0xc1, 0xf6]);
        assert_eq!(flat.skip(), Some(()));
        assert!(flat.is_over());
    }
}
