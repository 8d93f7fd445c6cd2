//! T2-5 steps 1 and 2, end to end: a sensor of an armed house, its gateway, the platform, and what can go wrong between
//! them. No acknowledged alarm is lost, and none is on the platform twice.

use tomori_device::appliance::Hand;
use tomori_gateway::desk::ask;
use tomori_platform::services::dispatch::{Change, Step};
use tomori_smart_home::arming::{Code, Mode, Outcome, Phase, Wish};
use tomori_smart_home::{Alarm, CompanyId, DeviceKind, Hazard, Trust};
use tomori_system_tests::patience::until;
use tomori_system_tests::wan::Line;
use tomori_system_tests::world::{Plan, World, guard};

pub const WINDOW: usize = 0;
const NOW: &str = "2026-11-26T21:00:00+09:00";

/// A house with a window and a button, guarded by a company, armed while nobody is in.
pub async fn armed() -> (World, CompanyId) {
    let mut world = World::begin(NOW).await.unwrap();
    let things = vec![DeviceKind::OpenCloseSensor, DeviceKind::EmergencyButton];
    world.build(Plan::of(things)).await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    let window = world.house(0).unwrap().device(WINDOW).unwrap();
    let company = guard::by_a_company(&world, vec![window]).await.unwrap();
    (world, company)
}

async fn changes(world: &World, company: &CompanyId) -> Vec<Change> {
    let dispatch = &world.platform.services().unwrap().dispatch;
    dispatch.changes_after(company, 0, 100).await.unwrap()
}

fn alarms(changes: &[Change]) -> Vec<Alarm> {
    let alarm = |change: &Change| match &change.entry.step {
        Step::Alarm { alarm, .. } => Some(alarm.clone()),
        _ => None,
    };
    changes.iter().filter_map(alarm).collect()
}

async fn until_alarms(world: &World, company: &CompanyId, count: usize) -> Vec<Alarm> {
    until(&format!("the company has been told {count} alarms"), async || {
        Ok(alarms(&changes(world, company).await).len() >= count)
    })
    .await
    .unwrap();
    alarms(&changes(world, company).await)
}

pub fn by_hand(world: &World, thing: usize, hand: Hand) {
    let house = world.house(0).unwrap();
    house.devices.operate_by_hand(&format!("thing-{thing}"), hand).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_opens_while_nobody_is_in_is_an_incident_everywhere() {
    let (world, company) = armed().await;
    by_hand(&world, WINDOW, Hand::Open);
    let told = until_alarms(&world, &company, 1).await;
    assert_eq!(
        (told[0].hazard, told[0].trust),
        (Hazard::Intrusion, Trust::Unauthenticated)
    );
    let house = world.house(0).unwrap();
    let services = world.platform.services().unwrap();
    let seen = services.dispatch.of_home(&house.home).await.unwrap();
    assert_eq!(
        (seen.len(), &seen[0].id, seen[0].nonce),
        (1, &told[0].incident, told[0].nonce)
    );
    assert_eq!(house.inside().unwrap().alarms(), told, "the house says the same");
    until("the platform shows the guard's alarm", async || {
        let guard = services.device_state.guard(&house.home).await?;
        Ok(guard.is_some_and(|guard| guard.arming.incident.as_ref() == Some(&told[0].incident)))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_of_a_house_without_a_line_come_exactly_once_and_in_order_when_it_is_back() {
    let (world, company) = armed().await;
    let house = world.house(0).unwrap();
    let wan = house.wan.as_ref().unwrap();
    wan.set(Line::Cut);
    by_hand(&world, WINDOW, Hand::Open);
    let inside = house.inside().unwrap();
    until("the gateway has raised it", async || Ok(inside.alarms().len() == 1))
        .await
        .unwrap();
    by_hand(&world, 1, Hand::Detected(true));
    until("the gateway has raised the other", async || {
        Ok(inside.alarms().len() == 2)
    })
    .await
    .unwrap();
    assert!(changes(&world, &company).await.is_empty());
    wan.set(Line::Up);
    let told = until_alarms(&world, &company, 2).await;
    assert_eq!([told[0].hazard, told[1].hazard], [Hazard::Intrusion, Hazard::Emergency]);
    assert_eq!(told[0].incident, told[1].incident, "one cause is one incident");
    wan.set(Line::Cut);
    wan.set(Line::Up);
    world.reconciled(0).await.unwrap();
    assert_eq!(alarms(&changes(&world, &company).await).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_is_opened_while_the_gateway_is_down_alarms_when_it_is_back_and_once() {
    let (mut world, company) = armed().await;
    world.house_mut(0).unwrap().stop().await.unwrap();
    by_hand(&world, WINDOW, Hand::Open);
    world.house_mut(0).unwrap().start().await.unwrap();
    assert!(matches!(
        world.house(0).unwrap().inside().unwrap().arming().phase,
        Phase::Armed
    ));
    let told = until_alarms(&world, &company, 1).await;
    assert_eq!(told[0].hazard, Hazard::Intrusion);
    world.house_mut(0).unwrap().stop().await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    let inside = world.house(0).unwrap().inside().unwrap();
    until("the window is read again", async || {
        let arming = inside.arming();
        let fault = arming.obstacles.iter().next().map(|obstacle| obstacle.fault);
        Ok(fault == Some(tomori_smart_home::arming::Fault::Open))
    })
    .await
    .unwrap();
    world.reconciled(0).await.unwrap();
    assert_eq!(alarms(&changes(&world, &company).await).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_are_lost_are_given_anew_at_the_gateways_own_machine() {
    let (world, _) = armed().await;
    let house = world.house(0).unwrap();
    let code = |digits: &str| Code::new(digits).unwrap();
    let inside = house.inside().unwrap();
    let disarm = async |digits: &str| {
        let wish = Wish::Disarm { code: code(digits) };
        inside.order(wish, house.resident.clone()).await
    };
    let same = ask::new_codes(house.path(), &code("246802"), &code("246802")).await;
    assert!(same.unwrap_err().to_string().contains("duress code"));
    assert_eq!(inside.arming().mode, Mode::Away);
    ask::new_codes(house.path(), &code("246802"), &code("246803"))
        .await
        .unwrap();
    assert_eq!(inside.arming().mode, Mode::Away, "new codes disarm nothing");
    assert_eq!(disarm("135790").await, Outcome::WrongCode);
    assert_eq!(disarm("246802").await, Outcome::Done);
}
