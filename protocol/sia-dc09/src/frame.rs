//! Frames as they stand on the wire: `LF crc 0LLL "token" seq R… L… #… [ … CR`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::crc16;

/// The most bytes between the first quotation mark and the carriage return: what three hexadecimal digits can count.
pub const LONGEST_BODY: usize = 0xFFF;
/// The most bytes of a frame, with line feed, check value, length and carriage return.
pub const LONGEST_FRAME: usize = LONGEST_BODY + 10;

const LONGEST_TOKEN: usize = 16;

/// What a frame is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Token {
    /// Events in SIA format (DC-03).
    SiaDcs,
    /// An event in Contact ID (DC-05).
    AdmCid,
    /// Nothing but "I am here" (link test).
    Null,
    /// The receiver has taken it.
    Ack,
    /// The receiver has refused it; the frame carries the receiver's time.
    Nak,
    /// The receiver cannot work with it.
    Duh,
    /// A format that is not spoken here.
    Other(String),
}

/// The account that a panel reports for: 3 to 16 hexadecimal digits, kept in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(String);

/// Why a text is no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an account has 3 to 16 hexadecimal digits")]
pub struct AccountError;

/// A frame, its check value and length already found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub token: Token,
    /// Whether what follows the bracket is encrypted (`*`).
    pub is_encrypted: bool,
    /// 0 to 9999; 0 in link tests and refusals.
    pub sequence: u16,
    /// The receiver's number as the panel wrote it, 1 to 6 hexadecimal digits.
    pub receiver: Option<String>,
    /// The account's prefix as the panel wrote it, 1 to 6 hexadecimal digits.
    pub line: Option<String>,
    /// The account.
    pub account: Option<Account>,
    /// Everything after the opening bracket.
    pub rest: Vec<u8>,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// More bytes than a frame may have.
    #[error("{bytes} bytes are more than a frame may have ({LONGEST_FRAME})")]
    TooLong {
        /// How many there are, or would be.
        bytes: usize,
    },
    /// It has not the outer form of a frame.
    #[error("the bytes are not of the form LF, check value, length, body, CR")]
    Form,
    /// The length that it names is not the length that it has.
    #[error("the frame says {said} bytes and has {found}")]
    Length {
        /// What it says.
        said: usize,
        /// What it has.
        found: usize,
    },
    /// The check value is not the one of the bytes.
    #[error("the check value is {said:04X}, the bytes have {found:04X}")]
    Crc {
        /// What it says.
        said: u16,
        /// What the bytes have.
        found: u16,
    },
    /// A part of the header is not what it should be.
    #[error("the {0} in the header cannot be read")]
    Header(&'static str),
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::SiaDcs => "SIA-DCS",
            Self::AdmCid => "ADM-CID",
            Self::Null => "NULL",
            Self::Ack => "ACK",
            Self::Nak => "NAK",
            Self::Duh => "DUH",
            Self::Other(text) => text,
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        let known = [Self::SiaDcs, Self::AdmCid, Self::Null, Self::Ack, Self::Nak, Self::Duh];
        let fits = (1..=LONGEST_TOKEN).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        known
            .into_iter()
            .find(|token| token.text() == text)
            .or_else(|| fits.then(|| Self::Other(text.to_owned())))
    }
}

impl Account {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let fits = (3..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(AccountError)
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Frame {
    /// Reads a frame, from its line feed to its carriage return.
    ///
    /// # Errors
    /// [`FrameError`]; the check value is looked at before anything inside is.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() > LONGEST_FRAME {
            return Err(FrameError::TooLong { bytes: bytes.len() });
        }
        let inner = bytes
            .strip_prefix(b"\n")
            .and_then(|rest| rest.strip_suffix(b"\r"))
            .ok_or(FrameError::Form)?;
        let (crc, rest) = inner.split_at_checked(4).ok_or(FrameError::Form)?;
        let (length, body) = rest.split_at_checked(4).ok_or(FrameError::Form)?;
        let said = hex(crc).ok_or(FrameError::Form)?;
        let length = usize::from(hex(length).ok_or(FrameError::Form)?);
        if length != body.len() {
            let found = body.len();
            return Err(FrameError::Length { said: length, found });
        }
        let found = crc16(body);
        if said != found {
            return Err(FrameError::Crc { said, found });
        }
        Self::read_body(body)
    }

    fn read_body(body: &[u8]) -> Result<Self, FrameError> {
        let wrong = FrameError::Header;
        let mut reader = Reader(body);
        if !reader.skip(b'"') {
            return Err(wrong("token"));
        }
        let is_encrypted = reader.skip(b'*');
        let token = reader.until(b'"').ok_or(wrong("token"))?;
        let token = std::str::from_utf8(token).ok().and_then(Token::from_text);
        let token = token.ok_or(wrong("token"))?;
        let sequence = reader.digits(4, 4, |byte| byte.is_ascii_digit());
        let sequence = sequence.and_then(|text| text.parse().ok());
        let sequence = sequence.ok_or(wrong("sequence number"))?;
        let mut number = |mark, noun| {
            if !reader.skip(mark) {
                return Ok(None);
            }
            let text = reader.digits(1, 6, |byte| byte.is_ascii_hexdigit());
            text.map(|text| Some(text.to_owned())).ok_or(wrong(noun))
        };
        let receiver = number(b'R', "receiver number")?;
        let line = number(b'L', "account prefix")?;
        let account = if reader.skip(b'#') {
            let text = reader.digits(3, 16, |byte| byte.is_ascii_hexdigit());
            Some(text.and_then(|text| text.parse().ok()).ok_or(wrong("account"))?)
        } else {
            None
        };
        if !reader.skip(b'[') {
            return Err(wrong("end"));
        }
        Ok(Self {
            token,
            is_encrypted,
            sequence,
            receiver,
            line,
            account,
            rest: reader.0.to_vec(),
        })
    }

    /// Writes a frame, with check value and length.
    ///
    /// # Errors
    /// When it is too long, or a part of it would not be read as what it is.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let mut body = Vec::with_capacity(64 + self.rest.len());
        let star = if self.is_encrypted { "*" } else { "" };
        body.extend_from_slice(format!("\"{star}{}\"{:04}", self.token.text(), self.sequence).as_bytes());
        for (mark, number) in [('R', &self.receiver), ('L', &self.line)] {
            if let Some(number) = number {
                body.extend_from_slice(format!("{mark}{number}").as_bytes());
            }
        }
        if let Some(account) = &self.account {
            body.extend_from_slice(format!("#{account}").as_bytes());
        }
        body.push(b'[');
        body.extend_from_slice(&self.rest);
        if body.len() > LONGEST_BODY {
            return Err(FrameError::TooLong { bytes: body.len() + 10 });
        }
        if self.rest.contains(&b'\r') || self.rest.contains(&b'\n') {
            return Err(FrameError::Form);
        }
        if Self::read_body(&body)? != *self {
            return Err(FrameError::Header("text"));
        }
        let mut bytes = format!("\n{:04X}{:04X}", crc16(&body), body.len()).into_bytes();
        bytes.append(&mut body);
        bytes.push(b'\r');
        Ok(bytes)
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn skip(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// What stands before `end`, which is passed over too.
    fn until(&mut self, end: u8) -> Option<&'a [u8]> {
        let at = self.0.iter().take(LONGEST_TOKEN + 1).position(|byte| *byte == end)?;
        let (before, after) = self.0.split_at_checked(at)?;
        self.0 = after.get(1..)?;
        Some(before)
    }

    fn digits(&mut self, least: usize, most: usize, is_digit: fn(&u8) -> bool) -> Option<&'a str> {
        let count = self.0.iter().take(most).take_while(|byte| is_digit(byte)).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        std::str::from_utf8(digits).ok()
    }
}

/// Four hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u16> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
