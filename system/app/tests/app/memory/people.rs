//! The residents, and the second factor they prove themselves with.

use aws_lc_rs::hmac;
use jiff::Timestamp;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{HomeId, ResidentId};

/// One resident.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: ResidentId,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) name: String,
    pub(crate) lang: Option<Lang>,
    pub(crate) homes: Vec<HomeId>,
}

/// The code of RFC 6238 (SHA-1, six digits, thirty seconds).
pub(crate) fn one_time_code(secret: &[u8], now: Timestamp) -> String {
    let step = u64::try_from(now.as_second() / 30).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes[19] & 0x0f);
    let number = u32::from_be_bytes([
        bytes[offset] & 0x7f,
        bytes[offset + 1],
        bytes[offset + 2],
        bytes[offset + 3],
    ]);
    format!("{:06}", number % 1_000_000)
}

#[test]
fn the_code_is_the_one_of_the_standard() {
    // RFC 6238, appendix B: 59 seconds gives 94287082, of which six digits are the last six.
    assert_eq!(
        one_time_code(b"12345678901234567890", Timestamp::from_second(59).unwrap()),
        "287082"
    );
}
