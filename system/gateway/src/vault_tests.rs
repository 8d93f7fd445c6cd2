use tomori_runtime::entropy::SystemEntropy;

use super::*;

fn vault(root: &std::path::Path) -> Result<Vault, VaultError> {
    Vault::open(DataDir::open(root).unwrap(), Arc::new(SystemEntropy))
}

#[test]
fn what_is_put_in_comes_out_and_is_nowhere_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path()).unwrap();
    vault.write("plan", &"南のシャッター").unwrap();
    assert_eq!(vault.read::<String>("plan").unwrap().as_deref(), Some("南のシャッター"));
    let raw = std::fs::read(vault.path("plan")).unwrap();
    let clear = "南".as_bytes();
    assert!(!raw.windows(clear.len()).any(|window| window == clear));
    assert!(vault.read::<String>("identity").unwrap().is_none());
}

/// T3-11 EP⑤, tampering with settings: every single changed byte is found.
#[test]
fn a_changed_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path()).unwrap();
    vault.write("plan", &1).unwrap();
    let path = vault.path("plan");
    let whole = std::fs::read(&path).unwrap();
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert!(matches!(vault.read::<u32>("plan"), Err(VaultError::Tampered { .. })));
    }
}

/// T3-11 EP⑤, tampering with settings: one sealed file cannot stand in for another.
#[test]
fn a_file_under_another_name_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path()).unwrap();
    vault.write("plan", &1).unwrap();
    std::fs::copy(vault.path("plan"), vault.path("memory")).unwrap();
    assert!(matches!(vault.read::<u32>("memory"), Err(VaultError::Tampered { .. })));
}

#[test]
fn a_lost_key_is_named_and_no_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let first = vault(folder.path()).unwrap();
    first.write("plan", &1).unwrap();
    drop(first);
    std::fs::remove_file(folder.path().join(KEY)).unwrap();
    let Err(error) = vault(folder.path()) else {
        panic!("a new key was made");
    };
    assert!(matches!(error, VaultError::KeyMissing { .. }));
    assert!(error.to_string().contains("enrol again"));
    assert!(!folder.path().join(KEY).exists());
}
