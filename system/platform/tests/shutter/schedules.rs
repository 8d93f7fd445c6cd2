//! T2-4 step 1: residents set schedules, and do not overwrite each other.

use std::time::Duration;

use jiff::civil::time;
use tomori_platform::services::shutter::{Draft, MOST_IN_A_HOME, Refused, ShutterError};
use tomori_smart_home::schedule::{Moment, Weekdays};
use tomori_smart_home::{DeviceId, DeviceKind, ResidentId, ScheduleId};

use super::open_at;
use crate::town::Town;

fn resident(number: u8) -> ResidentId {
    ResidentId::from_random([number; 10])
}

#[tokio::test]
async fn a_schedule_is_kept_with_its_resident_and_published() {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    let before = town.shutter.plan_part(&home).await.unwrap();
    let schedule = town
        .shutter
        .create(&home, &resident(1), open_at(&device, 7, 0))
        .await
        .unwrap();
    assert_eq!(schedule.resident, resident(1));
    let plan = town.shutter.plan_part(&home).await.unwrap();
    assert_eq!(plan.version, before.version + 1);
    assert_eq!(plan.content, std::slice::from_ref(&schedule));
    town.close().await;
    let town = town.reopen();
    assert_eq!(town.shutter.list(&home).await.unwrap(), [schedule]);
}

#[tokio::test]
async fn two_residents_who_edit_one_schedule() {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    let seen = town
        .shutter
        .create(&home, &resident(1), open_at(&device, 7, 0))
        .await
        .unwrap();
    let later = Draft {
        moment: Moment::Clock {
            time: time(7, 30, 0, 0),
        },
        ..Draft::from(&seen)
    };
    let working_days = Draft {
        weekdays: Weekdays::WORKING,
        ..Draft::from(&seen)
    };
    let (one, other) = (resident(1), resident(2));
    let (first, second) = tokio::join!(
        town.shutter.edit(&home, &one, &seen.id, seen.version, later),
        town.shutter.edit(&home, &other, &seen.id, seen.version, working_days),
    );
    let (kept, lost) = match (first, second) {
        (Ok(kept), Err(lost)) | (Err(lost), Ok(kept)) => (kept, lost),
        both => panic!("{both:?}"),
    };
    assert_eq!(kept.version, 2);
    let editor = town.shutter.last_editor(&home, &seen.id).await.unwrap();
    assert_eq!(editor == one, kept.weekdays == Weekdays::ALL, "the one who got through");
    match lost {
        ShutterError::Refused(Refused::Conflict { current }) => assert_eq!(*current, kept),
        other => panic!("{other:?}"),
    }
    let stale = town.shutter.delete(&home, &other, &seen.id, 1).await;
    assert!(matches!(stale, Err(ShutterError::Refused(Refused::Conflict { .. }))));
    town.shutter.delete(&home, &other, &seen.id, 2).await.unwrap();
    assert!(town.shutter.list(&home).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_shutters_of_the_home_are_scheduled() {
    let town = Town::new();
    let (home, _) = town.house(1).await;
    let (_, of_another_home) = town.house(2).await;
    let lock = crate::device_state::shutter(3);
    let lock = tomori_platform::device_state::NewEquipment {
        kind: DeviceKind::ElectricLock,
        endpoint: None,
        ..lock
    };
    let lock = town.state.add_equipment(&home, lock, "op_test").await.unwrap();
    for device in [of_another_home, lock, DeviceId::from_random([9; 10])] {
        let refused = town.shutter.create(&home, &resident(1), open_at(&device, 7, 0)).await;
        assert!(
            matches!(refused, Err(ShutterError::Refused(Refused::NotAShutter))),
            "{device}"
        );
    }
}

/// T3-10 EP① 情報の暴露: the schedule of another home is as absent as one that never was.
#[tokio::test]
async fn idor_on_schedules() {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    let (other_home, other_device) = town.house(2).await;
    let schedule = town
        .shutter
        .create(&home, &resident(1), open_at(&device, 7, 0))
        .await
        .unwrap();
    let never = ScheduleId::from_random([77; 10]);
    for id in [&schedule.id, &never] {
        let got = town.shutter.get(&other_home, id).await;
        assert!(matches!(got, Err(ShutterError::NotFound(_))));
        let draft = open_at(&other_device, 8, 0);
        let edited = town.shutter.edit(&other_home, &resident(2), id, 1, draft).await;
        assert!(matches!(edited, Err(ShutterError::NotFound(_))));
        let deleted = town.shutter.delete(&other_home, &resident(2), id, 1).await;
        assert!(matches!(deleted, Err(ShutterError::NotFound(_))));
    }
    assert_eq!(town.shutter.get(&home, &schedule.id).await.unwrap(), schedule);
}

#[tokio::test]
async fn a_home_takes_two_hundred_schedules_and_no_more() {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    for number in 0..=MOST_IN_A_HOME {
        let minute = i8::try_from(number % 60).unwrap();
        let hour = i8::try_from(number / 60).unwrap();
        let made = town
            .shutter
            .create(&home, &resident(1), open_at(&device, hour, minute))
            .await;
        match made {
            Ok(_) => assert!(number < MOST_IN_A_HOME),
            Err(ShutterError::Refused(Refused::TooMany)) => assert_eq!(number, MOST_IN_A_HOME),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_next_firings_are_told_soonest_first() {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    let by = resident(1);
    town.shutter.create(&home, &by, open_at(&device, 9, 0)).await.unwrap();
    town.shutter.create(&home, &by, open_at(&device, 7, 0)).await.unwrap();
    let next = town.shutter.next_firings(&home, 5).await.unwrap();
    let at: Vec<String> = next.iter().map(|next| next.firing.at.to_string()).collect();
    assert_eq!(at, ["2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z"]);
    town.clock.advance(Duration::from_secs(3600));
    let next = town.shutter.next_firings(&home, 1).await.unwrap();
    assert_eq!(next[0].firing.at.to_string(), "2026-11-23T00:00:00Z");
}
