//! Instructions go to the guard who is under way, are read, and answered; all of it is in the story of the case.

use tomori_third_party::people::Role;

use super::walk::{Town, town};

async fn under_way() -> Town {
    let mut town = town(&[("35.6810", "139.7600"), ("35.7000", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        303
    );
    town
}

fn number(page: &str) -> String {
    let (_, rest) = page.split_once("/duty/instructions/").unwrap();
    rest.split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_instruction_is_read_and_answered() {
    let mut town = under_way().await;
    let instruct = format!("{}/instructions", town.path);
    let text = [("text", "裏口から。<b>犬</b>に注意")];
    assert_eq!(
        town.operator.post(&instruct, &text).await.status,
        409,
        "nobody has said yes"
    );
    let yes = [("answer", "accept")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &yes).await.status, 303);
    assert_eq!(town.operator.post(&instruct, &text).await.status, 303);
    assert_eq!(town.operator.post(&instruct, &[("text", " \n")]).await.status, 409);
    assert!(town.operator.get(&town.path).await.text.contains("not read yet"));

    let phone = &mut town.guards[0].1;
    let page = phone.get("/duty").await.text;
    assert!(page.contains("裏口から") && !page.contains("<b>犬"));
    let read = format!("/duty/instructions/{}/read", number(&page));
    let mut changes = town.world.services.cases.changes();
    assert_eq!(phone.post(&read, &[]).await.status, 303);
    assert!(changes.has_changed().unwrap(), "whoever sent it sees it at once");
    changes.mark_unchanged();
    assert_eq!(phone.post(&read, &[]).await.status, 303, "twice is once");
    assert!(!changes.has_changed().unwrap());
    assert_eq!(
        phone
            .post("/duty/replies", &[("text", "鍵が開いています")])
            .await
            .status,
        303
    );

    let page = town.operator.get(&town.path).await.text;
    for told in [
        "Instruction",
        "The guard has read the instruction",
        "The guard writes",
        "鍵が開いています",
        "read 12:00",
    ] {
        assert!(page.contains(told), "{told}");
    }
    // Nothing of it lies readable in the databases.
    for entry in std::fs::read_dir(town.world.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows("裏口から".len())
                .any(|part| part == "裏口から".as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    town.world = town.world.restart().await;
    town.guards[0].1.origin = town.world.office.origin.clone();
    let page = town.guards[0].1.get("/duty").await.text;
    assert!(page.contains("裏口から") && page.contains("read 12:00"));
}

/// T3-10 EP③ 情報漏えい: another guard reads along, another operator instructs.
#[tokio::test]
async fn foreign_messages() {
    let mut town = under_way().await;
    let yes = [("answer", "accept")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &yes).await.status, 303);
    let instruct = format!("{}/instructions", town.path);
    let text = [("text", "裏口から")];
    let (_, mut other) = town.world.somebody(Role::Operator, "別人").await;
    assert_eq!(other.post(&instruct, &text).await.status, 409);
    assert_eq!(town.operator.post(&instruct, &text).await.status, 303);
    let page = town.guards[0].1.get("/duty").await.text;
    let read = format!("/duty/instructions/{}/read", number(&page));
    let stranger = &mut town.guards[1].1;
    assert!(!stranger.get("/duty").await.text.contains("裏口から"));
    assert_eq!(stranger.post(&read, &[]).await.status, 409);
    assert_eq!(stranger.post("/duty/replies", &text).await.status, 409);
}
