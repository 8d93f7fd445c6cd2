//! AES for the tests.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use tomori_sia_dc09::{Cipher, Key, KeyError};

/// A cipher with a key.
pub(crate) struct Aes(pub(crate) Key);

impl Aes {
    /// A cipher with a key in hexadecimal.
    #[allow(dead_code)]
    pub(crate) fn of(text: &str) -> Self {
        Self(text.parse().unwrap())
    }

    fn unbound(&self) -> UnboundCipherKey {
        let algorithm = match self.0.bytes().len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        UnboundCipherKey::new(algorithm, self.0.bytes()).unwrap()
    }
}

impl Cipher for Aes {
    fn encrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError> {
        let key = EncryptingKey::cbc(self.unbound()).unwrap();
        let zeros = EncryptionContext::Iv128([0; 16].into());
        key.less_safe_encrypt(blocks, zeros)
            .map(drop)
            .map_err(|_| KeyError::Blocks)
    }

    fn decrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError> {
        let key = DecryptingKey::cbc(self.unbound()).unwrap();
        let zeros = DecryptionContext::Iv128([0; 16].into());
        key.decrypt(blocks, zeros).map(drop).map_err(|_| KeyError::Blocks)
    }
}
