//! The device descriptions of the ECHONET Lite Web API: what a device is, which properties it has and which values
//! they take, in JSON schema with Japanese and English names.

use serde_json::{Map, Value, json};
use tomori_echonet_lite::class::{self, Access, Announce, Data, Meaning, Number, PropertySpec, State};
use tomori_smart_home::{DeviceKind, PropertyName, PropertyValue};

use super::words::{self, Words};

/// Why a value cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotSettable {
    /// The device has no such property.
    NoProperty,
    /// Nobody sets it.
    ReadOnly,
    /// Locks are not operated over this interface: unlocking needs the statements of use case 2 (T2-5), and without
    /// them the door stays as it is.
    Lock,
    /// The value does not fit.
    Value {
        /// What is taken.
        expected: String,
    },
}

/// The description of a device of a kind. `reported` are the properties it has been heard of; the ones that its class
/// requires are described in any case.
pub(super) fn description(kind: DeviceKind, reported: &[&PropertyName]) -> Value {
    let properties: Map<String, Value> = class::lookup(kind.class_code())
        .into_iter()
        .flat_map(class::Class::properties)
        .filter(|spec| {
            spec.get == Access::Required
                || spec.set == Access::Required
                || reported.iter().any(|name| name.as_str() == spec.name)
        })
        .map(|spec| (spec.name.to_owned(), property(kind, spec)))
        .collect();
    json!({
        "deviceType": kind.short_name(),
        "eoj": format!("0x{:04X}", kind.class_code()),
        "descriptions": both(words::kind(kind)),
        "properties": properties,
        "actions": {},
        "events": {},
    })
}

/// Checks a wish against the class table.
///
/// # Errors
/// Why the value cannot be set.
pub(super) fn settable(kind: DeviceKind, name: &PropertyName, value: &PropertyValue) -> Result<(), NotSettable> {
    let spec = class::lookup(kind.class_code())
        .and_then(|class| class.by_name(name.as_str()))
        .ok_or(NotSettable::NoProperty)?;
    if spec.set == Access::No {
        return Err(NotSettable::ReadOnly);
    }
    if is_lock(kind, spec) {
        return Err(NotSettable::Lock);
    }
    spec.encode(value).map(drop).map_err(|_| NotSettable::Value {
        expected: spec.expected(),
    })
}

fn is_lock(kind: DeviceKind, spec: &PropertySpec) -> bool {
    kind == DeviceKind::ElectricLock || spec.name == "electricLock"
}

fn property(kind: DeviceKind, spec: &PropertySpec) -> Value {
    json!({
        "epc": format!("0x{:02X}", spec.epc),
        "descriptions": name(spec.name),
        "writable": spec.set != Access::No && !is_lock(kind, spec),
        "observable": spec.announce != Announce::No,
        "schema": schema(&spec.data),
    })
}

fn schema(data: &Data) -> Value {
    match data {
        Data::States(states) => of_states(states),
        Data::Number(number) => beside(of_number(number), number.states),
        Data::Level { most, states, .. } => beside(
            json!({"type": "number", "minimum": 1, "maximum": most, "multipleOf": 1}),
            states,
        ),
        Data::Bytes { least, most } => json!({
            "type": "string",
            "pattern": "^([0-9a-f]{2})*$",
            "minLength": u16::from(*least) * 2,
            "maxLength": u16::from(*most) * 2,
        }),
        Data::Ascii(most) => json!({"type": "string", "maxLength": most}),
        Data::Time { last_hour: 23 } => json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
        Data::Time { .. } => json!({"type": "string", "pattern": "^[0-9]{2,3}:[0-5][0-9]$"}),
        Data::Date => json!({"type": "string", "format": "date"}),
    }
}

fn of_number(number: &Number) -> Value {
    let steps = f64::from(number.steps_per_unit);
    let in_unit = |wire: i64| {
        // Whole numbers are written as such; wire numbers have at most 32 bits.
        if number.steps_per_unit == 1 {
            json!(wire)
        } else {
            json!(i32::try_from(wire).map_or(f64::from(u32::MAX), f64::from) / steps)
        }
    };
    let mut schema = json!({
        "type": "number",
        "minimum": in_unit(number.least),
        "maximum": in_unit(number.most),
        "multipleOf": if number.steps_per_unit == 1 { json!(1) } else { json!(1.0 / steps) },
    });
    if !number.unit.is_empty()
        && let Some(schema) = schema.as_object_mut()
    {
        schema.insert("unit".to_owned(), json!(unit(number.unit)));
    }
    schema
}

/// The Web API spells units in ASCII.
fn unit(unit: &str) -> &str {
    match unit {
        "°C" => "Celsius",
        "°" => "degree",
        other => other,
    }
}

fn of_states(states: &[State]) -> Value {
    let boolean = states.iter().all(|state| matches!(state.meaning, Meaning::Is(_)));
    let mut known: Vec<Value> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for state in states {
        let value = match state.meaning {
            Meaning::Is(on) => json!(on),
            Meaning::Word(word) => json!(word),
        };
        if known.contains(&value) {
            continue;
        }
        known.push(value.clone());
        let descriptions = match state.meaning {
            Meaning::Is(true) => json!({"ja": "はい・入", "en": "Yes, on"}),
            Meaning::Is(false) => json!({"ja": "いいえ・切", "en": "No, off"}),
            Meaning::Word(word) => words::state(word).map_or_else(|| json!({"ja": word, "en": word}), both),
        };
        values.push(json!({
            "value": value,
            "descriptions": descriptions,
            "edt": format!("0x{:0width$X}", state.first, width = usize::from(state.bytes) * 2),
        }));
    }
    if boolean {
        json!({"type": "boolean", "values": values})
    } else {
        json!({"type": "string", "enum": known, "values": values})
    }
}

fn beside(schema: Value, states: &[State]) -> Value {
    if states.is_empty() {
        schema
    } else {
        json!({"oneOf": [schema, of_states(states)]})
    }
}

fn name(name: &str) -> Value {
    words::property(name).map_or_else(|| json!({"ja": name, "en": name}), both)
}

fn both(words: Words) -> Value {
    json!({"ja": words.ja, "en": words.en})
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::property::name;

    use super::*;

    fn all_specs() -> impl Iterator<Item = (DeviceKind, &'static PropertySpec)> {
        DeviceKind::ALL.into_iter().flat_map(|kind| {
            class::lookup(kind.class_code())
                .unwrap()
                .properties()
                .map(move |spec| (kind, spec))
        })
    }

    #[test]
    fn a_shutter_describes_itself_in_both_languages() {
        let text = description(
            DeviceKind::ElectricRainDoor,
            &[&name::open_close_status(), &name::degree_of_opening()],
        );
        let operation = &text["properties"]["openCloseOperation"];
        assert_eq!(text["deviceType"], "electricRainDoor");
        assert_eq!(text["eoj"], "0x0263");
        assert_eq!(operation["epc"], "0xE0");
        assert_eq!(operation["writable"], true);
        assert_eq!(operation["schema"]["enum"], json!(["open", "close", "stop"]));
        assert_eq!(operation["schema"]["values"][0]["descriptions"]["ja"], "開ける");
        assert_eq!(operation["schema"]["values"][0]["edt"], "0x41");
        assert_eq!(text["properties"]["openCloseStatus"]["writable"], false);
        let degree = &text["properties"]["degreeOfOpening"]["schema"];
        assert_eq!(
            (&degree["minimum"], &degree["maximum"], &degree["unit"]),
            (&json!(0), &json!(100), &json!("%"))
        );
        assert!(
            text["properties"].get("blindAngle").is_none(),
            "not reported and not required"
        );
    }

    #[test]
    fn every_property_and_every_state_has_a_name_in_both_languages() {
        let word = |meaning| match meaning {
            Meaning::Word(word) => Some(word),
            Meaning::Is(_) => None,
        };
        for (kind, spec) in all_specs() {
            assert!(words::property(spec.name).is_some(), "{kind:?} {}", spec.name);
            let states = match spec.data {
                Data::States(states) | Data::Level { states, .. } => states,
                Data::Number(number) => number.states,
                _ => &[],
            };
            for word in states.iter().filter_map(|state| word(state.meaning)) {
                assert!(words::state(word).is_some(), "{kind:?} {} {word}", spec.name);
            }
        }
    }

    /// T3-10 EP① 不正アクセス: no request over this interface moves a lock, whatever the token may do.
    #[test]
    fn no_lock_is_operated_over_the_api() {
        for (kind, spec) in all_specs().filter(|(kind, _)| *kind == DeviceKind::ElectricLock) {
            for value in [PropertyValue::Boolean(false), PropertyValue::Boolean(true)] {
                assert_ne!(settable(kind, &spec.property_name(), &value), Ok(()), "{}", spec.name);
            }
            assert_eq!(property(kind, spec)["writable"], false);
        }
        let lock_of_a_shutter = PropertyName::known("electricLock");
        assert_eq!(
            settable(
                DeviceKind::ElectricRainDoor,
                &lock_of_a_shutter,
                &PropertyValue::Boolean(false)
            ),
            Err(NotSettable::Lock)
        );
    }

    #[test]
    fn a_wish_is_checked_against_the_class_table() {
        let shutter = DeviceKind::ElectricRainDoor;
        let open = PropertyValue::word("open");
        assert_eq!(settable(shutter, &name::open_close_operation(), &open), Ok(()));
        assert_eq!(
            settable(shutter, &name::open_close_status(), &open),
            Err(NotSettable::ReadOnly)
        );
        assert_eq!(
            settable(shutter, &PropertyName::known("rgb"), &open),
            Err(NotSettable::NoProperty)
        );
        assert_eq!(
            settable(shutter, &name::open_close_operation(), &PropertyValue::word("ajar")),
            Err(NotSettable::Value {
                expected: "open, close, stop".to_owned()
            })
        );
    }
}
