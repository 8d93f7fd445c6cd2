//! The shutter service of table 2-4, end to end.

use jiff::civil::time;
use tomori_device::appliance::Look;
use tomori_platform::device_state::Happened;
use tomori_smart_home::property::name;
use tomori_smart_home::{Origin, PropertyValue, Stage};
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{OPERATION, World, firing_of};

/// T2-4: set, instructed at the set time, driven by the gateway, reported back; and the history says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_opens_the_shutter_at_seven_and_the_history_says_so() {
    let world = World::with_one_house("2026-11-24T06:59:56+09:00").await.unwrap();
    let house = world.house(0).unwrap();
    assert!(matches!(house.shutter(0).unwrap().look, Look::Shutter { open, .. } if open < 1.0));
    // 1: the resident sets the time.
    let seven = time(7, 0, 0, 0);
    let schedule = world.schedule(0, seven).await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    assert_eq!(house.evidence(0).unwrap().drives(), []);
    // 2 to 4: it comes, and everybody knows.
    let record = world.ended(&house.home, &command).await.unwrap();
    assert_eq!(record.stage, Stage::Observed);
    let due = "2026-11-24T07:00:00+09:00".parse().unwrap();
    assert!(record.command.issued_at >= due, "{record:?}");
    for at in [record.delivered_at, record.executed_at, record.ended_at] {
        let late = at.unwrap().duration_since(due).as_secs_f64();
        assert!((0.0..20.0).contains(&late), "{late} s late: {record:?}");
    }
    assert_eq!(house.evidence(0).unwrap().drives(), [(OPERATION, 0x41)]);
    assert!(matches!(house.shutter(0).unwrap().look, Look::Shutter { open, .. } if open > 99.0));

    // The platform's own picture of the house, and its history.
    let services = world.platform.services().unwrap();
    until("the platform shows it open", async || {
        let device = services.device_state.device(&house.home, &house.device(0)?).await?;
        let status = device.properties[&name::open_close_status()].reported.clone();
        Ok(status.is_some_and(|status| status.value == PropertyValue::word("fullyOpen")))
    })
    .await
    .unwrap();
    world.reconciled(0).await.unwrap();
    let history = world.history(&house.home).await.unwrap();
    let of_the_firing: Vec<_> = history
        .iter()
        .filter(|entry| matches!(&entry.happened, Happened::Command { command: told } if told.command.id == command))
        .collect();
    assert_eq!(of_the_firing.len(), 1, "{history:?}");
    let Happened::Command { command: told } = &of_the_firing[0].happened else {
        unreachable!()
    };
    assert!(matches!(&told.command.origin, Origin::Schedule { schedule: of, .. } if *of == schedule.id));
    assert_eq!(told.stage, Stage::Observed);
    let fired = services.shutter.firings(&house.home, 10).await.unwrap();
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].firing.at, due);
}
