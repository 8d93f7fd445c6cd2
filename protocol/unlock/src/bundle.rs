//! The bundle: three statements with three assertions, as it travels from the call centre to the gateway. The boxes
//! between carry it; nothing they could add would help it, and nothing they leave out goes unnoticed.

use tomori_smart_home::unlock::cbor::{Reader, Writer};
use tomori_smart_home::unlock::{Arrival, Digest, Statement, UnlockApproval, UnlockRequest, Unreadable};

use crate::assertion::Assertion;
use crate::digest::digest;

/// No bundle is larger, in bytes. Whoever carries one refuses more before reading it.
pub const LARGEST_BUNDLE: usize = 16 * 1024;
/// The longest statement in a bundle, in bytes.
const LARGEST_STATEMENT: usize = 512;

/// A statement and the assertion over it. The statement is kept as the bytes that were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The one spelling of the statement.
    pub statement: Vec<u8>,
    /// Who says so.
    pub assertion: Assertion,
}

/// Arrival, request and approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockBundle {
    /// An [`Arrival`], by the guard.
    pub arrival: Signed,
    /// An [`UnlockRequest`], by the operator.
    pub request: Signed,
    /// An [`UnlockApproval`], by the supervisor.
    pub approval: Signed,
}

impl Signed {
    /// SHA-256 of the statement: the challenge of its assertion, and how other statements refer to it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(&self.statement)
    }

    /// As it stands in a bundle: `[statement, assertion]`. For whoever collects the three.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.into_bytes()
    }

    /// What [`Signed::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader::new(bytes);
        let signed = Self::read(&mut reader)?;
        reader.end()?;
        Ok(signed)
    }

    fn write(&self, to: &mut Writer) {
        to.array(2).bytes(&self.statement);
        self.assertion.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        from.array(2, 2)?;
        Ok(Self {
            statement: from.bytes(1, LARGEST_STATEMENT)?.to_vec(),
            assertion: Assertion::read(from)?,
        })
    }
}

impl UnlockBundle {
    /// SHA-256 of the bundle: what makes two deliveries the same one.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(&self.to_bytes())
    }

    /// The statements in it, read.
    ///
    /// # Errors
    /// When one of them is not the one spelling of its kind.
    pub fn statements(&self) -> Result<(Arrival, UnlockRequest, UnlockApproval), Unreadable> {
        Ok((
            Arrival::from_bytes(&self.arrival.statement)?,
            UnlockRequest::from_bytes(&self.request.statement)?,
            UnlockApproval::from_bytes(&self.approval.statement)?,
        ))
    }
}

impl Statement for UnlockBundle {
    const TAG: &'static str = "tomori/unlock/bundle";
    const FIELDS: usize = 3;

    fn write(&self, to: &mut Writer) {
        self.arrival.write(to);
        self.request.write(to);
        self.approval.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            arrival: Signed::read(from)?,
            request: Signed::read(from)?,
            approval: Signed::read(from)?,
        })
    }
}
