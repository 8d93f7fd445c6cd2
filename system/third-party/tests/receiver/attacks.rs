//! T3-10 EP③: what somebody on the line can do to the receiver. Each is refused, answered, counted and written down.

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_sia_dc09::{Key, LONGEST_FRAME, Token};
use tomori_third_party::panels::Policy;
use tomori_third_party::receiver::Refusal;

use super::{Panel, frame, over_udp};
use crate::world::{World, config, key};

async fn refused(world: &World, refusal: Refusal) -> u64 {
    let tally = world.services.receiver.tally();
    let counted = tally.refused.iter().find(|(known, _)| *known == refusal).unwrap().1;
    let open = world.services.cases.board(0, 10).await.unwrap().cases.len();
    assert_eq!(open, 0, "nothing that is refused becomes a case");
    counted
}

async fn is_written_down(world: &World, what: &str) -> bool {
    let records = world.services.audit.newest(50, None).await.unwrap();
    records.iter().any(|(_, record)| record.what == what)
}

/// T3-10 EP③ 改ざん.
#[tokio::test]
async fn wrong_crc() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let mut bytes = frame("1234", 1, "#1234|NBA1", None, None);
    let at = bytes.len() - 3;
    bytes[at] ^= 1;
    let mut panel = Panel::connect(world.addresses.tcp).await;
    assert_eq!(panel.ask(&bytes).await.token, Token::Nak);
    assert_eq!(refused(&world, Refusal::Crc).await, 1);
    assert!(is_written_down(&world, "frame.refusedCrc").await);
}

/// T3-10 EP③ なりすまし.
#[tokio::test]
async fn wrong_key() {
    let world = World::new().await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    let other = Key::new(&[9; 16]).unwrap();
    let bytes = frame("1234", 1, "#1234|NBA1", Some(world.clock.now()), Some(&other));
    let answer = over_udp(world.addresses.udp, &bytes).await;
    assert_eq!((answer.token, answer.is_encrypted), (Token::Nak, false));
    assert_eq!(refused(&world, Refusal::WrongKey).await, 1);
    assert!(is_written_down(&world, "frame.refusedKey").await);
    assert!(world.services.receiver.heard(&"1234".parse().unwrap()).is_none());
}

/// T3-10 EP③ なりすまし: plain, in the name of a panel that encrypts; and in the name of nobody. The two look the same.
#[tokio::test]
async fn plain_frame_for_an_encrypted_panel() {
    let world = World::new().await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    for (account, refusal) in [("1234", Refusal::Policy), ("9999", Refusal::UnknownAccount)] {
        let data = format!("#{account}|NBA1");
        let answer = over_udp(world.addresses.udp, &frame(account, 1, &data, None, None)).await;
        assert_eq!(answer.token, Token::Duh);
        assert_eq!(refused(&world, refusal).await, 1);
    }
}

/// T3-10 EP③ なりすまし: a frame that was recorded, sent again within its time under another number, and after it.
#[tokio::test]
async fn replay() {
    let world = World::new().await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    let at = world.clock.now();
    let recorded = frame("1234", 1, "#1234|NBA1", Some(at), Some(&key()));
    let mut panel = Panel::connect(world.addresses.tcp).await;
    assert_eq!(panel.ask(&recorded).await.token, Token::Ack);
    let renumbered = frame("1234", 2, "#1234|NBA1", Some(at), Some(&key()));
    assert_eq!(panel.ask(&renumbered).await.token, Token::Ack);
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases[0].alarms, 1, "one alarm, however often it is said");
    world.clock.advance(Duration::from_secs(41));
    assert_eq!(panel.ask(&recorded).await.token, Token::Nak);
    let tally = world.services.receiver.tally();
    assert!(tally.refused.contains(&(Refusal::OutOfWindow, 1)));
}

/// T3-10 EP③ サービス不能: a frame that does not end, and a datagram longer than a frame can be.
#[tokio::test]
async fn oversized() {
    let world = World::new().await;
    let mut panel = Panel::connect(world.addresses.tcp).await;
    let mut endless = vec![b'A'; LONGEST_FRAME + 10];
    endless[0] = b'\n';
    assert_eq!(panel.ask(&endless).await.token, Token::Nak);
    assert!(panel.answer().await.is_none(), "the connection is closed");
    let answer = over_udp(world.addresses.udp, &endless).await;
    assert_eq!(answer.token, Token::Nak);
    assert_eq!(refused(&world, Refusal::Form).await, 2);
}

/// T3-10 EP③ サービス不能: a panel that floods is told so, and another one is heard all the same.
#[tokio::test]
async fn flooding_panel() {
    let mut config = config();
    config.receiver.panel_frames_burst = 5;
    config.receiver.panel_frames_per_second = 1;
    let world = World::with(config).await;
    world.panel("1234", Policy::Plain, None).await;
    world.panel("ABC", Policy::Plain, None).await;
    let mut told = Vec::new();
    for sequence in 1..=8 {
        let bytes = frame("1234", sequence, "#1234|NBA1", None, None);
        told.push(over_udp(world.addresses.udp, &bytes).await.token);
    }
    let count = |token: Token| told.iter().filter(|it| **it == token).count();
    assert_eq!((count(Token::Ack), count(Token::Nak)), (5, 3));
    let answer = over_udp(world.addresses.udp, &frame("ABC", 1, "#ABC|NFA1", None, None)).await;
    assert_eq!(answer.token, Token::Ack);
    let board = world.services.cases.board(0, 10).await.unwrap();
    assert_eq!(board.cases.len(), 2);
    assert!(is_written_down(&world, "frame.refusedFlood").await);
}

/// T3-10 EP③ サービス不能: a stranger who uses a panel's name does not use up its share.
#[tokio::test]
async fn flood_in_the_name_of_a_panel() {
    let mut config = config();
    config.receiver.panel_frames_burst = 3;
    let world = World::with(config).await;
    world.panel("1234", Policy::Encrypted(key()), None).await;
    let other = Key::new(&[9; 16]).unwrap();
    for sequence in 1..=20 {
        let bytes = frame("1234", sequence, "#1234|NBA1", Some(world.clock.now()), Some(&other));
        assert_eq!(over_udp(world.addresses.udp, &bytes).await.token, Token::Nak);
    }
    let bytes = frame("1234", 1, "#1234|NBA1", Some(world.clock.now()), Some(&key()));
    assert_eq!(over_udp(world.addresses.udp, &bytes).await.token, Token::Ack);
}

#[tokio::test]
async fn garbage() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    for bytes in [
        b"".as_slice(),
        b"\n\r",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\n0000000C\"\"0000[]\r",
    ] {
        assert_eq!(over_udp(world.addresses.udp, bytes).await.token, Token::Nak);
    }
    let unreadable = frame("1234", 1, "#1234|NB?", None, None);
    assert_eq!(over_udp(world.addresses.udp, &unreadable).await.token, Token::Duh);
    assert_eq!(refused(&world, Refusal::Unreadable).await, 1);
}
