//! From a panel's frame to the case.

use tomori_runtime::clock::Clock as _;
use tomori_sia_dc09::{Content, Stamp, Token};
use tomori_third_party::cases::{Danger, Kind};
use tomori_third_party::panels::Policy;
use tomori_third_party::receiver::Aes;

use super::{Panel, frame, over_udp};
use crate::world::{World, key};

#[tokio::test]
async fn an_alarm_is_a_case_before_it_is_acknowledged() {
    let world = World::new().await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    let now = world.clock.now();
    let bytes = frame("1234", 7, "#1234|Nri1/BA15^HALL^", Some(now), Some(&key()));
    let mut panel = Panel::connect(world.addresses.tcp).await;
    let answer = panel.ask(&bytes).await;
    assert_eq!(
        (answer.token.clone(), answer.sequence, answer.is_encrypted),
        (Token::Ack, 7, true)
    );
    assert_eq!(
        Content::open(&answer, Some(&Aes(&key()))).unwrap().stamp,
        Some(Stamp::of(now))
    );
    let world = world.restart().await;
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases.len(), 1);
    let case = &board.cases[0];
    assert_eq!(
        (case.kind, case.danger, case.is_plain),
        (Kind::Alarm, Danger::Intrusion, false)
    );
    let view = world.services.cases.case(&case.id).await.unwrap();
    assert_eq!(view.entries[0].line.zone.as_deref(), Some("15"));
    assert_eq!(view.entries[0].line.text.as_deref(), Some("HALL"));
}

#[tokio::test]
async fn udp_and_contact_id_and_link_tests() {
    let world = World::new().await;
    world.panel("ABC", Policy::Plain, None).await;
    let answer = over_udp(world.addresses.udp, &frame("ABC", 1, "#ABC|1110 01 003", None, None)).await;
    assert_eq!(
        (answer.token, answer.sequence, answer.is_encrypted),
        (Token::Ack, 1, false)
    );
    let answer = over_udp(world.addresses.udp, &frame("ABC", 0, "", None, None)).await;
    assert_eq!(answer.token, Token::Ack);
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases.len(), 1);
    assert_eq!((board.cases[0].danger, board.cases[0].is_plain), (Danger::Fire, true));
    assert!(world.services.receiver.heard(&"ABC".parse().unwrap()).is_some());
}

#[tokio::test]
async fn sensors_of_one_house_are_one_case_and_the_worst_decides() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let mut panel = Panel::connect(world.addresses.tcp).await;
    for (sequence, event) in ["NBA1", "NBA2", "NFA3", "NBR1"].iter().enumerate() {
        let sequence = u16::try_from(sequence).unwrap() + 1;
        let answer = panel
            .ask(&frame("1234", sequence, &format!("#1234|{event}"), None, None))
            .await;
        assert_eq!(answer.token, Token::Ack, "{event}");
    }
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases.len(), 1);
    assert_eq!((board.cases[0].alarms, board.cases[0].danger), (3, Danger::Fire));
    assert!(board.cases[0].restored_at.is_some());
}

/// A panel that heard no answer sends the same frame again: one alarm.
#[tokio::test]
async fn a_repeated_frame_is_one_alarm() {
    let world = World::new().await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    let bytes = frame("1234", 7, "#1234|NBA1", Some(world.clock.now()), Some(&key()));
    for _ in 0..3 {
        let mut panel = Panel::connect(world.addresses.tcp).await;
        assert_eq!(panel.ask(&bytes).await.token, Token::Ack);
    }
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases[0].alarms, 1);
    assert_eq!(world.services.receiver.tally().repeated, 2);
    // Without a time the same frame is a new alarm once a panel would long have stopped repeating.
    world.panel("ABC", Policy::Plain, None).await;
    let plain = frame("ABC", 1, "#ABC|NBA1", None, None);
    for wait in [0, 60, 91] {
        world.clock.advance(std::time::Duration::from_secs(wait));
        assert_eq!(over_udp(world.addresses.udp, &plain).await.token, Token::Ack);
    }
    let board = world.services.cases.board(0, 10).await.unwrap();
    let mut alarms: Vec<u32> = board.cases.iter().map(|case| case.alarms).collect();
    alarms.sort_unstable();
    assert_eq!(alarms, [1, 2]);
}

#[tokio::test]
async fn a_panel_that_falls_silent_is_a_line_of_its_own() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, Some(30)).await;
    let link_test = frame("1234", 0, "", None, None);
    assert_eq!(over_udp(world.addresses.udp, &link_test).await.token, Token::Ack);
    let lines = || async {
        let board = world.services.cases.board(0, 10).await.unwrap();
        board.cases.iter().map(|case| case.kind).collect::<Vec<_>>()
    };
    assert_eq!(lines().await, []);
    let mut changes = world.services.cases.changes();
    world.clock.advance(std::time::Duration::from_secs(31));
    changes.changed().await.unwrap();
    assert_eq!(lines().await, [Kind::Silence]);
    // It is heard again: the line that nobody had taken goes by itself.
    assert_eq!(over_udp(world.addresses.udp, &link_test).await.token, Token::Ack);
    assert_eq!(lines().await, []);
}
