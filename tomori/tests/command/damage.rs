//! Data that is not what the box wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tomori_platform::audit::AuditLog;
use tomori_platform::house_plan::Doorbell;
use tomori_platform::personal_info::{PersonInfo, Service};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::CertificateAuthority;
use tomori_runtime::seal::KeyFile;

use crate::binary::{Case, LANGUAGES, complaint, of, program, says};

/// Everything under a folder whose name ends so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn flip_the_middle(path: &Path) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    fs::write(path, damaged).unwrap();
    whole
}

#[test]
fn a_damaged_database_is_named_with_the_remedy() {
    for name in [
        "device_state.db",
        "gateways.db",
        "people.db",
        "personal_info.db",
        "shutter.db",
    ] {
        let case = Case::new("platform");
        let data = DataDir::open(&case.data()).unwrap();
        for key in ["platform.key", "personal_info.key"] {
            KeyFile::open_or_create(&data.path(key), &SystemEntropy).unwrap();
        }
        fs::write(data.path(name), vec![0xa5; 16 * 1024]).unwrap();
        drop(data);
        for lang in LANGUAGES {
            let remedy = of(
                lang,
                "最後のバックアップに置き換えるか",
                "put the last backup in its place",
            );
            says(&case.complaint(lang), lang, &[name, remedy]);
        }
    }
}

#[test]
fn a_damaged_journal_of_a_gateway_is_named_with_the_remedy() {
    let case = Case::new("gateway");
    case.run_until(|| {
        files(&case.data(), ".seg")
            .iter()
            .any(|path| fs::metadata(path).unwrap().len() > 100)
    });
    let segment = files(&case.data(), ".seg").pop().unwrap();
    let whole = flip_the_middle(&segment);
    for lang in LANGUAGES {
        let remedy = of(
            lang,
            "別の場所へ移してから登録し直してください",
            "move it away and enrol again",
        );
        says(&case.complaint(lang), lang, &[&segment.display().to_string(), remedy]);
    }
    fs::write(&segment, whole).unwrap();
    tomori_runtime::file::write_atomic(&case.data().join("gateway.key"), b"short").unwrap();
    for lang in LANGUAGES {
        let remedy = of(lang, "バックアップから戻してください", "restore it from a backup");
        says(&case.complaint(lang), lang, &["gateway.key", remedy]);
    }
}

#[test]
fn keys_and_authority_that_are_not_the_platform_s_are_named() {
    let case = Case::new("platform");
    let data = DataDir::open(&case.data()).unwrap();
    tomori_runtime::file::write_atomic(&data.path("platform.key"), b"short").unwrap();
    drop(data);
    let exposed = Case::new("platform");
    let data = DataDir::open(&exposed.data()).unwrap();
    KeyFile::open_or_create(&data.path("platform.key"), &SystemEntropy).unwrap();
    let open: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(data.path("platform.key"), open).unwrap();
    drop(data);
    let foreign = Case::new("platform");
    let data = DataDir::open(&foreign.data()).unwrap();
    let make = |folder: &Path| {
        fs::create_dir_all(folder).unwrap();
        CertificateAuthority::open_or_create(folder, "Test", Timestamp::now(), &SystemEntropy).unwrap();
    };
    make(&data.path("ca"));
    let other = tempfile::tempdir().unwrap();
    make(other.path());
    fs::copy(other.path().join("ca.pem"), data.path("ca").join("ca.pem")).unwrap();
    drop(data);
    for lang in LANGUAGES {
        let restore = of(lang, "バックアップから戻してください", "restore it from a backup");
        says(&case.complaint(lang), lang, &["platform.key", restore]);
        says(&exposed.complaint(lang), lang, &["platform.key", "chmod 600"]);
        says(&foreign.complaint(lang), lang, &["ca.pem", restore]);
    }
}

/// A new key beside an old database would open nothing of it: names would be gone in silence.
#[test]
fn a_key_that_is_gone_is_not_made_anew() {
    let case = Case::new("platform");
    let whole = || {
        ["people.db", "personal_info.db"]
            .iter()
            .all(|name| case.data().join(name).exists())
    };
    case.run_until(|| whole() && case.data().join("link.key").exists());
    for key in ["personal_info.key", "platform.key"] {
        let (path, away) = (case.data().join(key), case.folder.path().join(key));
        fs::rename(&path, &away).unwrap();
        for lang in LANGUAGES {
            let remedy = of(
                lang,
                "バックアップから鍵のファイルを戻してください",
                "put the key file back",
            );
            says(&case.complaint(lang), lang, &[key, remedy]);
        }
        assert!(!path.exists());
        fs::rename(&away, &path).unwrap();
    }
    case.run_until(whole);
}

/// Names that were sealed with another key could not be read, and new ones would be sealed beside them with this one.
#[tokio::test]
async fn a_key_of_another_database_is_named() {
    let case = Case::new("platform");
    let data = DataDir::open(&case.data()).unwrap();
    let path = data.path("personal_info.key");
    let keys = KeyFile::open_or_create(&path, &SystemEntropy).unwrap();
    let database = data.path("personal_info.db");
    let room = Service::open(&database, &keys, Arc::new(SystemEntropy), Doorbell::default()).unwrap();
    let hanako = PersonInfo {
        name: "花子".to_owned(),
        email: "hanako@example.com".to_owned(),
    };
    room.put_person("res_1", hanako).await.unwrap();
    assert!(room.is_sealed_with_this_key().await.unwrap());
    room.close().await;
    fs::remove_file(&path).unwrap();
    KeyFile::open_or_create(&path, &SystemEntropy).unwrap();
    drop(data);
    for lang in LANGUAGES {
        let remedy = of(
            lang,
            "バックアップから鍵のファイルを戻してください",
            "put the key file back",
        );
        says(&case.complaint(lang), lang, &["personal_info.key", remedy]);
    }
}

fn verify(folder: &Path, lang: &str) -> Vec<String> {
    let folder = folder.display().to_string();
    ["audit", "verify", &folder, "--lang", lang].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn a_changed_audit_log_is_found_and_told_in_the_reader_s_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("platform");
    fs::create_dir(&data).unwrap();
    let keys = KeyFile::open_or_create(&data.join("platform.key"), &SystemEntropy).unwrap();
    let log = AuditLog::open(&data, &keys, Arc::new(SystemClock)).unwrap();
    for number in 0..20 {
        log.record("op_1", "gateway.revoked", &format!("gw_{number}"), "{}")
            .await;
    }
    log.close().await;
    for lang in LANGUAGES {
        let whole = program().args(verify(&data, lang)).output().unwrap();
        assert!(whole.status.success(), "{whole:?}");
        let text = String::from_utf8(whole.stdout).unwrap();
        says(&text, lang, &["20", &data.display().to_string()]);
    }
    let absent = folder.path().join("elsewhere");
    for lang in LANGUAGES {
        let text = complaint(program(), &verify(&absent, lang));
        says(
            &text,
            lang,
            &[
                "elsewhere",
                of(
                    lang,
                    "データディレクトリを指定してください",
                    "name the data directory of one",
                ),
            ],
        );
    }
    let segment = files(&data, ".seg").pop().unwrap();
    flip_the_middle(&segment);
    for lang in LANGUAGES {
        let text = complaint(program(), &verify(&data, lang));
        let place = of(lang, "バイト目", "byte ");
        says(
            &text,
            lang,
            &[
                &segment.display().to_string(),
                place,
                of(lang, "信用できません", "can be trusted"),
            ],
        );
    }
}
