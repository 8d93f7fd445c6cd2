//! Frames, as they stand on the wire (format 1: EHD 0x1081).

use thiserror::Error;

use crate::{Eoj, Esv};

/// EHD1 and EHD2 of a frame in the specified format.
const HEADER: [u8; 2] = [0x10, 0x81];
/// EHD, TID, SEOJ, DEOJ, ESV.
const FIXED_BYTES: usize = 11;

/// The longest frame that is read, in bytes. The longest that real nodes send (a D6 list and all maps in one frame)
/// stays under a tenth of it; a longer datagram is refused before it is looked into.
pub const LONGEST_READ: usize = 8 * 1024;

/// The longest frame that is written, in bytes: what one Ethernet packet carries without fragments.
pub const LONGEST_WRITTEN: usize = 1472;

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// More bytes than any node may send.
    #[error("{bytes} bytes are more than a frame may have ({LONGEST_READ})")]
    TooLong {
        /// How many there are.
        bytes: usize,
    },
    /// The bytes end before the frame does.
    #[error("the frame ends after {bytes} bytes, inside its {part}")]
    Truncated {
        /// How many there are.
        bytes: usize,
        /// What was being read.
        part: &'static str,
    },
    /// Not ECHONET Lite in the specified format.
    #[error("the header is {found:02x?}, not 10 81")]
    Header {
        /// The first two bytes.
        found: [u8; 2],
    },
    /// No such service.
    #[error("0x{code:02x} is no service (ESV)")]
    Service {
        /// The byte.
        code: u8,
    },
    /// Bytes are left after the last property.
    #[error("{count} bytes are left after the last property")]
    Trailing {
        /// How many.
        count: usize,
    },
}

/// Why a frame cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// A property has more bytes than PDC can count.
    #[error("property 0x{epc:02x} has {bytes} bytes; 255 is the most")]
    PropertyTooLong {
        /// Which.
        epc: u8,
        /// Its length.
        bytes: usize,
    },
    /// There are more properties than OPC can count.
    #[error("{count} properties; 255 is the most")]
    TooManyProperties {
        /// How many.
        count: usize,
    },
    /// The frame does not fit one packet.
    #[error("the frame would have {bytes} bytes; {LONGEST_WRITTEN} is the most")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A second list in a frame whose service has only one.
    #[error("{esv:?} has one list of properties, not two")]
    SecondList {
        /// The service.
        esv: Esv,
    },
}

/// One property of a frame. Where only the code matters (a `Get`), the data is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Property {
    /// Property code, 0x80 to 0xFF with well-behaved nodes.
    pub epc: u8,
    /// Property data, at most 255 bytes.
    pub edt: Vec<u8>,
}

impl Property {
    /// A property with data.
    #[must_use]
    pub fn new(epc: u8, edt: impl Into<Vec<u8>>) -> Self {
        Self { epc, edt: edt.into() }
    }

    /// A property without data: one that is asked for, or the echo of one.
    #[must_use]
    pub fn bare(epc: u8) -> Self {
        Self { epc, edt: Vec::new() }
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Transaction: an answer repeats the one of its request.
    pub tid: u16,
    /// The object that speaks.
    pub seoj: Eoj,
    /// The object that is spoken to.
    pub deoj: Eoj,
    /// The service.
    pub esv: Esv,
    /// The properties; with the SetGet services those that are set. May be empty: some nodes ask with OPC 0.
    pub properties: Vec<Property>,
    /// The properties that a SetGet reads; empty with every other service.
    pub read: Vec<Property>,
}

impl Frame {
    /// A frame with one list of properties.
    #[must_use]
    pub fn new(tid: u16, seoj: Eoj, deoj: Eoj, esv: Esv, properties: Vec<Property>) -> Self {
        Self {
            tid,
            seoj,
            deoj,
            esv,
            properties,
            read: Vec::new(),
        }
    }

    /// The answer's frame: same transaction, from `speaker` to whoever asked.
    #[must_use]
    pub fn answer(&self, speaker: Eoj, esv: Esv, properties: Vec<Property>) -> Self {
        Self::new(self.tid, speaker, self.seoj, esv, properties)
    }

    /// The data of the first property with this code, in either list.
    #[must_use]
    pub fn data(&self, epc: u8) -> Option<&[u8]> {
        self.properties
            .iter()
            .chain(&self.read)
            .find(|property| property.epc == epc)
            .map(|property| property.edt.as_slice())
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// When the bytes are too many, too few, not in the specified format, of no known service, or more than the
    /// frame says.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > LONGEST_READ {
            return Err(DecodeError::TooLong { bytes: bytes.len() });
        }
        let mut reader = Reader { bytes, at: 0 };
        let header: [u8; 2] = reader.array("header")?;
        if header != HEADER {
            return Err(DecodeError::Header { found: header });
        }
        let tid = u16::from_be_bytes(reader.array("transaction id")?);
        let seoj = Eoj::from_bytes(reader.array("source object")?);
        let deoj = Eoj::from_bytes(reader.array("destination object")?);
        let code = reader.byte("service")?;
        let esv = Esv::from_code(code).ok_or(DecodeError::Service { code })?;
        let properties = reader.properties()?;
        let read = if esv.has_two_lists() {
            reader.properties()?
        } else {
            Vec::new()
        };
        match bytes.len() - reader.at {
            0 => Ok(Self {
                tid,
                seoj,
                deoj,
                esv,
                properties,
                read,
            }),
            count => Err(DecodeError::Trailing { count }),
        }
    }

    /// Writes the frame, in the one form there is.
    ///
    /// # Errors
    /// When a property or the frame is too long, there are too many properties, or a second list where the service
    /// has only one.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        if !self.esv.has_two_lists() && !self.read.is_empty() {
            return Err(EncodeError::SecondList { esv: self.esv });
        }
        let bytes = self.encoded_bytes();
        if bytes > LONGEST_WRITTEN {
            return Err(EncodeError::TooLong { bytes });
        }
        let mut out = Vec::with_capacity(bytes);
        out.extend_from_slice(&HEADER);
        out.extend_from_slice(&self.tid.to_be_bytes());
        out.extend_from_slice(&self.seoj.to_bytes());
        out.extend_from_slice(&self.deoj.to_bytes());
        out.push(self.esv.code());
        write_properties(&mut out, &self.properties)?;
        if self.esv.has_two_lists() {
            write_properties(&mut out, &self.read)?;
        }
        Ok(out)
    }

    fn encoded_bytes(&self) -> usize {
        let list = |list: &[Property]| 1 + list.iter().map(|property| 2 + property.edt.len()).sum::<usize>();
        let second = if self.esv.has_two_lists() { list(&self.read) } else { 0 };
        FIXED_BYTES + list(&self.properties) + second
    }
}

fn write_properties(out: &mut Vec<u8>, list: &[Property]) -> Result<(), EncodeError> {
    let count = u8::try_from(list.len()).map_err(|_| EncodeError::TooManyProperties { count: list.len() })?;
    out.push(count);
    for property in list {
        let bytes = property.edt.len();
        let length = u8::try_from(bytes).map_err(|_| EncodeError::PropertyTooLong {
            epc: property.epc,
            bytes,
        })?;
        out.extend_from_slice(&[property.epc, length]);
        out.extend_from_slice(&property.edt);
    }
    Ok(())
}

/// Walks over the bytes; every step checks its end, so that no length in the frame is believed.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize, part: &'static str) -> Result<&'a [u8], DecodeError> {
        let end = self.at.saturating_add(count);
        let taken = self.bytes.get(self.at..end).ok_or(DecodeError::Truncated {
            bytes: self.bytes.len(),
            part,
        })?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, part: &'static str) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, part)?);
        Ok(array)
    }

    fn byte(&mut self, part: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(part).map(|[byte]| byte)
    }

    fn properties(&mut self) -> Result<Vec<Property>, DecodeError> {
        let count = self.byte("property count")?;
        // A frame that lies about its count gets no room for it: each property has at least two bytes.
        let room = usize::from(count).min((self.bytes.len() - self.at) / 2);
        let mut list = Vec::with_capacity(room);
        for _ in 0..count {
            let [epc, length] = self.array("property")?;
            list.push(Property::new(epc, self.take(usize::from(length), "property data")?));
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oversized_datagrams_are_refused_unread() {
        assert_eq!(
            Frame::decode(&vec![0x10; LONGEST_READ + 1]),
            Err(DecodeError::TooLong {
                bytes: LONGEST_READ + 1
            })
        );
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let mut frame = Frame::new(1, Eoj::CONTROLLER, Eoj::NODE_PROFILE, Esv::SetC, vec![]);
        frame.properties = vec![Property::new(0x80, vec![0; 256])];
        assert_eq!(
            frame.encode(),
            Err(EncodeError::PropertyTooLong { epc: 0x80, bytes: 256 })
        );
        frame.properties = vec![Property::bare(0x80); 256];
        assert_eq!(frame.encode(), Err(EncodeError::TooManyProperties { count: 256 }));
        frame.properties = vec![Property::new(0x80, vec![0; 255]); 6];
        assert_eq!(frame.encode(), Err(EncodeError::TooLong { bytes: 12 + 6 * 257 }));
        frame.properties = vec![];
        frame.read = vec![Property::bare(0x80)];
        assert_eq!(frame.encode(), Err(EncodeError::SecondList { esv: Esv::SetC }));
    }
}
