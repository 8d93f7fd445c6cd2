//! Batches from gateways: exactly once, whole or not at all, and only about one's own house.

use std::time::Duration;

use tomori_platform::device_state::{BatchError, Cursor, Happened, Page, Quality, Reachability};
use tomori_smart_home::event::What;
use tomori_smart_home::property::name::open_close_status;
use tomori_smart_home::{Command, Event, Stage};

use super::{Room, shutter, tokyo};

fn everything() -> Page {
    Page {
        before: None,
        limit: 200,
        device: None,
    }
}

#[tokio::test]
async fn a_batch_that_comes_twice_is_stored_once() {
    let room = Room::new().await;
    assert_eq!(room.connect().await, 0);
    let events = || {
        vec![
            room.reported(open_close_status(), "fullyClosed"),
            room.reported(open_close_status(), "opening"),
        ]
    };
    assert_eq!(room.tell(1, events()).await, 2);
    let before = room.service.history(&room.home, everything()).await.unwrap();
    assert_eq!(room.tell(1, events()).await, 2);
    assert_eq!(room.service.history(&room.home, everything()).await.unwrap(), before);
    // A longer batch that begins with what is known: only the new part counts.
    let mut longer = events();
    longer.push(room.reported(open_close_status(), "fullyOpen"));
    assert_eq!(room.tell(1, longer).await, 3);
    let after = room.service.history(&room.home, everything()).await.unwrap();
    assert_eq!(after.entries.len(), before.entries.len() + 1);
    assert_eq!(room.connect().await, 3);
}

#[tokio::test]
async fn a_gap_within_a_stream_is_refused_and_one_after_a_lost_backup_is_told() {
    let room = Room::new().await;
    let events = || {
        vec![Some(Event {
            at: room.now(),
            what: What::PlanApplied { version: 1 },
        })]
    };
    let refused = room
        .service
        .store_batch(&room.home, &room.gateway, 2, events(), false)
        .await
        .unwrap_err();
    assert_eq!(refused, BatchError::Gap { expected: 1, first: 2 });
    let through = room
        .service
        .store_batch(&room.home, &room.gateway, 500, events(), true)
        .await
        .unwrap();
    assert_eq!(through, 500);
}

#[tokio::test]
async fn a_batch_about_another_house_leaves_no_trace() {
    // T3-10 EP① なりすまし, データ改ざん: a gateway's payload names another house's device or command.
    let room = Room::new().await;
    room.connect().await;
    let other_home = room.service.add_home(tokyo(), "op_test").await.unwrap();
    let other = room
        .service
        .add_equipment(&other_home, shutter(2), "op_test")
        .await
        .unwrap();
    let mine = room.reported(open_close_status(), "fullyOpen");
    let foreign = What::PropertyReported {
        device: other.clone(),
        property: open_close_status(),
        report: room.report("fullyOpen"),
    };
    let events = [mine, foreign]
        .map(|what| Some(Event { at: room.now(), what }))
        .to_vec();
    let refused = room
        .service
        .store_batch(&room.home, &room.gateway, 1, events, false)
        .await
        .unwrap_err();
    assert_eq!(refused, BatchError::Foreign(other.to_string()));
    let house = room.service.house(&room.home).await.unwrap();
    assert!(house.devices[0].properties.is_empty(), "half a batch was stored");

    let wish = room.service.command(&other_home, {
        let mut wish = room.wish("open");
        wish.device = other.clone();
        wish
    });
    let theirs = wish.await.unwrap();
    let events = vec![Some(Event {
        at: room.now(),
        what: What::CommandProgress {
            command: theirs.command.id.clone(),
            stage: Stage::Observed,
        },
    })];
    let refused = room
        .service
        .store_batch(&room.home, &room.gateway, 1, events, false)
        .await
        .unwrap_err();
    assert!(matches!(refused, BatchError::Foreign(_)));
    let record = room
        .service
        .command_record(&other_home, &theirs.command.id)
        .await
        .unwrap();
    assert_eq!(record.stage, Stage::Accepted);
}

#[tokio::test]
async fn a_device_taken_off_the_list_is_still_no_other_houses() {
    let room = Room::new().await;
    room.connect().await;
    room.service
        .remove_equipment(&room.home, &room.shutter, "op_test")
        .await
        .unwrap();
    let through = room
        .tell(1, vec![room.reported(open_close_status(), "fullyOpen")])
        .await;
    assert_eq!(
        through, 1,
        "what the gateway still had to tell must not block it for ever"
    );
    assert!(room.service.house(&room.home).await.unwrap().devices.is_empty());
}

#[tokio::test]
async fn what_is_known_follows_device_and_gateway() {
    let room = Room::new().await;
    let quality = || async {
        let house = room.service.house(&room.home).await.unwrap();
        house.devices[0].properties[&open_close_status()].quality
    };
    room.connect().await;
    room.tell(1, vec![room.reported(open_close_status(), "fullyOpen")])
        .await;
    assert_eq!(quality().await, Quality::Confirmed);

    room.clock.advance(Duration::from_secs(60));
    let last_heard = room.now();
    let lost = What::DeviceLost {
        device: room.shutter.clone(),
        last_heard,
    };
    room.tell(2, vec![lost]).await;
    assert_eq!(
        quality().await,
        Quality::Unknown {
            since: Some(last_heard)
        }
    );

    room.clock.advance(Duration::from_secs(60));
    let appeared = What::DeviceAppeared {
        device: room.shutter.clone(),
    };
    room.tell(3, vec![appeared]).await;
    assert_eq!(quality().await, Quality::Stale { since: last_heard });
    room.tell(4, vec![room.reported(open_close_status(), "fullyOpen")])
        .await;
    assert_eq!(quality().await, Quality::Confirmed);

    let since = room.now();
    room.service
        .gateway_lost(&room.home, &room.gateway, 1, since)
        .await
        .unwrap();
    assert_eq!(quality().await, Quality::Unknown { since: Some(since) });
}

#[tokio::test]
async fn after_a_restart_nobody_is_connected_and_everything_is_there() {
    let room = Room::new().await;
    room.connect().await;
    room.tell(1, vec![room.reported(open_close_status(), "fullyOpen")])
        .await;
    let heard = room.now();
    room.clock.advance(Duration::from_secs(3600));
    let room = room.restart().await;
    let house = room.service.house(&room.home).await.unwrap();
    assert_eq!(house.gateway.reachability, Reachability::Unreachable { since: heard });
    let state = &house.devices[0].properties[&open_close_status()];
    assert_eq!(state.quality, Quality::Unknown { since: Some(heard) });
    assert_eq!(state.reported.as_ref().unwrap().value.as_word(), Some("fullyOpen"));
    assert_eq!(room.connect().await, 1);
}

#[tokio::test]
async fn history_is_read_page_by_page() {
    let room = Room::new().await;
    room.connect().await;
    let words = ["opening", "fullyOpen", "closing", "fullyClosed"];
    let events = (0..40)
        .map(|index| room.reported(open_close_status(), words[index % 4]))
        .collect();
    room.tell(1, events).await;
    let mut page = Page {
        before: None,
        limit: 7,
        device: Some(room.shutter.clone()),
    };
    let mut numbers = Vec::new();
    loop {
        let found = room.service.history(&room.home, page.clone()).await.unwrap();
        numbers.extend(found.entries.iter().map(|entry| entry.number));
        let Some(next) = found.next else { break };
        assert_eq!(next.to_string().parse::<Cursor>().unwrap(), next);
        page.before = Some(next);
    }
    assert_eq!(numbers.len(), 40);
    assert!(numbers.windows(2).all(|pair| pair[0] > pair[1]), "{numbers:?}");
}

#[tokio::test]
async fn a_command_that_the_house_made_by_itself_is_known_once() {
    let room = Room::new().await;
    room.connect().await;
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    let again = Command {
        issued_at: room.now(),
        ..wish.command.clone()
    };
    room.tell(1, vec![What::CommandIssued { command: again }]).await;
    let own = Command {
        id: "cmd_own".parse().unwrap(),
        ..wish.command.clone()
    };
    room.tell(2, vec![What::CommandIssued { command: own }]).await;
    let history = room.service.history(&room.home, everything()).await.unwrap();
    let commands: Vec<_> = history
        .entries
        .iter()
        .filter_map(|entry| match &entry.happened {
            Happened::Command { command } => Some((command.command.id.as_str(), command.stage.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(
        commands,
        [
            ("cmd_own", Stage::Delivered),
            (wish.command.id.as_str(), Stage::Delivered)
        ]
    );
}

#[tokio::test]
async fn invented_nodes_do_not_fill_the_room() {
    // T3-10 EP① サービス不能: a house whose network is flooded with invented nodes.
    let room = Room::new().await;
    room.connect().await;
    let events = (0_u32..300)
        .map(|number| What::UnknownNode {
            endpoint: tomori_smart_home::device::Endpoint {
                node: format!("{number:08x}").parse().unwrap(),
                class_code: 0x0263,
                instance: 1,
            },
            address: "192.0.2.66".to_owned(),
        })
        .collect();
    room.tell(1, events).await;
    room.clock.advance(Duration::from_secs(1));
    let known = room.service.unknown_nodes(&room.home).await.unwrap();
    assert!(known.len() <= 100, "{}", known.len());
    let newest = super::endpoint(9);
    let told = What::UnknownNode {
        endpoint: newest.clone(),
        address: "192.0.2.7".to_owned(),
    };
    room.tell(301, vec![told]).await;
    assert_eq!(
        room.service.unknown_nodes(&room.home).await.unwrap()[0].endpoint,
        newest
    );
}

#[tokio::test]
async fn a_node_of_the_list_is_no_stranger_to_a_gateway_that_does_not_have_the_list_yet() {
    let room = Room::new().await;
    room.connect().await;
    let list = room.service.house(&room.home).await.unwrap().devices;
    let own = list
        .iter()
        .find_map(|device| device.equipment.endpoint.clone())
        .unwrap();
    let told = |endpoint| What::UnknownNode {
        endpoint,
        address: "192.0.2.7".to_owned(),
    };
    room.tell(1, vec![told(own), told(super::endpoint(9))]).await;
    let known = room.service.unknown_nodes(&room.home).await.unwrap();
    let strangers: Vec<_> = known.into_iter().map(|node| node.endpoint).collect();
    assert_eq!(strangers, [super::endpoint(9)]);
}
