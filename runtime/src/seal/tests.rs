use std::fs::Permissions;

use data_encoding::HEXLOWER;

use super::*;
use crate::entropy::{SeededEntropy, SystemEntropy};

fn sealer() -> Sealer {
    Sealer::new(&[7; 32]).unwrap()
}

#[test]
fn what_is_sealed_opens_and_is_unreadable() {
    let sealed = sealer().seal(b"the side door", b"row 1", &SystemEntropy).unwrap();
    assert_eq!(sealed.len(), 13 + OVERHEAD);
    assert!(!sealed.windows(4).any(|four| four == b"door"));
    assert_eq!(*sealer().open(&sealed, b"row 1").unwrap(), b"the side door");
    assert!(
        sealer()
            .open(&sealer().seal(b"", b"", &SystemEntropy).unwrap(), b"")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_layout_is_nonce_text_tag_of_aes_256_gcm() {
    // Test case 14 of the GCM submission: zero key, zero nonce, one zero block.
    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0);
        }
    }
    let sealed = Sealer::new(&[0; 32]).unwrap().seal(&[0; 16], b"", &Zeros).unwrap();
    assert_eq!(
        HEXLOWER.encode(&sealed),
        "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    );
}

#[test]
fn attack_any_changed_bit_is_found() {
    let sealed = sealer().seal(b"open", b"row 1", &SystemEntropy).unwrap();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(matches!(sealer().open(&changed, b"row 1"), Err(SealError::DoesNotOpen)));
        }
    }
    for length in 0..sealed.len() {
        assert!(sealer().open(&sealed[..length], b"row 1").is_err());
    }
}

#[test]
fn attack_a_sealed_value_moved_to_another_place_does_not_open() {
    let sealed = sealer().seal(b"open", b"row 1", &SystemEntropy).unwrap();
    assert!(sealer().open(&sealed, b"row 2").is_err());
    assert!(Sealer::new(&[8; 32]).unwrap().open(&sealed, b"row 1").is_err());
}

#[test]
fn the_same_text_is_never_sealed_alike() {
    let one = sealer().seal(b"open", b"", &SystemEntropy).unwrap();
    let other = sealer().seal(b"open", b"", &SystemEntropy).unwrap();
    assert_ne!(one, other);
}

#[test]
fn a_key_file_is_made_once_private_and_gives_the_same_keys_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    assert!(matches!(KeyFile::open(&path), Err(SealError::Missing { .. })));
    let key = KeyFile::open_or_create(&path, &SeededEntropy::new(1)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = KeyFile::open_or_create(&path, &SeededEntropy::new(2)).unwrap();

    let sealed = key.derive("journal").unwrap().seal(b"x", b"", &SystemEntropy).unwrap();
    assert!(again.derive("journal").unwrap().open(&sealed, b"").is_ok());
    assert!(again.derive("personal").unwrap().open(&sealed, b"").is_err());
    let tag = key.mac_key("head").unwrap().tag(&[b"a", b"b"]);
    assert!(again.mac_key("head").unwrap().verifies(&[b"ab"], &tag));
    assert!(!again.mac_key("tail").unwrap().verifies(&[b"ab"], &tag));
    assert!(!again.mac_key("head").unwrap().verifies(&[b"ab"], &tag[..31]));
    assert_ne!(*key.subkey("seal", "x").unwrap(), *key.subkey("mac", "x").unwrap());
    assert_eq!(format!("{key:?}"), "KeyFile(..)");
}

#[test]
fn a_key_that_others_can_read_or_that_is_damaged_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    KeyFile::open_or_create(&path, &SystemEntropy).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let refused = KeyFile::open_or_create(&path, &SystemEntropy).unwrap_err();
    assert!(refused.to_string().contains("(mode 640); run chmod 600"));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for length in [0, 31, 33] {
        fs::write(&path, vec![1; length]).unwrap();
        let refused = KeyFile::open_or_create(&path, &SystemEntropy).unwrap_err();
        assert!(matches!(refused, SealError::NotAKey { .. }));
        assert_eq!(fs::read(&path).unwrap().len(), length, "an existing file is left alone");
    }
}

#[test]
fn every_fault_is_told_in_both_languages() {
    let path = PathBuf::from("/data/key");
    let source = io::Error::other("detail");
    for fault in [
        SealError::Missing { path: path.clone() },
        SealError::Exposed {
            path: path.clone(),
            mode: 0o644,
        },
        SealError::NotAKey { path: path.clone() },
        SealError::Io { path, source },
        SealError::Refused,
        SealError::DoesNotOpen,
    ] {
        assert!(fault.message(Lang::En).is_ascii());
        assert!(fault.message(Lang::Ja).chars().any(|letter| letter >= 'ぁ'));
    }
}
