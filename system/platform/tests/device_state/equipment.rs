//! The equipment list (設計図書): what is on it is controlled, and nothing else.

use tomori_platform::device_state::{Happened, NewHome, Page, StateError};
use tomori_smart_home::event::What;
use tomori_smart_home::property::name::open_close_status;

use super::{Room, endpoint, shutter};

#[tokio::test]
async fn a_node_that_appears_is_adopted_for_a_device_that_waits() {
    let room = Room::new().await;
    room.connect().await;
    let mut waiting = shutter(2);
    waiting.endpoint = None;
    let device = room
        .service
        .add_equipment(&room.home, waiting, "op_test")
        .await
        .unwrap();
    let before = room.service.equipment_part(&room.home).await.unwrap();
    let appeared = What::UnknownNode {
        endpoint: endpoint(2),
        address: "192.0.2.20".to_owned(),
    };
    room.tell(1, vec![appeared]).await;
    let unknown = room.service.unknown_nodes(&room.home).await.unwrap();
    assert_eq!(unknown.len(), 1);
    let homes = room.service.homes().await.unwrap();
    assert_eq!(
        (homes[0].devices, homes[0].devices_waiting, homes[0].unknown_nodes),
        (2, 1, 1)
    );

    let node = unknown[0].endpoint.clone();
    room.service.adopt(&room.home, &device, node, "op_test").await.unwrap();
    assert!(room.service.unknown_nodes(&room.home).await.unwrap().is_empty());
    let after = room.service.equipment_part(&room.home).await.unwrap();
    assert!(after.version > before.version);
    assert!(after.content.equipment.iter().all(|line| line.endpoint.is_some()));
}

#[tokio::test]
async fn one_node_is_one_device() {
    let room = Room::new().await;
    let refused = room
        .service
        .add_equipment(&room.home, shutter(1), "op_test")
        .await
        .unwrap_err();
    assert!(matches!(refused, StateError::NodeTaken(device) if device == room.shutter));
    // Another house may have a node of that number: numbers are unique in one network only.
    let other = room.service.add_home(super::tokyo(), "op_test").await.unwrap();
    room.service.add_equipment(&other, shutter(1), "op_test").await.unwrap();
}

#[tokio::test]
async fn another_node_starts_without_a_past() {
    let room = Room::new().await;
    room.connect().await;
    room.tell(1, vec![room.reported(open_close_status(), "fullyOpen")])
        .await;
    room.service
        .adopt(&room.home, &room.shutter, endpoint(3), "op_test")
        .await
        .unwrap();
    let device = room.service.device(&room.home, &room.shutter).await.unwrap();
    assert!(
        device.properties.is_empty(),
        "the old node's word is not the new node's"
    );
    let page = Page {
        before: None,
        limit: 1,
        device: None,
    };
    let history = room.service.history(&room.home, page).await.unwrap();
    assert!(matches!(history.entries[0].happened, Happened::DeviceAdopted { .. }));
}

#[tokio::test]
async fn a_list_takes_two_hundred_lines() {
    let room = Room::new().await;
    for _ in 1..200 {
        let mut line = shutter(0);
        line.endpoint = None;
        room.service.add_equipment(&room.home, line, "op_test").await.unwrap();
    }
    let refused = room
        .service
        .add_equipment(&room.home, shutter(2), "op_test")
        .await
        .unwrap_err();
    assert!(matches!(refused, StateError::ListFull(200)), "{refused}");
}

#[tokio::test]
async fn a_home_is_somewhere() {
    let room = Room::new().await;
    let nowhere = NewHome {
        time_zone: "Asia/Edo".to_owned(),
        ..super::tokyo()
    };
    let refused = room.service.add_home(nowhere, "op_test").await.unwrap_err();
    assert!(refused.to_string().starts_with("timeZone: "), "{refused}");
    let unknown = "home_nowhere".parse().unwrap();
    assert!(matches!(
        room.service.house(&unknown).await,
        Err(StateError::NoSuchHome(_))
    ));
}

/// The gateway tells of every node that its plan does not name, and it looks around before it has its first plan.
#[tokio::test]
async fn a_node_that_is_adopted_already_is_not_unknown() {
    let room = Room::new().await;
    room.connect().await;
    let adopted = What::UnknownNode {
        endpoint: endpoint(1),
        address: "192.0.2.1".to_owned(),
    };
    room.tell(1, vec![adopted]).await;
    assert!(room.service.unknown_nodes(&room.home).await.unwrap().is_empty());
    assert_eq!(room.service.homes().await.unwrap()[0].unknown_nodes, 0);
}

/// A device that proves itself: certificates are counted and never come back, whatever happens to the line in between.
#[tokio::test]
async fn a_certificate_that_was_replaced_counts_no_more() {
    let room = Room::new().await;
    let mut lock = shutter(5);
    lock.kind = tomori_smart_home::DeviceKind::ElectricLock;
    lock.endpoint = None;
    let lock = room.service.add_equipment(&room.home, lock, "op_test").await.unwrap();
    let line = async || {
        let part = room.service.equipment_part(&room.home).await.unwrap();
        let line = part.content.equipment.into_iter().find(|line| line.device.id == lock);
        (line.unwrap(), part.version)
    };
    assert_eq!(line().await.0.trust(), None);
    let before = line().await.1;
    assert_eq!(room.service.certify(&room.home, &lock, "op_test").await.unwrap(), 1);
    let (certified, version) = line().await;
    assert_eq!((certified.certificate, version), (Some(1), before + 1));
    let state = room.service.device(&room.home, &lock).await.unwrap();
    assert_eq!(state.trust, Some(tomori_smart_home::Trust::Authenticated));
    let json = serde_json::to_value(&state).unwrap();
    assert_eq!(
        (&json["trust"], &json["certificate"]),
        (&"authenticated".into(), &1.into())
    );

    assert_eq!(room.service.certify(&room.home, &lock, "op_test").await.unwrap(), 2);
    room.service.release(&room.home, &lock, "op_test").await.unwrap();
    assert_eq!(line().await.0.certificate, None);
    assert_eq!(room.service.certify(&room.home, &lock, "op_test").await.unwrap(), 3);
    // A node of plain ECHONET Lite in its place proves nothing any more.
    let mut node = endpoint(6);
    node.class_code = 0x026f;
    room.service.adopt(&room.home, &lock, node, "op_test").await.unwrap();
    assert_eq!(line().await.0.trust(), Some(tomori_smart_home::Trust::Unauthenticated));
    assert_eq!(room.service.certify(&room.home, &lock, "op_test").await.unwrap(), 4);
    assert_eq!(line().await.0.endpoint, None);

    let refused = room
        .service
        .certify(&room.home, &room.shutter, "op_test")
        .await
        .unwrap_err();
    assert!(matches!(refused, StateError::Unfit(_)), "{refused}");
}
