use tomori_smart_home::DeviceKind;
use tomori_smart_home::property::name;

use super::*;

fn property(class: u16, name: &str) -> &'static PropertySpec {
    lookup(class).unwrap().by_name(name).unwrap()
}

fn word(word: &str) -> PropertyValue {
    PropertyValue::word(word)
}

#[test]
fn every_kind_of_device_has_its_table_under_its_name() {
    for kind in DeviceKind::ALL {
        let class = lookup(kind.class_code()).unwrap();
        assert_eq!(class.short_name, kind.short_name());
    }
    assert!(lookup(0x0279).is_none());
}

#[test]
fn tables_are_in_order_and_names_are_names_and_unique() {
    assert!(CLASSES.windows(2).all(|pair| pair[0].code < pair[1].code));
    for class in CLASSES {
        assert!(
            class.own.windows(2).all(|pair| pair[0].epc < pair[1].epc),
            "{}",
            class.short_name
        );
        let mut names: Vec<&str> = class.properties().map(|spec| spec.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", class.short_name);
        assert!(names.iter().all(|name| PropertyName::new(*name).is_ok()));
    }
}

#[test]
fn the_words_of_the_services_exist() {
    let shutter = lookup(0x0263).unwrap();
    for known in [
        name::operation_status(),
        name::fault_status(),
        name::fault_description(),
        name::open_close_operation(),
        name::degree_of_opening(),
        name::remote_operation(),
        name::open_close_status(),
    ] {
        assert!(shutter.by_name(known.as_str()).is_some(), "{known}");
    }
}

#[test]
fn a_shutter_reads_as_the_appendix_says() {
    let cases: &[(&str, &[u8], PropertyValue)] = &[
        ("openCloseOperation", &[0x41], word("open")),
        ("openCloseOperation", &[0x42], word("close")),
        ("openCloseOperation", &[0x43], word("stop")),
        ("degreeOfOpening", &[0], PropertyValue::Number(0.0)),
        ("degreeOfOpening", &[100], PropertyValue::Number(100.0)),
        ("degreeOfOpening", &[0xff], word("overflow")),
        ("degreeOfOpening", &[0xfe], word("underflow")),
        ("remoteOperation", &[0x41], PropertyValue::Boolean(true)),
        ("remoteOperation", &[0x42], PropertyValue::Boolean(false)),
        ("openCloseStatus", &[0x41], word("fullyOpen")),
        ("openCloseStatus", &[0x42], word("fullyClosed")),
        ("openCloseStatus", &[0x43], word("opening")),
        ("openCloseStatus", &[0x44], word("closing")),
        ("openCloseStatus", &[0x45], word("stoppedHalfway")),
        ("slitDegreeOfOpening", &[0x38], PropertyValue::Number(8.0)),
        ("operationStatus", &[0x30], PropertyValue::Boolean(true)),
        ("faultStatus", &[0x41], PropertyValue::Boolean(true)),
        ("faultDescription", &[0x04, 0x02], word("obstacleCaught")),
        ("faultDescription", &[0x00, 0x15], word("switch")),
        ("remoteControl", &[0x62], PropertyValue::Boolean(false)),
    ];
    for (name, edt, value) in cases {
        assert_eq!(
            property(0x0263, name).decode(edt).as_ref(),
            Ok(value),
            "{name} {edt:02x?}"
        );
    }
}

#[test]
fn what_watches_over_the_house_reads_as_the_appendix_says() {
    let yes = PropertyValue::Boolean(true);
    let cases: [(u16, PropertyName, &[u8], PropertyValue); 12] = [
        (0x0002, name::detection(), &[0x41], yes.clone()),
        (0x0003, name::detection(), &[0x41], yes.clone()),
        (0x0007, name::detection(), &[0x42], PropertyValue::Boolean(false)),
        (0x0019, name::detection(), &[0x41], yes.clone()),
        (
            0x0019,
            PropertyName::known("thresholdLevel"),
            &[0x38],
            PropertyValue::Number(8.0),
        ),
        (0x0029, name::open_close_detection(), &[0x41], word("open")),
        (0x0029, name::open_close_detection(), &[0x42], word("close")),
        (0x0029, name::open_status(), &[0x30], word("close")),
        (0x0029, name::open_status(), &[0x31], PropertyValue::Number(1.0)),
        (0x0029, name::open_status(), &[0x39], word("open")),
        (0x026f, name::door_opened(), &[0x41], yes),
        (0x026f, name::alarm_status(), &[0x44], word("tampered")),
    ];
    for (class, name, edt, value) in cases {
        let read = property(class, name.as_str()).decode(edt);
        assert_eq!(read, Ok(value), "{class:04x} {name} {edt:02x?}");
    }
    for class in [0x0002, 0x0003, 0x0019] {
        let reset = property(class, "reset");
        assert_eq!((reset.get, reset.encode(&word("reset"))), (Access::No, Ok(vec![0x00])));
    }
}

#[test]
fn bytes_without_meaning_are_named() {
    let status = property(0x0263, "openCloseStatus");
    assert_eq!(
        status.decode(&[0x46]).unwrap_err().to_string(),
        "openCloseStatus: 46 has no meaning"
    );
    assert!(matches!(status.decode(&[]), Err(ValueError::Length { bytes: 0, .. })));
    assert!(status.decode(&[0x41, 0x41]).is_err());
    let degree = property(0x0263, "degreeOfOpening");
    assert!(matches!(degree.decode(&[101]), Err(ValueError::Meaningless { .. })));
}

#[test]
fn temperatures_have_tenths_and_signs() {
    let spec = property(0x0011, "value");
    assert_eq!(spec.decode(&[0x00, 0xd7]), Ok(PropertyValue::Number(21.5)));
    assert_eq!(spec.decode(&[0xff, 0xce]), Ok(PropertyValue::Number(-5.0)));
    assert_eq!(spec.decode(&[0x7f, 0xff]), Ok(word("overflow")));
    assert_eq!(spec.decode(&[0x80, 0x00]), Ok(word("underflow")));
    assert!(spec.decode(&[0x90, 0x00]).is_err());
    let room = property(0x0130, "roomTemperature");
    assert_eq!(room.decode(&[0xf6]), Ok(PropertyValue::Number(-10.0)));
    assert_eq!(room.decode(&[0x7e]), Ok(word("unmeasurable")));
    let wanted = property(0x0130, "targetTemperature");
    assert_eq!(wanted.decode(&[0xfd]), Ok(word("undefined")));
    let relative = property(0x0130, "relativeTemperature");
    assert_eq!(relative.encode(&PropertyValue::Number(-0.3)), Ok(vec![0xfd]));
    assert_eq!(relative.decode(&[0xfd]), Ok(PropertyValue::Number(-0.3)));
}

#[test]
fn values_are_written_and_wrong_ones_refused_by_name() {
    let degree = property(0x0263, "degreeOfOpening");
    assert_eq!(degree.encode(&PropertyValue::Number(40.0)), Ok(vec![40]));
    for bad in [
        PropertyValue::Number(40.5),
        PropertyValue::Number(-1.0),
        PropertyValue::Number(101.0),
        PropertyValue::Number(f64::NAN),
        PropertyValue::Number(1e300),
        PropertyValue::Boolean(true),
        word("open"),
        word("overflow"),
    ] {
        let refused = degree.encode(&bad).unwrap_err().to_string();
        assert!(
            refused.contains("degreeOfOpening") && refused.contains("0 to 100 %"),
            "{refused}"
        );
    }
    let wanted = property(0x0130, "targetTemperature");
    assert!(wanted.encode(&word("undefined")).is_err(), "it is told, never set");
    let flow = property(0x0130, "airFlowLevel");
    assert_eq!(flow.encode(&word("auto")), Ok(vec![0x41]));
    assert_eq!(flow.encode(&PropertyValue::Number(8.0)), Ok(vec![0x38]));
    assert!(flow.encode(&PropertyValue::Number(9.0)).is_err());
    assert_eq!(
        property(0x0263, "openCloseOperation")
            .encode(&word("up"))
            .unwrap_err()
            .to_string(),
        "openCloseOperation: up is not a value; expected open, close, stop"
    );
    let remote = property(0x0263, "remoteControl");
    assert_eq!(remote.encode(&PropertyValue::Boolean(false)), Ok(vec![0x42]));
    assert_eq!(remote.encode(&PropertyValue::Boolean(true)), Ok(vec![0x41]));
}

#[test]
fn texts_times_and_dates() {
    let code = property(0x0263, "productCode");
    assert_eq!(code.decode(b"TOMORI-S1\0\0\0"), Ok(word("TOMORI-S1")));
    assert_eq!(code.encode(&word("TOMORI-S1")), Ok(b"TOMORI-S1\0\0\0".to_vec()));
    assert!(
        code.decode(b"\x1b[31mred\0\0\0\0").is_err(),
        "control characters are no product code"
    );
    let time = property(0x0290, "onTimerTime");
    assert_eq!(time.decode(&[7, 5]), Ok(word("07:05")));
    assert_eq!(time.encode(&word("07:05")), Ok(vec![7, 5]));
    assert!(time.encode(&word("24:00")).is_err());
    assert!(time.encode(&word("+7:05")).is_err());
    let date = property(0x0263, "productionDate");
    assert_eq!(date.decode(&[0x07, 0xea, 11, 23]), Ok(word("2026-11-23")));
    assert_eq!(date.encode(&word("2026-11-23")), Ok(vec![0x07, 0xea, 11, 23]));
    assert!(date.encode(&word("2026-13-01")).is_err());
    let rgb = property(0x0290, "rgb");
    assert_eq!(rgb.decode(&[255, 128, 0]), Ok(word("ff8000")));
    assert_eq!(rgb.encode(&word("ff8000")), Ok(vec![255, 128, 0]));
    assert!(rgb.encode(&word("ff80")).is_err());
}

#[test]
fn a_class_knows_its_own_and_the_shared() {
    let light = lookup(0x0290).unwrap();
    assert_eq!(light.by_epc(0x80).unwrap().set, Access::Required);
    assert_eq!(lookup(0x0263).unwrap().by_epc(0x80).unwrap().set, Access::Optional);
    assert_eq!(light.properties().filter(|spec| spec.epc == 0x80).count(), 1);
    assert!(light.by_name("remoteControl").is_some());
    assert!(lookup(0x0ef0).unwrap().by_name("remoteControl").is_none());
    let (name, value) = light.read(0x80, &[0x31]).unwrap();
    assert_eq!(
        (name.as_str(), value),
        ("operationStatus", Ok(PropertyValue::Boolean(false)))
    );
    assert!(light.read(0xf0, &[1]).is_none());
}
