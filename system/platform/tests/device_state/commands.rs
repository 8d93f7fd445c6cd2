//! Commands: durable, idempotent, never late, and told truthfully.

use std::time::Duration;

use jiff::SignedDuration;
use tomori_platform::device_state::StateError;
use tomori_smart_home::event::What;
use tomori_smart_home::schedule::Firing;
use tomori_smart_home::{CommandId, Origin, PropertyName, PropertyValue, Reason, ScheduleId, Stage};

use super::Room;

impl Room {
    async fn progress(&self, seq: u64, command: &CommandId, stage: Stage) {
        let command = command.clone();
        self.tell(seq, vec![What::CommandProgress { command, stage }]).await;
    }

    async fn stage(&self, command: &CommandId) -> Stage {
        self.service.command_record(&self.home, command).await.unwrap().stage
    }
}

#[tokio::test]
async fn a_wish_walks_its_road() {
    let room = Room::new().await;
    room.connect().await;
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    let device = room.service.device(&room.home, &room.shutter).await.unwrap();
    let desired = device.properties[&wish.command.property].desired.clone().unwrap();
    assert_eq!(desired.command, wish.command.id);
    assert_eq!(
        room.service.take_for_delivery(&room.home).await.unwrap(),
        std::slice::from_ref(&wish.command)
    );
    for (seq, stage) in [(1, Stage::Delivered), (2, Stage::Executed), (3, Stage::Observed)] {
        room.clock.advance(Duration::from_secs(1));
        room.progress(seq, &wish.command.id, stage).await;
    }
    let record = room.service.command_record(&room.home, &wish.command.id).await.unwrap();
    assert_eq!(record.stage, Stage::Observed);
    assert!(record.sent_at < record.delivered_at && record.delivered_at < record.executed_at);
    assert!(record.executed_at < record.ended_at);
    let device = room.service.device(&room.home, &room.shutter).await.unwrap();
    assert!(
        device
            .properties
            .get(&wish.command.property)
            .is_none_or(|state| state.desired.is_none())
    );
    assert_eq!(device.last_command.unwrap(), record);
}

#[tokio::test]
async fn the_same_key_is_the_same_wish() {
    let room = Room::new().await;
    let mut wish = room.wish("open");
    wish.idempotency_key = Some("tap-1".to_owned());
    let first = room.service.command(&room.home, wish.clone()).await.unwrap();
    let second = room.service.command(&room.home, wish.clone()).await.unwrap();
    assert_eq!(first, second);
    wish.value = PropertyValue::word("close");
    let refused = room.service.command(&room.home, wish).await.unwrap_err();
    assert!(matches!(refused, StateError::KeyReused(id) if id == first.command.id));
}

#[tokio::test]
async fn what_no_house_could_do_is_refused_at_once() {
    let room = Room::new().await;
    let refused = |change: fn(&mut tomori_platform::device_state::NewCommand)| {
        let mut wish = room.wish("open");
        change(&mut wish);
        let (service, home) = (room.service.clone(), room.home.clone());
        async move { service.command(&home, wish).await.unwrap_err() }
    };
    let unknown = refused(|wish| wish.device = "dev_nobody".parse().unwrap()).await;
    assert!(matches!(unknown, StateError::NoSuchDevice(_)), "{unknown}");
    let property = refused(|wish| wish.property = PropertyName::known("openCloseStatus")).await;
    assert!(
        matches!(
            &property,
            StateError::Refused {
                reason: Reason::PropertyNotSettable,
                ..
            }
        ),
        "{property}"
    );
    let value = refused(|wish| wish.value = PropertyValue::word("ajar")).await;
    assert!(
        matches!(
            &value,
            StateError::Refused {
                reason: Reason::ValueOutOfRange,
                ..
            }
        ),
        "{value}"
    );
    let late = refused(|wish| wish.expires_at = Some("2026-11-22T23:59:59Z".parse().unwrap())).await;
    assert!(matches!(late, StateError::Unfit(_)), "{late}");
    room.service
        .release(&room.home, &room.shutter, "op_test")
        .await
        .unwrap();
    let released = refused(|_| {}).await;
    assert!(
        matches!(
            &released,
            StateError::Refused {
                reason: Reason::NotAdopted,
                ..
            }
        ),
        "{released}"
    );
}

#[tokio::test]
async fn a_command_is_never_handed_over_after_its_time() {
    let room = Room::new().await;
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    room.clock.advance(Duration::from_secs(30));
    assert_eq!(room.service.take_for_delivery(&room.home).await.unwrap(), []);
    room.service.sweep().await.unwrap();
    assert_eq!(room.stage(&wish.command.id).await, Stage::Expired);
}

#[tokio::test]
async fn a_command_that_may_have_left_waits_for_the_truth() {
    let room = Room::new().await;
    room.connect().await;
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    room.service.take_for_delivery(&room.home).await.unwrap();
    room.service
        .gateway_lost(&room.home, &room.gateway, 1, room.now())
        .await
        .unwrap();
    room.clock.advance(Duration::from_secs(600));
    room.service.sweep().await.unwrap();
    assert_eq!(room.stage(&wish.command.id).await, Stage::Accepted, "nobody knows yet");
    room.connect().await;
    room.progress(1, &wish.command.id, Stage::Observed).await;
    assert_eq!(room.stage(&wish.command.id).await, Stage::Observed);
}

#[tokio::test]
async fn duplicated_late_and_reordered_words_change_nothing() {
    let room = Room::new().await;
    room.connect().await;
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    let words = [
        Stage::Executed,
        Stage::Delivered,
        Stage::Observed,
        Stage::Executed,
        Stage::Expired,
    ];
    for (seq, stage) in (1..).zip(words) {
        room.progress(seq, &wish.command.id, stage).await;
    }
    assert_eq!(room.stage(&wish.command.id).await, Stage::Observed);
    // A word about a command that nobody knows is no reason to cut the line.
    room.progress(6, &"cmd_forgotten".parse().unwrap(), Stage::Observed)
        .await;
}

#[tokio::test]
async fn a_newer_wish_replaces_one_that_never_left() {
    let room = Room::new().await;
    let open = room.service.command(&room.home, room.wish("open")).await.unwrap();
    let close = room.service.command(&room.home, room.wish("close")).await.unwrap();
    assert_eq!(
        room.stage(&open.command.id).await,
        Stage::Refused {
            reason: Reason::Superseded
        }
    );
    assert_eq!(
        room.service.take_for_delivery(&room.home).await.unwrap(),
        [close.command]
    );
}

#[tokio::test]
async fn a_firing_of_a_house_that_is_away_ends_as_the_house_says() {
    let room = Room::new().await;
    room.connect().await;
    room.service
        .gateway_lost(&room.home, &room.gateway, 1, room.now())
        .await
        .unwrap();
    let firing = |schedule: u8| {
        let schedule = ScheduleId::from_random([schedule; 10]);
        let date = "2026-11-24".parse().unwrap();
        let mut wish = room.wish("open");
        wish.id = Firing::command_id(&schedule, date);
        wish.origin = Origin::Schedule { schedule, date };
        wish.expires_at = Some(room.now() + SignedDuration::from_mins(10));
        wish
    };
    let ran = room.service.command(&room.home, firing(1)).await.unwrap();
    let missed = room.service.command(&room.home, firing(2)).await.unwrap();
    // The house may have run it already: a newer wish and the end of its time say nothing of it.
    let newer = room.service.command(&room.home, room.wish("close")).await.unwrap();
    room.clock.advance(Duration::from_secs(3_600));
    room.service.sweep().await.unwrap();
    assert_eq!(room.stage(&newer.command.id).await, Stage::Expired);
    assert_eq!(room.stage(&ran.command.id).await, Stage::Accepted);
    room.connect().await;
    room.progress(1, &ran.command.id, Stage::Observed).await;
    let Origin::Schedule { schedule, date } = missed.command.origin else {
        panic!("no firing")
    };
    room.tell(2, vec![What::FiringMissed { schedule, date }]).await;
    assert_eq!(room.stage(&ran.command.id).await, Stage::Observed);
    assert_eq!(room.stage(&missed.command.id).await, Stage::Expired);
}

#[tokio::test]
async fn a_house_has_only_so_many_commands_under_way() {
    let room = Room::new().await;
    for _ in 0..50 {
        room.service.command(&room.home, room.wish("open")).await.unwrap();
        room.service.take_for_delivery(&room.home).await.unwrap();
    }
    let refused = room.service.command(&room.home, room.wish("open")).await.unwrap_err();
    assert!(matches!(
        refused,
        StateError::Refused {
            reason: Reason::Busy,
            ..
        }
    ));
}

#[tokio::test]
async fn listeners_hear_of_a_command_and_its_progress() {
    let room = Room::new().await;
    room.connect().await;
    let mut changes = room.service.changes();
    let wish = room.service.command(&room.home, room.wish("open")).await.unwrap();
    room.progress(1, &wish.command.id, Stage::Delivered).await;
    for _ in 0..2 {
        let change = changes.recv().await.unwrap();
        assert_eq!(change.device.as_ref(), Some(&room.shutter));
        let json = serde_json::to_string(&change.what).unwrap();
        assert_eq!(
            json,
            format!(r#"{{"changed":"command","command":"{}"}}"#, wish.command.id)
        );
    }
}

#[tokio::test]
async fn a_lock_is_not_opened_by_a_mere_wish() {
    // T3-10 EP① なりすまし (★★★ 生命・財産): whatever else is taken over, this road does not lead to the door.
    let room = Room::new().await;
    let mut lock = super::shutter(5);
    lock.kind = tomori_smart_home::DeviceKind::ElectricLock;
    lock.endpoint.as_mut().unwrap().class_code = lock.kind.class_code();
    let lock = room.service.add_equipment(&room.home, lock, "op_test").await.unwrap();
    let mut wish = room.wish("open");
    wish.device = lock;
    wish.property = PropertyName::known("electricLock");
    wish.value = PropertyValue::Boolean(false);
    let refused = room.service.command(&room.home, wish).await.unwrap_err();
    assert!(
        matches!(
            &refused,
            StateError::Refused {
                reason: Reason::PropertyNotSettable,
                ..
            }
        ),
        "{refused}"
    );
}
