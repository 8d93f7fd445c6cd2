//! AES in CBC mode, begun with zeros, with a panel's key (docs/adr/0120).

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use tomori_sia_dc09::{Cipher, Key, KeyError};

const BLOCK: usize = 16;

/// A panel's key at work.
#[derive(Debug, Clone, Copy)]
pub struct Aes<'a>(pub &'a Key);

impl Aes<'_> {
    fn unbound(&self, blocks: &[u8]) -> Result<UnboundCipherKey, KeyError> {
        if blocks.is_empty() || !blocks.len().is_multiple_of(BLOCK) {
            return Err(KeyError::Blocks);
        }
        let algorithm: &'static Algorithm = match self.0.bytes().len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        UnboundCipherKey::new(algorithm, self.0.bytes()).map_err(|_| KeyError::Cipher)
    }
}

impl Cipher for Aes<'_> {
    fn encrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError> {
        let key = EncryptingKey::cbc(self.unbound(blocks)?).map_err(|_| KeyError::Cipher)?;
        let zeros = EncryptionContext::Iv128(FixedLength::from([0; BLOCK]));
        key.less_safe_encrypt(blocks, zeros).map_err(|_| KeyError::Cipher)?;
        Ok(())
    }

    fn decrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError> {
        let key = DecryptingKey::cbc(self.unbound(blocks)?).map_err(|_| KeyError::Cipher)?;
        let zeros = DecryptionContext::Iv128(FixedLength::from([0; BLOCK]));
        key.decrypt(blocks, zeros).map_err(|_| KeyError::Cipher)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Under a zero vector the first block is the block cipher itself (FIPS-197, appendix C).
    #[test]
    fn the_three_sizes_are_those_of_fips_197() {
        let bytes: Vec<u8> = (0..32).collect();
        let plain: Vec<u8> = (0..16).map(|number| number * 0x11).collect();
        for (length, expected) in [
            (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (32, "8ea2b7ca516745bfeafc49904b496089"),
        ] {
            let key = Key::new(&bytes[..length]).unwrap();
            let mut text = plain.clone();
            Aes(&key).encrypt(&mut text).unwrap();
            assert_eq!(data_encoding::HEXLOWER.encode(&text), expected);
            Aes(&key).decrypt(&mut text).unwrap();
            assert_eq!(text, plain);
            assert_eq!(Aes(&key).decrypt(&mut [0; 15]), Err(KeyError::Blocks));
        }
    }
}
