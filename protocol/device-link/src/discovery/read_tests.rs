use proptest::prelude::*;

use super::super::{Offered, Said, Unreadable, offer};
use super::*;
use tomori_smart_home::DeviceKind;

fn device() -> DeviceId {
    "dev_1".parse().unwrap()
}

fn told(topic: &str, config: &str) -> Result<Vec<(String, Entity)>, DiscoveryError> {
    match read(topic, config.as_bytes(), &device())? {
        Told::Entities(entities) => Ok(entities),
        Told::Nothing => panic!("{topic} is a discovery topic"),
    }
}

fn one(topic: &str, config: &str) -> Entity {
    told(topic, config).unwrap().remove(0).1
}

fn key_of(topic: &str, config: &str) -> &'static str {
    match told(topic, config) {
        Err(DiscoveryError::Key { key, .. } | DiscoveryError::Topic { key, .. }) => key,
        other => panic!("{other:?}"),
    }
}

const SENSOR: &str = "homeassistant/binary_sensor/dev_1/contact/config";
const LOCK: &str = "homeassistant/lock/dev_1/bolt/config";

/// As zigbee2mqtt announces a contact: the other way round, in a JSON message, in long names.
#[test]
fn a_contact_of_zigbee2mqtt_is_read() {
    let entity = one(
        SENSOR,
        r#"{"device_class":"door","payload_on":false,"payload_off":true,"state_topic":"zigbee2mqtt/dev_1",
            "value_template":"{{ value_json.contact }}","unique_id":"0x1_contact",
            "availability":[{"topic":"zigbee2mqtt/dev_1/availability","value_template":"{{ value_json.state }}"}],
            "device":{"name":"x"},"origin":{"name":"Zigbee2MQTT"}}"#,
    );
    assert_eq!(entity.hear(br#"{"battery":97,"contact":false}"#), Ok(Said::Is(true)));
    assert_eq!(entity.hear(br#"{"contact":true}"#), Ok(Said::Is(false)));
    assert_eq!(entity.hear(br#"{"contact":"ajar"}"#), Err(Unreadable::ForeignWord));
    assert_eq!(entity.hear(br#"{"battery":97}"#), Err(Unreadable::NoMember));
    assert_eq!(entity.hear(b"\xff"), Err(Unreadable::NotText));
    let there = &entity.availability[0];
    assert_eq!(there.is_available(br#"{"state":"online"}"#), Ok(true));
    assert_eq!(there.is_available(br#"{"state":"offline"}"#), Ok(false));
}

/// As ESPHome announces one: abbreviated, with a base topic.
#[test]
fn a_sensor_of_esphome_is_read() {
    let entity = one(
        SENSOR,
        r#"{"~":"dev_1","dev_cla":"motion","name":"Hall","stat_t":"~/binary_sensor/hall/state","avty_t":"~/status",
            "off_dly":30,"exp_aft":3600,"uniq_id":"x"}"#,
    );
    assert_eq!(entity.state_topic, "dev_1/binary_sensor/hall/state");
    assert_eq!(entity.availability[0].topic, "dev_1/status");
    assert_eq!(entity.expire_after_s, Some(3600));
    assert_eq!(entity.hear(b"ON"), Ok(Said::Is(true)));
    assert_eq!(entity.hear(b"OFF"), Ok(Said::Is(false)));
    let Component::BinarySensor { off_delay_s, .. } = entity.component else {
        panic!()
    };
    assert_eq!(off_delay_s, Some(30));
}

#[test]
fn a_lock_has_words_of_its_own() {
    let config =
        r#"{"cmd_t":"dev_1/lock/set","stat_t":"dev_1/lock","pl_lock":"close","pl_unlk":"open","stat_jam":"stuck"}"#;
    let entity = one(LOCK, config);
    assert_eq!(entity.hear(b"LOCKED"), Ok(Said::Locked(true)));
    assert_eq!(entity.hear(b"UNLOCKED"), Ok(Said::Locked(false)));
    assert_eq!(entity.hear(b"stuck"), Ok(Said::Jammed));
    assert_eq!(entity.hear(b"LOCKING"), Ok(Said::Moving));
    assert_eq!(entity.hear(b"None"), Ok(Said::Unknown));
    let Component::Lock { command_topic, words } = entity.component else {
        panic!()
    };
    assert_eq!(
        (command_topic.as_str(), words.lock.as_str(), words.unlock.as_str()),
        ("dev_1/lock/set", "close", "open")
    );
}

#[test]
fn an_event_says_what_happened() {
    let entity = one(
        "homeassistant/event/dev_1/config",
        r#"{"state_topic":"dev_1/button","event_types":["press","hold"]}"#,
    );
    assert_eq!(
        entity.hear(br#"{"event_type":"press"}"#),
        Ok(Said::Happened("press".to_owned()))
    );
    assert_eq!(entity.hear(br#"{"event_type":"shake"}"#), Err(Unreadable::ForeignWord));
}

/// Whatever would show more than the device confirmed, or needs a program to be understood, is refused by its name.
#[test]
fn what_would_be_guessed_is_refused() {
    let lock = |more: &str| format!(r#"{{"cmd_t":"dev_1/set","stat_t":"dev_1/lock"{more}}}"#);
    assert_eq!(key_of(LOCK, &lock(r#","optimistic":true"#)), "optimistic");
    assert_eq!(key_of(LOCK, r#"{"cmd_t":"dev_1/set"}"#), "state_topic");
    assert_eq!(key_of(LOCK, &lock(r#","code_format":"^\\d+$""#)), "command_topic");
    assert_eq!(key_of(LOCK, &lock(r#","state_locked":"UNLOCKED""#)), "state_locked");
    assert_eq!(
        key_of(LOCK, &lock(r#","val_tpl":"{% if 1 %}LOCKED{% endif %}""#)),
        "value_template"
    );
    assert_eq!(
        key_of(LOCK, &lock(r#","val_tpl":"{{ value_json.a | lower }}""#)),
        "value_template"
    );
    assert_eq!(
        key_of(SENSOR, r#"{"stat_t":"dev_1/x","pl_on":"1","pl_off":1}"#),
        "payload_on"
    );
    assert_eq!(told(SENSOR, "no"), Err(DiscoveryError::NotJson));
}

/// T3-11 EP⑦ tampering: a configuration cannot point at another device's topics.
#[test]
fn a_configuration_cannot_borrow_topics() {
    assert_eq!(key_of(SENSOR, r#"{"stat_t":"dev_2/state"}"#), "state_topic");
    assert_eq!(key_of(SENSOR, r#"{"stat_t":"dev_1/#"}"#), "state_topic");
    assert_eq!(
        key_of(LOCK, r#"{"stat_t":"dev_1/state","cmd_t":"dev_2/set"}"#),
        "command_topic"
    );
    let borrowed = r#"{"stat_t":"dev_1/state","availability":[{"topic":"dev_2/there"}]}"#;
    assert_eq!(key_of(SENSOR, borrowed), "topic");
}

#[test]
fn a_device_tells_all_at_once() {
    let config = r#"{"~":"dev_1","dev":{"ids":"x"},"avty_t":"~/there","cmps":{
        "door":{"p":"binary_sensor","dev_cla":"door","stat_t":"~/door"},
        "link":{"p":"sensor","stat_t":"~/link"},
        "bolt":{"p":"lock","stat_t":"~/bolt","cmd_t":"~/bolt/set"}}}"#;
    let entities = told("homeassistant/device/dev_1/config", config).unwrap();
    let names: Vec<&str> = entities.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["bolt", "door"]);
    assert!(
        entities
            .iter()
            .all(|(_, entity)| entity.availability[0].topic == "dev_1/there")
    );
    let many: String = (0..33).map(|n| format!(r#""{n}":{{"p":"sensor"}},"#)).collect();
    let many = format!(r#"{{"cmps":{{{}}}}}"#, many.trim_end_matches(','));
    assert_eq!(
        told("homeassistant/device/dev_1/config", &many),
        Err(DiscoveryError::TooMany)
    );
}

#[test]
fn other_topics_and_other_components_say_nothing() {
    assert_eq!(read("dev_1/state", b"ON", &device()), Ok(Told::Nothing));
    assert_eq!(
        read("homeassistant/lock/dev_1/bolt/state", b"ON", &device()),
        Ok(Told::Nothing)
    );
    assert_eq!(told("homeassistant/sensor/dev_1/x/config", "{}"), Ok(Vec::new()));
    assert_eq!(told(LOCK, ""), Ok(Vec::new()));
}

/// What our own devices offer is what we read.
#[test]
fn our_own_offer_is_understood() {
    for kind in DeviceKind::ALL.into_iter().filter(|kind| kind.can_prove_itself()) {
        let Offered {
            topic,
            config,
            state_topic,
            ..
        } = offer(&device(), kind, "玄関").unwrap();
        let Ok(Told::Entities(entities)) = read(&topic, config.as_bytes(), &device()) else {
            panic!("{kind:?}")
        };
        assert!(!entities.is_empty() && entities.iter().all(|(_, entity)| entity.state_topic == state_topic));
    }
    assert!(offer(&device(), DeviceKind::ElectricRainDoor, "x").is_none());
}

proptest! {
    /// Whatever bytes a device publishes, reading them ends, and no entity points outside the device's own topics.
    #[test]
    fn no_message_leads_out_of_the_devices_own_topics(payload in any::<Vec<u8>>(), config in "[ -~]{0,200}") {
        for bytes in [payload.as_slice(), config.as_bytes()] {
            for topic in [SENSOR, LOCK, "homeassistant/device/dev_1/config"] {
                if let Ok(Told::Entities(entities)) = read(topic, bytes, &device()) {
                    for (_, entity) in entities {
                        prop_assert_eq!(topic::check_publish(&entity.state_topic, &device()), Ok(()));
                    }
                }
            }
        }
    }
}
