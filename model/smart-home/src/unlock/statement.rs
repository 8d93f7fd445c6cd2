//! What all statements have in common: a tag of their own, a version, and one spelling.

use thiserror::Error;

use super::cbor::{CborError, Reader, Writer};
use crate::ids::IdError;

/// Why bytes are not a statement of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// They are not deterministic CBOR of the right shape.
    #[error("not the one spelling of a statement")]
    Cbor(#[source] CborError),
    /// They are a statement of another kind: what was signed for one purpose serves no other.
    #[error("expected the tag `{expected}`, found `{found}`")]
    Tag {
        /// The tag that was expected.
        expected: &'static str,
        /// The tag that is there, cut to 60 characters.
        found: String,
    },
    /// They are of a version that this software does not read.
    #[error("version {0} of this statement is not known here")]
    Version(u64),
    /// An id is none.
    #[error("an id in the statement is none")]
    Id(#[source] IdError),
    /// A field has a value that does not fit.
    #[error("{field}: {why}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl From<CborError> for Unreadable {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

impl From<IdError> for Unreadable {
    fn from(error: IdError) -> Self {
        Self::Id(error)
    }
}

/// A statement: `[tag, version, field, …]`, an array of known length in deterministic CBOR (RFC 8949 §4.2.1).
///
/// The tag comes first and is different for each kind, so that no bytes can be read as two statements: whoever signs
/// an arrival has signed nothing else (domain separation).
pub trait Statement: Sized {
    /// The tag: `tomori/unlock/` and the kind.
    const TAG: &'static str;
    /// The version of its form.
    const VERSION: u64 = 1;
    /// How many fields follow tag and version.
    const FIELDS: usize;

    /// Writes the fields in their order.
    fn write(&self, to: &mut Writer);

    /// Reads the fields in their order.
    ///
    /// # Errors
    /// The first that does not fit.
    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable>;

    /// Its one spelling.
    #[must_use]
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer
            .array(Self::FIELDS.saturating_add(2))
            .text(Self::TAG)
            .unsigned(Self::VERSION);
        self.write(&mut writer);
        writer.into_bytes()
    }

    /// Reads its one spelling. For all bytes that are read, [`Statement::to_bytes`] gives the same bytes again.
    ///
    /// # Errors
    /// When the bytes are anything else, also another spelling of the same values.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader::new(bytes);
        // The tag is read before the count of fields is judged: another kind of statement is called that.
        let count = reader.array(2, usize::MAX)?;
        let tag = reader.text(0, 256)?;
        if tag != Self::TAG {
            return Err(Unreadable::Tag {
                expected: Self::TAG,
                found: tag.chars().take(60).collect(),
            });
        }
        let version = reader.unsigned()?;
        if version != Self::VERSION {
            return Err(Unreadable::Version(version));
        }
        if count != Self::FIELDS.saturating_add(2) {
            return Err(Unreadable::Field {
                field: "count",
                why: "a statement of this kind has another number of fields",
            });
        }
        let statement = Self::read(&mut reader)?;
        reader.end()?;
        Ok(statement)
    }
}

/// Ids are texts; the longest has a prefix, `_` and 40 characters.
pub(super) fn read_id<T: std::str::FromStr<Err = IdError>>(from: &mut Reader<'_>) -> Result<T, Unreadable> {
    Ok(from.text(1, 64)?.parse()?)
}
