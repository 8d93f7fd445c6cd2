//! The part of CBOR that statements are written in, and no more of it: unsigned integers, byte strings, texts and
//! arrays of a known length, in the core deterministic encoding of RFC 8949 §4.2.1.
//!
//! Each head is as short as it can be, lengths are definite, and there are no maps whose order could differ, no
//! floats, no tags and no null. Under these rules a value has one spelling; the reader refuses every other.

use thiserror::Error;

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;

/// Why bytes are not the one spelling of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CborError {
    /// They end inside a value.
    #[error("the bytes end inside a value")]
    Short,
    /// More follows after the last value.
    #[error("{0} bytes follow after the last value")]
    Rest(usize),
    /// A head is longer than it has to be, or of a form that is not used.
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    /// Another type was expected.
    #[error("expected {expected}, found major type {found}")]
    Type {
        /// What was expected.
        expected: &'static str,
        /// The major type that is there, 0 to 7.
        found: u8,
    },
    /// A length is out of bounds.
    #[error("a length of {given} where {least} to {most} fit")]
    Length {
        /// The length.
        given: u64,
        /// The least that fits.
        least: u64,
        /// The most that fits.
        most: u64,
    },
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
}

/// Writes values one after the other.
#[derive(Debug, Clone, Default)]
pub struct Writer(Vec<u8>);

/// Reads values one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl Writer {
    /// An unsigned integer.
    pub fn unsigned(&mut self, value: u64) -> &mut Self {
        self.head(UNSIGNED, value)
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(BYTES, length(value.len()));
        self.0.extend_from_slice(value);
        self
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.head(TEXT, length(value.len()));
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    /// The head of an array; its values follow.
    pub fn array(&mut self, count: usize) -> &mut Self {
        self.head(ARRAY, length(count))
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Major type and argument, in the shortest form (RFC 8949 §3).
    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        if let Ok(small) = u8::try_from(argument) {
            if small < 24 {
                self.0.push(major | small);
            } else {
                self.0.extend_from_slice(&[major | 24, small]);
            }
        } else if let Ok(argument) = u16::try_from(argument) {
            self.0.push(major | 25);
            self.0.extend_from_slice(&argument.to_be_bytes());
        } else if let Ok(argument) = u32::try_from(argument) {
            self.0.push(major | 26);
            self.0.extend_from_slice(&argument.to_be_bytes());
        } else {
            self.0.push(major | 27);
            self.0.extend_from_slice(&argument.to_be_bytes());
        }
        self
    }
}

impl<'a> Reader<'a> {
    /// Begins to read.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// When something else is there.
    pub fn unsigned(&mut self) -> Result<u64, CborError> {
        self.head(UNSIGNED, "a number")
    }

    /// A byte string of `least` to `most` bytes.
    ///
    /// # Errors
    /// When something else is there.
    pub fn bytes(&mut self, least: usize, most: usize) -> Result<&'a [u8], CborError> {
        let given = self.head(BYTES, "bytes")?;
        self.take(bounded(given, least, most)?)
    }

    /// Exactly `N` bytes.
    ///
    /// # Errors
    /// When something else is there.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let bytes = self.bytes(N, N)?;
        bytes.try_into().map_err(|_| CborError::Short)
    }

    /// A text of `least` to `most` bytes.
    ///
    /// # Errors
    /// When something else is there.
    pub fn text(&mut self, least: usize, most: usize) -> Result<&'a str, CborError> {
        let given = self.head(TEXT, "a text")?;
        std::str::from_utf8(self.take(bounded(given, least, most)?)?).map_err(|_| CborError::Utf8)
    }

    /// The head of an array of `least` to `most` values; they follow.
    ///
    /// # Errors
    /// When something else is there.
    pub fn array(&mut self, least: usize, most: usize) -> Result<usize, CborError> {
        let given = self.head(ARRAY, "an array")?;
        bounded(given, least, most)
    }

    /// Sees that nothing follows.
    ///
    /// # Errors
    /// When something does.
    pub fn end(&self) -> Result<(), CborError> {
        match self.0.len() {
            0 => Ok(()),
            rest => Err(CborError::Rest(rest)),
        }
    }

    fn head(&mut self, major: u8, expected: &'static str) -> Result<u64, CborError> {
        let (&first, rest) = self.0.split_first().ok_or(CborError::Short)?;
        let found = first >> 5;
        if found != major {
            return Err(CborError::Type { expected, found });
        }
        self.0 = rest;
        let (argument, least) = match first & 31 {
            small @ 0..24 => return Ok(u64::from(small)),
            24 => (self.number::<1>()?, 24),
            25 => (self.number::<2>()?, 1 << 8),
            26 => (self.number::<4>()?, 1 << 16),
            27 => (self.number::<8>()?, 1 << 32),
            // 28 to 30 mean nothing, 31 is an indefinite length.
            _ => return Err(CborError::NotShortest),
        };
        if argument < least {
            return Err(CborError::NotShortest);
        }
        Ok(argument)
    }

    fn number<const N: usize>(&mut self) -> Result<u64, CborError> {
        let bytes = self.take(N)?;
        Ok(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CborError::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn bounded(given: u64, least: usize, most: usize) -> Result<usize, CborError> {
    usize::try_from(given)
        .ok()
        .filter(|given| (least..=most).contains(given))
        .ok_or(CborError::Length {
            given,
            least: length(least),
            most: length(most),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn numbers_are_written_as_in_appendix_a() {
        // RFC 8949 appendix A.
        for (value, expected) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (100, "1864"),
            (1000, "1903e8"),
            (1_000_000, "1a000f4240"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (u64::MAX, "1bffffffffffffffff"),
        ] {
            let mut writer = Writer::default();
            writer.unsigned(value);
            let bytes = writer.into_bytes();
            assert_eq!(hex(&bytes), expected);
            assert_eq!(Reader::new(&bytes).unsigned(), Ok(value));
        }
    }

    #[test]
    fn strings_and_arrays_are_written_as_in_appendix_a() {
        let mut writer = Writer::default();
        writer.array(3).bytes(&[1, 2, 3, 4]).text("水").text("IETF");
        let bytes = writer.into_bytes();
        assert_eq!(hex(&bytes), "83440102030463e6b0b46449455446");
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.array(3, 3), Ok(3));
        assert_eq!(reader.fixed(), Ok([1, 2, 3, 4]));
        assert_eq!(reader.text(0, 9), Ok("水"));
        assert_eq!(reader.text(0, 4), Ok("IETF"));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn every_longer_spelling_is_refused() {
        for longer in [
            &[0x18, 0x17][..],
            &[0x19, 0x00, 0xff],
            &[0x1a, 0x00, 0x00, 0xff, 0xff],
            &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            &[0x1c],
            &[0x1f],
        ] {
            assert_eq!(
                Reader::new(longer).unsigned(),
                Err(CborError::NotShortest),
                "{longer:?}"
            );
        }
        // An indefinite byte string, as streams have it.
        assert_eq!(
            Reader::new(&[0x5f, 0x41, 0x00, 0xff]).bytes(0, 9),
            Err(CborError::NotShortest)
        );
    }

    #[test]
    fn what_is_cut_off_too_long_or_of_another_type_is_refused() {
        assert_eq!(Reader::new(&[]).unsigned(), Err(CborError::Short));
        assert_eq!(Reader::new(&[0x19, 0x01]).unsigned(), Err(CborError::Short));
        assert_eq!(Reader::new(&[0x42, 0x01]).bytes(0, 9), Err(CborError::Short));
        assert_eq!(Reader::new(&[0x61, 0xff]).text(0, 9), Err(CborError::Utf8));
        assert_eq!(Reader::new(&[0x00]).end(), Err(CborError::Rest(1)));
        assert!(matches!(
            Reader::new(&[0xf6]).unsigned(),
            Err(CborError::Type { found: 7, .. })
        ));
        // A length that no memory holds is refused before anything is taken.
        let endless = [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(matches!(
            Reader::new(&endless).bytes(0, 64),
            Err(CborError::Length { .. })
        ));
    }
}
