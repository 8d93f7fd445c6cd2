//! What stands after the bracket: data, extended data, time; plain or encrypted with its padding.

use data_encoding::{HEXUPPER, HEXUPPER_PERMISSIVE};
use thiserror::Error;

use crate::frame::{Account, Frame};
use crate::key::{BLOCK, Cipher, KeyError};
use crate::stamp::Stamp;

/// Extended data fields that a frame may carry.
pub const MOST_EXTENDED: usize = 32;

/// The content of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The events, still as text; empty in link tests and answers.
    pub data: Vec<u8>,
    /// Extended data: a letter and a value each.
    pub extended: Vec<Vec<u8>>,
    /// The panel's time.
    pub stamp: Option<Stamp>,
}

/// Why a frame's content cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ContentError {
    /// It is encrypted and there is no key for the account.
    #[error("the frame is encrypted and the account has no key")]
    NoKey,
    /// The key fits no frame like this.
    #[error("the frame cannot be decrypted")]
    Key(#[from] KeyError),
    /// What came out is no content: the key is another one, or the text was changed.
    #[error("decrypted, the frame is not readable: the panel has another key, or the frame was changed")]
    WrongKey,
    /// A bracket, a padding or a time is not where it belongs.
    #[error("the {0} cannot be read")]
    Form(&'static str),
    /// An encrypted frame must tell its time.
    #[error("the frame is encrypted and tells no time")]
    NoStamp,
    /// The account inside is not the one on the outside.
    #[error("the account inside the frame is not the one in its header")]
    OtherAccount,
}

impl Content {
    /// Opens a frame: decrypts it when it is encrypted, and takes it apart.
    ///
    /// # Errors
    /// [`ContentError`]. An encrypted frame is opened only with a time in it, and whatever is opened names no other
    /// account inside than outside: the outside is not encrypted and says whose key it was.
    pub fn open(frame: &Frame, key: Option<&dyn Cipher>) -> Result<Self, ContentError> {
        let content = if frame.is_encrypted {
            let key = key.ok_or(ContentError::NoKey)?;
            let mut text = HEXUPPER_PERMISSIVE
                .decode(&frame.rest)
                .map_err(|_| ContentError::Form("encrypted text"))?;
            key.decrypt(&mut text)?;
            let content = Self::read(without_padding(&text)).map_err(|_| ContentError::WrongKey)?;
            if content.stamp.is_none() {
                return Err(ContentError::NoStamp);
            }
            content
        } else {
            Self::read(&frame.rest)?
        };
        match (content.account(), &frame.account) {
            (None, _) => Ok(content),
            (Some(Ok(inside)), Some(outside)) if inside == *outside => Ok(content),
            _ => Err(ContentError::OtherAccount),
        }
    }

    /// Writes the content into a frame, encrypted when there is a key. `random` fills the padding.
    ///
    /// # Errors
    /// When the data would end the content early, or an encrypted one has no time.
    pub fn seal(
        &self,
        frame: &mut Frame,
        key: Option<&dyn Cipher>,
        random: [u8; 2 * BLOCK],
    ) -> Result<(), ContentError> {
        let text = self.text()?;
        frame.is_encrypted = key.is_some();
        frame.rest = match key {
            None => text,
            Some(key) => {
                if self.stamp.is_none() {
                    return Err(ContentError::NoStamp);
                }
                let mut padded = padding(text.len(), !self.data.is_empty(), random);
                padded.extend_from_slice(&text);
                key.encrypt(&mut padded)?;
                HEXUPPER.encode(&padded).into_bytes()
            }
        };
        Ok(())
    }

    fn text(&self) -> Result<Vec<u8>, ContentError> {
        let closes = |bytes: &[u8]| bytes.iter().any(|byte| matches!(byte, b'[' | b']' | b'\r' | b'\n'));
        if closes(&self.data) {
            return Err(ContentError::Form("data"));
        }
        let mut text = self.data.clone();
        text.push(b']');
        for field in &self.extended {
            if closes(field) || field.is_empty() {
                return Err(ContentError::Form("extended data"));
            }
            text.push(b'[');
            text.extend_from_slice(field);
            text.push(b']');
        }
        if let Some(stamp) = self.stamp {
            text.extend_from_slice(format!("_{stamp}").as_bytes());
        }
        Ok(text)
    }

    fn read(text: &[u8]) -> Result<Self, ContentError> {
        let (data, mut rest) = cut(text, b']').ok_or(ContentError::Form("end of the data"))?;
        let mut extended = Vec::new();
        while let Some(after) = rest.strip_prefix(b"[") {
            let (field, after) = cut(after, b']').ok_or(ContentError::Form("extended data"))?;
            if field.is_empty() || extended.len() == MOST_EXTENDED {
                return Err(ContentError::Form("extended data"));
            }
            extended.push(field.to_vec());
            rest = after;
        }
        let stamp = match rest.strip_prefix(b"_") {
            Some(text) => Some(Stamp::read(text).ok_or(ContentError::Form("time"))?),
            None if rest.is_empty() => None,
            None => return Err(ContentError::Form("end")),
        };
        Ok(Self {
            data: data.to_vec(),
            extended,
            stamp,
        })
    }

    /// The account that the data begins with, when it begins with one.
    fn account(&self) -> Option<Result<Account, ContentError>> {
        let named = self.data.strip_prefix(b"#")?;
        let digits = named.split(|byte| *byte == b'|').next().unwrap_or_default();
        let account = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
        Some(account.ok_or(ContentError::OtherAccount))
    }

    /// The data after its account, without the bar between them.
    #[must_use]
    pub fn events(&self) -> &[u8] {
        match cut(&self.data, b'|') {
            Some((account, events)) if account.is_empty() || account.starts_with(b"#") => events,
            _ => &self.data,
        }
    }
}

/// Before and after the first `mark`.
fn cut(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A padding ends with a bar; where there is no data, some panels leave the bar out and the bracket ends it.
fn without_padding(text: &[u8]) -> &[u8] {
    let head = text.iter().position(|byte| matches!(byte, b'|' | b']'));
    match head {
        Some(at) if text.get(at) == Some(&b'|') => text.get(at + 1..).unwrap_or_default(),
        Some(at) => text.get(at..).unwrap_or_default(),
        None => text,
    }
}

/// 16 to 31 random letters, so that the whole is a number of blocks and the first block is never the same: with it the
/// missing random vector of the standard is made good (docs/adr/0120). A bar after it where data follows.
fn padding(text: usize, has_data: bool, random: [u8; 2 * BLOCK]) -> Vec<u8> {
    let bar = usize::from(has_data);
    let missing = (BLOCK - (text + bar) % BLOCK) % BLOCK;
    let mut padding: Vec<u8> = random
        .iter()
        .take(BLOCK + missing)
        .map(|byte| b'A' + (byte & 0x0f))
        .collect();
    if has_data {
        padding.push(b'|');
    }
    padding
}
