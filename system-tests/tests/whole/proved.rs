//! Devices that prove themselves, end to end: from the operator's list over the gateway's own authority to what the
//! platform shows.

use tomori_device::appliance::Hand;
use tomori_platform::device_state::Reachability;
use tomori_smart_home::property::name;
use tomori_smart_home::{Alarm, DeviceId, DeviceKind, Hazard, PropertyName, PropertyValue, Stage, Trust};
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{Plan, World};

/// What the platform was last told of a property.
pub async fn told(world: &World, device: &DeviceId, property: &PropertyName) -> Option<PropertyValue> {
    let services = world.platform.services().unwrap();
    let home = &world.house(0).unwrap().home;
    let state = services.device_state.device(home, device).await.unwrap();
    let reported = state.properties.get(property)?.reported.clone();
    reported.map(|reported| reported.value)
}

pub async fn shows(world: &World, device: &DeviceId, property: PropertyName, value: PropertyValue) {
    until("the platform shows it", async || {
        Ok(told(world, device, &property).await.as_ref() == Some(&value))
    })
    .await
    .unwrap();
}

/// An installer makes a code at the gateway and types it at the thing.
pub async fn certify(world: &World, number: usize) {
    let house = world.house(0).unwrap();
    let device = house.device(number).unwrap();
    let inside = house.inside().unwrap();
    let gateway = house.config.devices.enrol.unwrap().to_string();
    let thing = format!("thing-{number}");
    until("the gateway knows the device", async || {
        Ok(inside.mqtt().unwrap().code(&device).is_ok())
    })
    .await
    .unwrap();
    let code = inside.mqtt().unwrap().code(&device).unwrap().to_string();
    let named = house.devices.enrol(&thing, &gateway, &code).await.unwrap();
    assert_eq!(named, device.as_str());
    assert!(
        house.devices.enrol(&thing, &gateway, &code).await.is_err(),
        "a code works once"
    );
    until("it is heard", async || {
        Ok(house.devices.node(&thing)?.voice.is_some_and(|voice| voice.heard))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_with_certificates_are_believed_driven_and_shut_out() {
    let mut world = World::begin("2026-11-26T09:00:00+09:00").await.unwrap();
    let things = vec![
        DeviceKind::OpenCloseSensor,
        DeviceKind::HumanDetectionSensor,
        DeviceKind::ElectricLock,
    ];
    let mut plan = Plan::of(things);
    plan.has_certificates = true;
    world.build(plan).await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    for number in 0..3 {
        certify(&world, number).await;
    }
    let house = world.house(0).unwrap();
    let [window, hall, lock] = [0, 1, 2].map(|number| house.device(number).unwrap());

    // What happens is seen, and it is seen that it can be believed.
    let closed = |open| PropertyValue::word(if open { "open" } else { "close" });
    shows(&world, &window, name::open_close_detection(), closed(false)).await;
    house.devices.operate_by_hand("thing-0", Hand::Open).unwrap();
    shows(&world, &window, name::open_close_detection(), closed(true)).await;
    house.devices.operate_by_hand("thing-1", Hand::Detected(true)).unwrap();
    shows(&world, &hall, name::detection(), PropertyValue::Boolean(true)).await;
    house.devices.tamper("thing-1", true).unwrap();
    shows(&world, &hall, name::fault_status(), PropertyValue::Boolean(true)).await;
    until("whoever forces a sensor is an alarm", async || {
        let alarms = house.inside().map(|inside| inside.alarms()).unwrap_or_default();
        let is_such = |alarm: &Alarm| (alarm.hazard, alarm.trust) == (Hazard::Tamper, Trust::Authenticated);
        Ok(alarms.iter().any(is_such))
    })
    .await
    .unwrap();
    let services = world.platform.services().unwrap();
    let state = services.device_state.device(&house.home, &lock).await.unwrap();
    assert_eq!(state.trust, Some(Trust::Authenticated));

    // The lock is locked through the gateway, and what is shown is what it confirmed.
    let bolt = PropertyName::known("mainElectricLock");
    house.devices.operate_by_hand("thing-2", Hand::Unlock).unwrap();
    shows(&world, &lock, bolt.clone(), PropertyValue::Boolean(false)).await;
    let inside = house.inside().unwrap();
    let yes = PropertyValue::Boolean(true);
    let to_lock = inside.command(lock.clone(), bolt.clone(), yes.clone(), house.resident.clone());
    let command = to_lock.await.unwrap();
    until("it is observed", async || {
        let view = inside.find(&command.id);
        Ok(view.is_some_and(|view| *view.stage() == Stage::Observed))
    })
    .await
    .unwrap();
    shows(&world, &lock, bolt.clone(), yes.clone()).await;
    house.devices.operate_by_hand("thing-2", Hand::Unlock).unwrap();
    shows(&world, &lock, bolt.clone(), PropertyValue::Boolean(false)).await;
    house.devices.jam("thing-2", true).unwrap();
    shows(&world, &lock, name::fault_status(), yes.clone()).await;
    let to_lock = inside.command(lock.clone(), bolt.clone(), yes, house.resident.clone());
    assert!(to_lock.await.is_err(), "a lock that is stuck is not driven");

    // The operator shuts the lock out; it comes back with a new certificate and no other way.
    services
        .device_state
        .certify(&house.home, &lock, "op_test")
        .await
        .unwrap();
    until("it is not heard any more", async || {
        let state = services.device_state.device(&house.home, &lock).await?;
        let voice = house.devices.node("thing-2")?.voice;
        let is_lost = !matches!(state.reachability, Reachability::Reachable { .. });
        Ok(is_lost && voice.is_some_and(|voice| !voice.heard))
    })
    .await
    .unwrap();
    until("its old certificate is refused", async || {
        Ok(inside.mqtt().unwrap().refusals().revoked >= 1)
    })
    .await
    .unwrap();
    house.devices.jam("thing-2", false).unwrap();
    certify(&world, 2).await;
    shows(&world, &lock, bolt, PropertyValue::Boolean(false)).await;
}
