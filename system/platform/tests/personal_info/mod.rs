//! Personal information: readable by its room, and by nobody who holds the file.

use std::path::Path;
use std::sync::Arc;

use tomori_platform::house_plan::Doorbell;
use tomori_platform::personal_info::{HomeInfo, PersonInfo, PersonalInfoError, Service};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::seal::KeyFile;
use tomori_smart_home::HomeId;

fn open(folder: &Path, key: &str) -> Service {
    let keys = KeyFile::open_or_create(&folder.join(key), &SystemEntropy).unwrap();
    let database = folder.join("personal_info.db");
    Service::open(&database, &keys, Arc::new(SystemEntropy), Doorbell::default()).unwrap()
}

fn hanako() -> PersonInfo {
    PersonInfo {
        name: "灯 花子".to_owned(),
        email: "Hanako@example.jp".to_owned(),
    }
}

fn home() -> HomeId {
    "home_1".parse().unwrap()
}

#[tokio::test]
async fn what_is_kept_is_found_and_what_is_erased_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let room = open(folder.path(), "a.key");
    room.put_person("res_1", hanako()).await.unwrap();
    assert_eq!(room.person("res_1").await.unwrap(), Some(hanako()));
    assert_eq!(room.people_with_email(" hanako@EXAMPLE.jp").await.unwrap(), ["res_1"]);
    room.erase_person("res_1").await.unwrap();
    assert_eq!(room.person("res_1").await.unwrap(), None);
    assert!(room.people_with_email("hanako@example.jp").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_version_of_a_homes_name_only_counts_up() {
    let folder = tempfile::tempdir().unwrap();
    let room = open(folder.path(), "a.key");
    assert_eq!(room.home_name_part(&home()).await.unwrap().version, 0);
    let info = |name: &str| HomeInfo {
        name: name.to_owned(),
        address: "東京都千代田区 1-1".to_owned(),
    };
    room.put_home(&home(), info("灯の家")).await.unwrap();
    let first = room.home_name_part(&home()).await.unwrap();
    assert_eq!((first.version, first.content.as_str()), (1, "灯の家"));
    room.erase_home(&home()).await.unwrap();
    assert_eq!(room.home(&home()).await.unwrap(), None);
    room.put_home(&home(), info("新しい家")).await.unwrap();
    let last = room.home_name_part(&home()).await.unwrap();
    assert_eq!((last.version, last.content.as_str()), (3, "新しい家"));
}

#[tokio::test]
async fn a_stolen_database_tells_nothing() {
    // T3-10 EP① 情報の暴露: the file alone, without the key.
    let folder = tempfile::tempdir().unwrap();
    let room = open(folder.path(), "a.key");
    room.put_person("res_1", hanako()).await.unwrap();
    room.close().await;
    let bytes = std::fs::read(folder.path().join("personal_info.db")).unwrap();
    for word in ["花子", "Hanako", "hanako", "example.jp"] {
        assert!(
            !bytes.windows(word.len()).any(|window| window == word.as_bytes()),
            "{word} is in the file"
        );
    }
    let stranger = open(folder.path(), "b.key");
    assert!(matches!(
        stranger.person("res_1").await,
        Err(PersonalInfoError::Seal(_))
    ));
}
