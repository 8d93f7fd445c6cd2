//! The check value of a frame.

/// CRC-16 as DC-09 uses it (annex: polynomial 0x8005 reflected, begun at zero): over everything from the first quotation
/// mark up to, and without, the final carriage return.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc: u16, _| {
            let shifted = crc >> 1;
            if crc & 1 == 1 { shifted ^ 0xA001 } else { shifted }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_crc_known_as_arc() {
        assert_eq!(crc16(b"123456789"), 0xBB3D);
        assert_eq!(crc16(b""), 0);
    }
}
