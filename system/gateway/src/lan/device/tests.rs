use tomori_smart_home::device::{Device as Person, NodeId};
use tomori_smart_home::{DeviceKind, PropertyValue, property::Source};

use super::*;

fn equipment(kind: DeviceKind, class_code: u16, node: &[u8]) -> Equipment {
    Equipment {
        device: Person {
            id: DeviceId::from_random([1; 10]),
            kind,
            room: "Living".to_owned(),
            name: "Shutter".to_owned(),
        },
        model: String::new(),
        endpoint: Some(Endpoint {
            node: NodeId::new(node).unwrap(),
            class_code,
            instance: 1,
        }),
        certificate: None,
    }
}

fn shutter() -> Device {
    let equipment = equipment(DeviceKind::ElectricRainDoor, 0x0263, &[0xfe, 1]);
    Device::adopt(equipment, Timestamp::UNIX_EPOCH).unwrap()
}

fn round(device: &mut Device, quick: bool) -> Vec<u8> {
    device.begin_round(quick);
    device.left.iter().flatten().copied().collect()
}

#[test]
fn what_does_not_fit_is_not_controlled() {
    let at = Timestamp::UNIX_EPOCH;
    assert!(Device::adopt(equipment(DeviceKind::ElectricRainDoor, 0x0290, &[0xfe, 1]), at).is_none());
    assert!(Device::adopt(equipment(DeviceKind::ElectricRainDoor, 0x0263, &[0]), at).is_none());
    let mut unadopted = equipment(DeviceKind::ElectricRainDoor, 0x0263, &[0xfe, 1]);
    unadopted.endpoint = None;
    assert!(Device::adopt(unadopted, at).is_none());
}

#[test]
fn a_round_asks_only_for_what_the_device_has() {
    let mut device = shutter();
    device.maps = MapsKnown::Read(Maps::new(&[], &[0xe0], &[0x80, 0x88, 0xe0, 0xea]));
    device.end_round();
    assert_eq!(round(&mut device, false), [0xe0, 0xea, 0x80, 0x88]);
    assert_eq!(round(&mut device, true), [0xea, 0xe0]);
    assert!(!device.takes_origin());
    device.maps = MapsKnown::Assumed;
    assert_eq!(round(&mut device, false), [0xe0, 0x80, 0x88]);
}

#[test]
fn a_map_without_what_the_class_must_have_is_not_taken_at_its_word() {
    let mut device = shutter();
    // PyPI uecho 1.0.3 writes bitmaps without their upper half, and complete lists.
    device.maps = MapsKnown::Read(Maps::new(&[0xe0, 0xe8, 0xea], &[0x93], &[0x80, 0x88]));
    device.end_round();
    assert_eq!(round(&mut device, false), [0xe0, 0xe8, 0xea, 0x80, 0x88]);
    let spec = |code| device.class.by_epc(code).unwrap();
    assert!(device.can_set(spec(0xe0)));
    assert!(!device.can_set(spec(0xe1)) && !device.can_set(spec(0xea)));
}

#[test]
fn what_is_refused_again_and_again_is_left_out_until_the_device_appears_again() {
    let mut device = shutter();
    device.maps = MapsKnown::Read(Maps::new(&[], &[], &[0x80, 0x88, 0xe0, 0xea]));
    device.end_round();
    (0..3).for_each(|_| device.refuse(0xea));
    assert_eq!(round(&mut device, false), [0xe0, 0x80, 0x88]);
    device.appear();
    device.end_round();
    assert_eq!(round(&mut device, false), [0xe0, 0xea, 0x80, 0x88]);
}

#[test]
fn a_weak_device_is_asked_one_by_one() {
    let mut device = shutter();
    device.together = Together::One;
    device.begin_round(false);
    assert!(device.left.iter().all(|codes| codes.len() == 1));
}

#[test]
fn an_unchanged_value_is_told_again_only_after_a_while() {
    let mut device = shutter();
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let name = tomori_smart_home::property::name::open_close_status();
    let report = Report {
        value: PropertyValue::word("fullyOpen"),
        at: at(0),
        source: Source::Polled,
    };
    let mut take = |second, repeat_before| device.take(&name, report.clone(), at(second), at(repeat_before));
    assert_eq!(take(100, 0), (true, true));
    assert_eq!(take(110, 50), (false, false));
    assert_eq!(take(1000, 100), (false, true));
}
