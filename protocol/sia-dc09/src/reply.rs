//! What a receiver answers.

use jiff::Timestamp;

use crate::content::{Content, ContentError};
use crate::frame::{Frame, FrameError, Token};
use crate::key::Cipher;
use crate::stamp::Stamp;

/// The answer to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It was taken, and what it told is on the disk.
    Ack,
    /// It was refused. Carries the receiver's time, by which a panel sets its clock and sends again.
    Nak,
    /// It was read and cannot be worked with.
    Duh,
}

impl Reply {
    /// The bytes of the answer. `to` is the frame that is answered, when one could be read; `key` the key it was opened
    /// with. Only an ACK to an encrypted frame is encrypted. `random` fills the padding.
    ///
    /// # Errors
    /// When the frame's own numbers make no frame: then nothing can be answered.
    pub fn encode(
        self,
        to: Option<&Frame>,
        key: Option<&dyn Cipher>,
        now: Timestamp,
        random: [u8; 32],
    ) -> Result<Vec<u8>, FrameError> {
        let stamp = Some(Stamp::of(now));
        let token = match self {
            Self::Ack => Token::Ack,
            Self::Nak => Token::Nak,
            Self::Duh => Token::Duh,
        };
        let (mut frame, content, key) = match (self, to) {
            (Self::Ack | Self::Duh, Some(to)) => {
                let frame = Frame {
                    token,
                    is_encrypted: false,
                    rest: Vec::new(),
                    ..to.clone()
                };
                let key = key.filter(|_| self == Self::Ack && to.is_encrypted);
                let stamp = stamp.filter(|_| key.is_some());
                let content = Content {
                    stamp,
                    ..Content::default()
                };
                (frame, content, key)
            }
            // The standard gives a NAK no account: `A0` stands where it would be.
            _ => {
                let frame = Frame {
                    token,
                    is_encrypted: false,
                    sequence: 0,
                    receiver: Some("0".to_owned()),
                    line: Some("0A0".to_owned()),
                    account: None,
                    rest: Vec::new(),
                };
                let content = Content {
                    stamp,
                    ..Content::default()
                };
                (frame, content, None)
            }
        };
        let sealed = content.seal(&mut frame, key, random);
        sealed.map_err(|error: ContentError| match error {
            ContentError::Key(_) | ContentError::NoKey => FrameError::Header("key"),
            _ => FrameError::Form,
        })?;
        frame.encode()
    }
}
