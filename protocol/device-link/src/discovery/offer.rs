//! What Tomori's own devices say of themselves: one message for the whole device, one JSON message for its state.

use serde_json::{Value, json};
use tomori_smart_home::{DeviceId, DeviceKind};

/// What a device publishes, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The discovery topic.
    pub topic: String,
    /// The discovery message.
    pub config: String,
    /// Where the state goes, as one JSON object: the members are the names of the properties.
    pub state_topic: String,
    /// Where the device says whether it is there; its last will says that it is not.
    pub availability_topic: String,
    /// Where a lock is told what to do.
    pub command_topic: Option<String>,
}

/// What a device of a kind offers; `None` for kinds that are not connected on this road.
#[must_use]
pub fn offer(device: &DeviceId, kind: DeviceKind, name: &str) -> Option<Offered> {
    let base = format!("tomori/{device}");
    let (state_topic, command_topic) = (format!("{base}/state"), format!("{base}/set"));
    let watch = |class: &str, member: &str| {
        json!({
            "p": "binary_sensor",
            "dev_cla": class,
            "uniq_id": format!("{device}_{member}"),
            "val_tpl": format!("{{{{ value_json.{member} }}}}"),
            "pl_on": true,
            "pl_off": false,
        })
    };
    let main = match kind {
        DeviceKind::CrimePreventionSensor => json!({"detection": watch("vibration", "detection")}),
        DeviceKind::HumanDetectionSensor => json!({"detection": watch("motion", "detection")}),
        DeviceKind::FireSensor => json!({"detection": watch("smoke", "detection")}),
        DeviceKind::EmergencyButton => json!({"detection": watch("safety", "detection")}),
        DeviceKind::OpenCloseSensor => json!({"contact": watch("opening", "open")}),
        DeviceKind::ElectricLock => json!({
            "bolt": {
                "p": "lock",
                "uniq_id": format!("{device}_bolt"),
                "val_tpl": "{{ value_json.bolt }}",
                "cmd_t": command_topic,
            },
            "door": watch("door", "doorOpened"),
        }),
        _ => return None,
    };
    let mut components = main;
    if let Value::Object(components) = &mut components {
        components.insert("tamper".to_owned(), watch("tamper", "tampered"));
        components.insert("battery".to_owned(), watch("battery", "batteryLow"));
    }
    let config = json!({
        "dev": {"ids": device.as_str(), "name": name, "mf": "Tomori", "mdl": kind.short_name()},
        "o": {"name": "tomori-device"},
        "avty_t": format!("{base}/there"),
        "stat_t": state_topic,
        "qos": 1,
        "cmps": components,
    });
    Some(Offered {
        topic: format!("homeassistant/device/{device}/config"),
        config: config.to_string(),
        state_topic,
        availability_topic: format!("{base}/there"),
        command_topic: (kind == DeviceKind::ElectricLock).then_some(command_topic),
    })
}
