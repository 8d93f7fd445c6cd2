//! A guard needs help: every board says so before everything else, until a person has seen it and another word has ended it.

use std::time::Duration;

use tomori_third_party::people::Role;

use super::walk::town;
use crate::world::World;

const LOUD: &str = "EMERGENCY — a guard needs help";

#[tokio::test]
async fn an_emergency_goes_before_everything_until_it_is_seen_to() {
    let mut town = town(&[("35.6810", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    town.operator.post(&send, &[("guard", guard.as_str())]).await;
    let (_, mut supervisor) = town.world.somebody(Role::Supervisor, "責任者").await;
    let phone = &mut town.guards[0].1;
    let page = phone.get("/duty").await.text;
    assert!(page.contains("data-emergency-form") && page.contains("name=\"key\" value=\""));
    let mut changes = town.world.services.cases.changes();
    assert_eq!(phone.post("/duty/emergency", &[("key", "one")]).await.location, "/duty");
    assert!(changes.has_changed().unwrap(), "every open board looks again at once");
    changes.mark_unchanged();
    assert!(phone.get("/duty").await.text.contains("Nobody has answered yet"));
    for board in [&mut town.operator, &mut supervisor] {
        for path in ["/board", town.path.as_str()] {
            let page = board.get(path).await.text;
            let part = page.find("data-emergencies=\"1\"").unwrap();
            assert!(page.contains(LOUD) && page[part..].contains("35.681, 139.76"), "{path}");
            let case = page.find("class=\"board\"").unwrap_or(usize::MAX);
            assert!(part < case, "before every case: {path}");
        }
    }
    // Whoever presses again while nobody has answered, or whose phone tries again, changes nothing.
    assert_eq!(phone.post("/duty/emergency", &[("key", "two")]).await.status, 303);
    assert_eq!(phone.post("/duty/emergency", &[("key", "one")]).await.status, 303);
    assert!(!changes.has_changed().unwrap());

    assert_eq!(
        supervisor.post("/emergencies/1/end", &[("note", "x")]).await.status,
        409,
        "nobody has seen it"
    );
    assert_eq!(supervisor.post("/emergencies/1/acknowledge", &[]).await.status, 303);
    assert_eq!(
        town.operator.post("/emergencies/1/acknowledge", &[]).await.status,
        303,
        "the first one counts"
    );
    assert!(phone.get("/duty").await.text.contains("責任者 has seen it"));
    let page = town.operator.get("/board").await.text;
    assert!(page.contains("data-emergencies=\"0\"") && page.contains("責任者 has seen it"));

    // A new press is seen by nobody yet.
    assert_eq!(phone.post("/duty/emergency", &[("key", "three")]).await.status, 303);
    assert!(town.operator.get("/board").await.text.contains("pressed 2 times"));
    assert_eq!(town.operator.post("/emergencies/1/acknowledge", &[]).await.status, 303);
    assert_eq!(
        town.operator.post("/emergencies/1/end", &[("note", " ")]).await.status,
        409
    );
    let note = [("note", "転んだだけ。無事")];
    assert_eq!(town.operator.post("/emergencies/1/end", &note).await.status, 303);
    assert_eq!(town.operator.post("/emergencies/1/end", &note).await.status, 404);
    assert!(!town.operator.get("/board").await.text.contains(LOUD));
    let story = town.operator.get(&town.path).await.text;
    for told in ["the guard needs help", "Emergency acknowledged", "転んだだけ"] {
        assert!(story.contains(told), "{told}");
    }
    let log = town.world.office.clone().get("/log").await.text;
    for told in ["guard.emergency", "emergency.acknowledged", "emergency.ended"] {
        assert!(log.contains(told), "{told}");
    }
}

/// Off duty, without a mission, and over a restart of the server: what was pressed stands.
#[tokio::test]
async fn an_emergency_outlives_the_server_and_needs_no_mission() {
    let world = World::new().await;
    let (_, mut phone) = world.somebody(Role::Guard, "警備").await;
    let (_, mut operator) = world.somebody(Role::Operator, "管制").await;
    assert_eq!(phone.post("/duty/emergency", &[("key", "one")]).await.status, 303);
    let world = world.restart().await;
    for browser in [&mut phone, &mut operator] {
        browser.origin = world.office.origin.clone();
    }
    assert!(operator.get("/board").await.text.contains(LOUD));
    assert!(phone.get("/duty").await.text.contains("Nobody has answered yet"));
    for browser in [&mut operator, &mut world.office.clone()] {
        assert_eq!(browser.post("/duty/emergency", &[("key", "x")]).await.status, 403);
    }
    assert_eq!(phone.post("/emergencies/1/acknowledge", &[]).await.status, 403);
}

/// T3-10 EP③ サービス不能: a phone gone mad fills neither the board nor the log.
#[tokio::test]
async fn emergency_flood() {
    let world = World::new().await;
    let (_, mut phone) = world.somebody(Role::Guard, "警備").await;
    for number in 0..60 {
        world.clock.advance(Duration::from_secs(1));
        let key = number.to_string();
        assert_eq!(
            phone.post("/duty/emergency", &[("key", key.as_str())]).await.status,
            303
        );
    }
    let open = world.services.emergency.all().await.unwrap();
    assert_eq!((open.len(), open[0].presses), (1, 6));
    let log = world.services.audit.newest(100, None).await.unwrap();
    assert_eq!(log.iter().filter(|(_, it)| it.what == "guard.emergency").count(), 6);
}
