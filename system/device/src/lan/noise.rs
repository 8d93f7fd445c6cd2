//! What a broken or hostile thing puts on the network: datagrams that are no frames, or frames that make no sense.

use tomori_runtime::entropy::{Entropy, below, bytes};

/// One datagram of noise, up to 1,472 bytes.
pub(crate) fn datagram(entropy: &dyn Entropy) -> Vec<u8> {
    let length = usize::try_from(below(entropy, 64)).unwrap_or(0);
    let mut tail = vec![0; length];
    entropy.fill(&mut tail);
    let [a, b, c, d]: [u8; 4] = bytes(entropy);
    let start: &[u8] = match below(entropy, 6) {
        // No frame at all.
        0 => &[],
        // A frame in the arbitrary format.
        1 => &[0x10, 0x82, a, b],
        // A header and then anything.
        2 => &[0x10, 0x81, a, b],
        // An answer to nobody, of which the properties are anything.
        3 => &[0x10, 0x81, a, b, 0x02, 0x63, 0x01, 0x05, 0xff, 0x01, 0x72, c],
        // An announcement that promises more than it has.
        4 => &[
            0x10, 0x81, a, b, 0x02, 0x63, 0x01, 0x0e, 0xf0, 0x01, 0x73, 0xff, 0xea, 0xff,
        ],
        // As long as a packet.
        _ => {
            let mut long = vec![c; 1_472];
            long.splice(..2, [0x10, d]);
            return long;
        }
    };
    [start, &tail].concat()
}

#[cfg(test)]
mod tests {
    use tomori_echonet_lite::Frame;
    use tomori_runtime::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn noise_is_mostly_no_frame_and_never_too_long() {
        let entropy = SeededEntropy::new(1);
        let noise: Vec<_> = (0..500).map(|_| datagram(&entropy)).collect();
        assert!(noise.iter().all(|datagram| datagram.len() <= 1_472));
        let frames = noise.iter().filter(|datagram| Frame::decode(datagram).is_ok()).count();
        assert!(frames < 50, "{frames}");
    }
}
