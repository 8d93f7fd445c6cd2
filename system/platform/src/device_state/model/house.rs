//! Homes, their equipment, and the twin of each device.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use thiserror::Error;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::property::Source;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{
    CommandId, Device, DeviceId, DeviceKind, Equipment, GatewayId, HomeId, PropertyName, PropertyValue, Trust,
};

use super::CommandRecord;

/// A home to be served. Its name and address are personal information and live there, not here.
#[derive(Debug, Clone, PartialEq)]
pub struct NewHome {
    /// IANA time zone, `Asia/Tokyo`.
    pub time_zone: String,
    /// Degrees north, −90 to 90; kept to 0.01° (SR3-SP-12: no more than the service needs).
    pub latitude: f64,
    /// Degrees east, −180 to 180; kept likewise.
    pub longitude: f64,
}

/// A line for the equipment list (設計図書).
#[derive(Debug, Clone, PartialEq)]
pub struct NewEquipment {
    /// What it is.
    pub kind: DeviceKind,
    /// The room, 1 to 40 characters.
    pub room: String,
    /// The name, 1 to 40 characters.
    pub name: String,
    /// The maker's product code, at most 80 characters.
    pub model: String,
    /// Where it answers, when it is known already.
    pub endpoint: Option<Endpoint>,
}

/// Whether something answers, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Reachability {
    /// Nothing was ever heard of it.
    Never,
    /// It answers.
    Reachable {
        /// Since when.
        since: Timestamp,
    },
    /// It does not answer.
    Unreachable {
        /// When it was last heard of.
        since: Timestamp,
    },
}

/// What the platform knows of a home's gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayState {
    /// The gateway that spoke last; `None` when none ever did.
    pub id: Option<GatewayId>,
    /// Whether it is connected.
    pub reachability: Reachability,
    /// Its software, as it says.
    pub software: String,
    /// Where residents reach it inside the house; empty when it has no such door.
    pub local_url: String,
    /// The version of the house plan it works by; 0 for none.
    pub plan_version: u64,
}

/// A home in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HomeSummary {
    /// The home.
    pub id: HomeId,
    /// Where it is.
    pub place: Place,
    /// When it was added.
    pub added_at: Timestamp,
    /// Its gateway.
    pub gateway: GatewayState,
    /// Lines on the equipment list.
    pub devices: u32,
    /// Of those, how many have no node yet.
    pub devices_waiting: u32,
    /// Of those, how many do not answer.
    pub devices_lost: u32,
    /// Nodes on the house's network that are not on the list.
    pub unknown_nodes: u32,
}

/// A home with its devices and their twins.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct House {
    /// The home.
    pub id: HomeId,
    /// Where it is.
    pub place: Place,
    /// Its gateway.
    pub gateway: GatewayState,
    /// Its devices, by room, then name.
    pub devices: Vec<DeviceState>,
}

/// A device and all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceState {
    /// Its line on the equipment list.
    #[serde(flatten)]
    pub equipment: Equipment,
    /// How far what it says can be believed; `null` until something answers for it.
    pub trust: Option<Trust>,
    /// Whether it answers the gateway, by the gateway's last word.
    pub reachability: Reachability,
    /// Somebody operated it by hand, and remote wishes wait until then (guideline 4.2); `None` when that is past.
    pub hold_until: Option<Timestamp>,
    /// Its properties, by name.
    pub properties: BTreeMap<PropertyName, PropertyState>,
    /// The newest command for it, final or not.
    pub last_command: Option<CommandRecord>,
}

/// The two sides of a property: what was wished for, and what was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyState {
    /// What the newest command that is still under way wants.
    pub desired: Option<Desired>,
    /// What the device last said.
    pub reported: Option<Reported>,
    /// What the report is worth now.
    pub quality: Quality,
}

/// A wish that is under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// The wanted value.
    pub value: PropertyValue,
    /// The command that wants it.
    pub command: CommandId,
    /// Since when.
    pub since: Timestamp,
}

/// A value that was read from the device.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// The value.
    pub value: PropertyValue,
    /// When the device said so, by the gateway's clock.
    pub at: Timestamp,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// How the gateway came to know it.
    pub source: Source,
}

/// What a report is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "quality", rename_all = "camelCase")]
pub enum Quality {
    /// The device answers, the gateway is connected: this is how it is.
    Confirmed,
    /// The device answers again after an absence, and has not said this property again yet.
    Stale {
        /// Since when it is in doubt.
        since: Timestamp,
    },
    /// Nobody knows: the device or the gateway does not answer, or it never said.
    Unknown {
        /// Since when; `None` when it was never known.
        since: Option<Timestamp>,
    },
}

/// A node on the house's network that is not on the equipment list. It is never controlled (SR2-H-4 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownNode {
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Its network address, as the gateway saw it.
    pub address: String,
    /// When the gateway first told of it.
    pub first_seen: Timestamp,
    /// When the gateway last told of it.
    pub last_seen: Timestamp,
}

/// Lines on one equipment list at most; the house plan takes no more.
pub(in crate::device_state) const MOST_DEVICES: usize = 200;
/// Unknown nodes that are remembered for one home at most.
pub(in crate::device_state) const MOST_UNKNOWN: u32 = 100;

impl NewHome {
    /// The place, if it is one.
    pub(in crate::device_state) fn place(&self) -> Result<Place, Unfit> {
        if self.time_zone.len() > 60 || TimeZone::get(&self.time_zone).is_err() {
            return Err(Unfit::new(
                "timeZone",
                "not an IANA time zone; write for example `Asia/Tokyo`",
            ));
        }
        let degrees = |field, given: f64, most: f64| {
            if given.is_finite() && given.abs() <= most {
                Ok((given * 100.0).round() / 100.0)
            } else {
                Err(Unfit::new(field, &format!("not between -{most} and {most} degrees")))
            }
        };
        Ok(Place {
            time_zone: self.time_zone.clone(),
            latitude: degrees("latitude", self.latitude, 90.0)?,
            longitude: degrees("longitude", self.longitude, 180.0)?,
        })
    }
}

impl NewEquipment {
    /// The line under an id, if it fits.
    pub(in crate::device_state) fn line(self, id: DeviceId) -> Result<Equipment, Unfit> {
        if let Some(endpoint) = &self.endpoint {
            check_endpoint(self.kind, endpoint)?;
        }
        Ok(Equipment {
            device: Device {
                id,
                kind: self.kind,
                room: text("room", &self.room, 1, 40)?,
                name: text("name", &self.name, 1, 40)?,
            },
            model: text("model", &self.model, 0, 80)?,
            endpoint: self.endpoint,
            certificate: None,
        })
    }
}

/// Whether a node's object can be a device of this kind.
pub(in crate::device_state) fn check_endpoint(kind: DeviceKind, endpoint: &Endpoint) -> Result<(), Unfit> {
    if endpoint.class_code != kind.class_code() {
        return Err(Unfit::new(
            "endpoint.classCode",
            &format!(
                "0x{:04X} is not a {}; that is 0x{:04X}",
                endpoint.class_code,
                kind.short_name(),
                kind.class_code()
            ),
        ));
    }
    if !(1..=127).contains(&endpoint.instance) {
        return Err(Unfit::new("endpoint.instance", "not between 1 and 127"));
    }
    Ok(())
}

/// A text as it is kept: without space around it, without control characters, of the right length.
pub(in crate::device_state) fn text(
    field: &'static str,
    given: &str,
    least: usize,
    most: usize,
) -> Result<String, Unfit> {
    let given = given.trim();
    let length = given.chars().take(most + 1).count();
    if !(least..=most).contains(&length) {
        return Err(Unfit::new(field, &format!("needs {least} to {most} characters")));
    }
    if given.chars().any(char::is_control) {
        return Err(Unfit::new(
            field,
            "holds a line break or another control character; leave it out",
        ));
    }
    Ok(given.to_owned())
}

/// A field of a request does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct Unfit {
    /// Which field, as the API spells it.
    pub field: &'static str,
    /// What is wrong with it and what would fit.
    pub why: String,
}

impl Unfit {
    pub(in crate::device_state) fn new(field: &'static str, why: &str) -> Self {
        Self {
            field,
            why: why.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_no_finer_than_sunrise_needs() {
        let home = |time_zone: &str, latitude| NewHome {
            time_zone: time_zone.to_owned(),
            latitude,
            longitude: 139.691_706,
        };
        let place = home("Asia/Tokyo", 35.689_488).place().unwrap();
        assert_eq!((place.latitude, place.longitude), (35.69, 139.69));
        assert_eq!(home("Asia/Tokio", 35.0).place().unwrap_err().field, "timeZone");
        assert_eq!(home("Asia/Tokyo", 90.1).place().unwrap_err().field, "latitude");
        assert_eq!(home("Asia/Tokyo", f64::NAN).place().unwrap_err().field, "latitude");
    }

    #[test]
    fn a_light_is_not_adopted_as_a_shutter() {
        let endpoint = |class_code, instance| Endpoint {
            node: "fe01".parse().unwrap(),
            class_code,
            instance,
        };
        assert!(check_endpoint(DeviceKind::ElectricRainDoor, &endpoint(0x0263, 1)).is_ok());
        let refused = check_endpoint(DeviceKind::ElectricRainDoor, &endpoint(0x0290, 1)).unwrap_err();
        assert!(refused.to_string().contains("0x0263"), "{refused}");
        assert!(check_endpoint(DeviceKind::ElectricRainDoor, &endpoint(0x0263, 0)).is_err());
    }

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(text("name", "  居間 ", 1, 40).unwrap(), "居間");
        for bad in ["", "   ", "a\nb", &"あ".repeat(41)] {
            assert!(text("name", bad, 1, 40).is_err(), "{bad}");
        }
    }
}
