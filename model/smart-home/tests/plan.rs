//! What a house plan may hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::civil::time;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::plan::Grant;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
use tomori_smart_home::{
    Device, DeviceId, DeviceKind, Equipment, GrantId, HomeId, HousePlan, NodeId, PropertyValue, ResidentId, Schedule,
    ScheduleId,
};

fn shutter(number: u8) -> Equipment {
    Equipment {
        device: Device {
            id: DeviceId::from_random([number; 10]),
            kind: DeviceKind::ElectricRainDoor,
            room: "居間".to_owned(),
            name: "南の窓".to_owned(),
        },
        model: "TS-100".to_owned(),
        endpoint: Some(Endpoint {
            node: NodeId::new(&[number; 17]).unwrap(),
            class_code: 0x0263,
            instance: 1,
        }),
        certificate: None,
    }
}

fn schedule(number: u8, device: DeviceId) -> Schedule {
    Schedule {
        id: ScheduleId::from_random([number; 10]),
        resident: ResidentId::from_random([1; 10]),
        device,
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment: Moment::Clock { time: time(7, 0, 0, 0) },
        holidays_off: false,
        pause: Pause::Running,
        version: 1,
    }
}

fn plan() -> HousePlan {
    HousePlan {
        home: HomeId::from_random([0; 10]),
        home_name: "灯の家".to_owned(),
        version: 3,
        place: Place::new("Asia/Tokyo", 35.69, 139.69).unwrap(),
        equipment: vec![shutter(1), shutter(2)],
        schedules: vec![schedule(1, shutter(1).device.id)],
        security: tomori_smart_home::arming::Security::default(),
        grants: vec![Grant {
            id: GrantId::from_random([0; 10]),
            resident: ResidentId::from_random([1; 10]),
            resident_name: "山田".to_owned(),
            secret_sha256: vec![0; 32],
            expires_at: "2027-01-01T00:00:00Z".parse().unwrap(),
        }],
    }
}

#[track_caller]
fn refused(field: &str, change: impl FnOnce(&mut HousePlan)) {
    let mut changed = plan();
    change(&mut changed);
    let error = changed.check().unwrap_err();
    assert_eq!(error.field, field, "{error}");
    assert!(!error.why.is_empty());
}

#[test]
fn a_sound_plan_passes_also_at_its_bounds() {
    assert_eq!(plan().check(), Ok(()));
    let mut full = plan();
    full.equipment = (0..200).map(shutter).collect();
    full.schedules = (0..200).map(|number| schedule(number, shutter(1).device.id)).collect();
    assert_eq!(full.check(), Ok(()));
}

#[test]
fn counts_and_texts_are_bounded() {
    refused("equipment", |plan| plan.equipment = (0..201).map(shutter).collect());
    refused("schedules", |plan| {
        plan.schedules = vec![schedule(1, shutter(1).device.id); 201]
    });
    refused("grants", |plan| plan.grants = vec![plan.grants[0].clone(); 51]);
    refused("homeName", |plan| plan.home_name.clear());
    refused("homeName", |plan| plan.home_name = "家".repeat(81));
    refused("equipment[1].room", |plan| plan.equipment[1].device.room.clear());
    refused("equipment[0].name", |plan| {
        plan.equipment[0].device.name = "a\nb".to_owned()
    });
    refused("equipment[0].model", |plan| plan.equipment[0].model = "x".repeat(81));
    refused("grants[0].residentName", |plan| plan.grants[0].resident_name.clear());
    refused("grants[0].secretSha256", |plan| {
        plan.grants[0].secret_sha256 = vec![0; 31]
    });
    refused("place.timeZone", |plan| {
        plan.place.time_zone = "Mars/Olympus".to_owned()
    });
    refused("place.latitude", |plan| plan.place.latitude = f64::NAN);
}

#[test]
fn nothing_is_named_twice() {
    refused("equipment[1].id", |plan| {
        plan.equipment[1].device.id = plan.equipment[0].device.id.clone()
    });
    refused("equipment[1].endpoint", |plan| {
        plan.equipment[1].endpoint = plan.equipment[0].endpoint.clone()
    });
    refused("schedules[1].id", |plan| plan.schedules.push(plan.schedules[0].clone()));
    refused("grants[1].id", |plan| plan.grants.push(plan.grants[0].clone()));
}

#[test]
fn an_endpoint_is_of_its_devices_class_and_a_real_instance() {
    let with = |plan: &mut HousePlan, class_code, instance| {
        let endpoint = plan.equipment[0].endpoint.as_mut().unwrap();
        (endpoint.class_code, endpoint.instance) = (class_code, instance);
    };
    refused("equipment[0].endpoint.classCode", |plan| with(plan, 0x026f, 1));
    refused("equipment[0].endpoint.instance", |plan| with(plan, 0x0263, 0));
    refused("equipment[0].endpoint.instance", |plan| with(plan, 0x0263, 128));
}

#[test]
fn a_schedule_is_for_a_shutter_of_this_house() {
    refused("schedules[0].device", |plan| {
        plan.schedules[0].device = DeviceId::from_random([9; 10])
    });
    refused("schedules[0].device", |plan| {
        plan.equipment[0].device.kind = DeviceKind::ElectricLock;
        plan.equipment[0].endpoint = None;
    });
    refused("schedules[0].value", |plan| {
        plan.schedules[0].value = PropertyValue::word("explode")
    });
    refused("schedules[0].weekdays", |plan| plan.schedules[0].weekdays = Weekdays(0));
}
