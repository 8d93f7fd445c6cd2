//! Two residents and one schedule.

use jiff::civil::time;
use tomori_platform::services::shutter::{Draft, Refused, ShutterError};
use tomori_smart_home::property::name;
use tomori_smart_home::{PropertyValue, Stage};
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{DEGREE, World, firing_of, open_at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_residents_who_edit_one_schedule_one_wins_and_the_other_is_told() {
    let world = World::with_one_house("2026-11-24T06:59:30+09:00").await.unwrap();
    let house = world.house(0).unwrap();
    let services = world.platform.services().unwrap();
    let operator = world.operator().await.unwrap();
    let hanako = world
        .resident(&operator, &house.home, "hanako@example.com")
        .await
        .unwrap();
    let taro = world
        .resident(&operator, &house.home, "taro@example.com")
        .await
        .unwrap();
    let (hanako, taro) = (hanako.resident().unwrap(), taro.resident().unwrap());
    let device = house.device(0).unwrap();
    let draft = open_at(device.clone(), time(7, 0, 0, 0));
    let schedule = services
        .shutter
        .create(&house.home, &hanako, draft.clone())
        .await
        .unwrap();
    // Both have the editor open on version 1 and save in the same moment.
    let to = |degree| Draft {
        property: name::degree_of_opening(),
        value: PropertyValue::Number(degree),
        ..draft.clone()
    };
    let (of_hanako, of_taro) = tokio::join!(
        services
            .shutter
            .edit(&house.home, &hanako, &schedule.id, schedule.version, to(40.0)),
        services
            .shutter
            .edit(&house.home, &taro, &schedule.id, schedule.version, to(60.0)),
    );
    let (winner, refused) = match (of_hanako, of_taro) {
        (Ok(winner), Err(refused)) | (Err(refused), Ok(winner)) => (winner, refused),
        other => panic!("exactly one must win: {other:?}"),
    };
    let ShutterError::Refused(Refused::Conflict { current }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(*current, winner, "the loser is shown what stands now");
    assert_eq!(winner.version, 2);
    until("the gateway holds the winner's", async || {
        Ok(house.inside().unwrap().view().schedules == [winner.clone()])
    })
    .await
    .unwrap();
    // Who lost looks again, and then it is theirs.
    let again = services
        .shutter
        .edit(&house.home, &taro, &schedule.id, current.version, to(80.0))
        .await
        .unwrap();
    assert_eq!(again.version, 3);
    until("the gateway holds the newest", async || {
        Ok(house.inside().unwrap().view().schedules == [again.clone()])
    })
    .await
    .unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    let record = world.ended(&house.home, &command).await.unwrap();
    assert_eq!(record.stage, Stage::Observed, "{record:?}");
    assert_eq!(house.evidence(0).unwrap().drives(), [(DEGREE, 80)]);
}
