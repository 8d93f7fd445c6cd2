use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_missing_directory_is_made_private_with_its_parents() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b");
    let data = DataDir::open(&path).unwrap();
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&dir.path().join("a")), 0o700);
    assert_eq!(data.path("db"), data.root().join("db"));
    assert!(!data.path(PROBE).exists());
}

#[test]
fn a_second_holder_is_refused_and_told_who_the_first_is() {
    let dir = tempfile::tempdir().unwrap();
    let first = DataDir::open(dir.path()).unwrap();
    let also_first = first.clone();
    drop(first);
    let error = DataDir::open(dir.path()).unwrap_err();
    let pid = std::process::id();
    assert!(matches!(error, DataDirError::InUse { pid: Some(told), .. } if told == pid));
    assert!(error.message(Lang::En).ends_with(&format!(
        "in use by process {pid}; stop it, or choose another data directory"
    )));
    assert!(error.message(Lang::Ja).contains(&format!("プロセス {pid} が使用中")));
    drop(also_first);
    DataDir::open(dir.path()).unwrap();
}

#[test]
fn our_own_directory_is_closed_to_others_and_a_foreign_one_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    drop(DataDir::open(dir.path()).unwrap());
    assert_eq!(mode(dir.path()), 0o700);

    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("letter"), "").unwrap();
    fs::set_permissions(foreign.path(), Permissions::from_mode(0o755)).unwrap();
    let error = DataDir::open(foreign.path()).unwrap_err();
    assert!(matches!(error, DataDirError::TooOpen { mode: 0o755, .. }));
    assert_eq!(mode(foreign.path()), 0o755);
}

#[test]
fn a_file_in_its_place_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, "").unwrap();
    for path in [path.clone(), path.join("below")] {
        assert!(matches!(
            DataDir::open(&path).unwrap_err(),
            DataDirError::NotADirectory { .. }
        ));
    }
}

#[test]
fn every_fault_has_its_remedy_in_both_languages() {
    let path = PathBuf::from("/data");
    let faults = [
        DataDirError::from_io(&path, io::ErrorKind::ReadOnlyFilesystem.into()),
        DataDirError::from_io(&path, io::ErrorKind::StorageFull.into()),
        DataDirError::from_io(&path, io::ErrorKind::PermissionDenied.into()),
        DataDirError::from_io(&path, io::ErrorKind::NotADirectory.into()),
        DataDirError::from_io(&path, io::ErrorKind::Other.into()),
        DataDirError::InUse {
            path: path.clone(),
            pid: None,
        },
        DataDirError::TooOpen {
            path: path.clone(),
            mode: 0o755,
        },
    ];
    let mut told = std::collections::BTreeSet::new();
    for fault in faults {
        for lang in Lang::ALL {
            let text = fault.message(lang);
            assert!(text.starts_with("/data: "), "{text}");
            assert_eq!(text.is_ascii(), lang == Lang::En, "{text}");
            assert!(told.insert(text));
        }
    }
}

#[test]
fn the_default_is_the_users_own_directory() {
    let path = |text: &str| Some(PathBuf::from(text));
    assert_eq!(user_data_dir(path("/x"), path("/h")), PathBuf::from("/x"));
    assert!(user_data_dir(None, path("/h")).starts_with("/h"));
    assert_eq!(user_data_dir(None, None), PathBuf::from("/var/lib"));
    assert!(default_dir("app").ends_with("app"));
}
