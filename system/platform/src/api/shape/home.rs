//! Homes, gateways, devices and what is known of them.

use std::collections::BTreeMap;

use super::{Command, Value};

shapes! {
    /// A home of the caller.
    Home {
        /// Its id.
        #[schema(example = "home_0123456789abcdef")]
        id: String,
        /// How its residents call it.
        name: String,
    }

    /// A home and what is known of it.
    House {
        /// Its id.
        id: String,
        /// How its residents call it.
        name: String,
        /// IANA time zone and position, rounded to 0.01°.
        place: Place,
        /// Its gateway.
        gateway: Gateway,
        /// Its devices, by room, then name.
        devices: Vec<Device>,
    }

    /// Where a home is.
    Place {
        /// IANA time zone.
        #[schema(example = "Asia/Tokyo")]
        time_zone: String,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    }

    /// What is known of a home's gateway.
    Gateway {
        /// The gateway that spoke last.
        id: Option<String>,
        /// Whether it is connected.
        reachability: Reachability,
        /// Its software, as it says.
        software: String,
        /// Where residents reach it inside the house; empty when it has no such door.
        local_url: String,
        /// The version of the house plan it works by; 0 for none.
        plan_version: u64,
    }

    /// Whether something answers.
    Reachability {
        /// `never`, `reachable`, `unreachable`.
        #[schema(example = "reachable")]
        state: String,
        /// Since when; absent with `never`.
        #[schema(required = false, format = DateTime)]
        since: String,
    }

    /// A device and all that is known of it.
    Device {
        /// Its id.
        #[schema(example = "dev_0123456789abcdef")]
        id: String,
        /// What it is, by the short name of its class.
        #[schema(example = "electricRainDoor")]
        kind: String,
        /// The room, as the residents call it.
        room: String,
        /// Its name, as the residents call it.
        name: String,
        /// The maker's product code, as installed.
        model: String,
        /// Where it answers on the house's network; `null` until a node is adopted for it.
        endpoint: Option<Endpoint>,
        /// The how manieth certificate of the house's own authority it proves itself with, from 1; absent for a device
        /// that does not prove itself.
        #[schema(required = false)]
        certificate: u32,
        /// How far what it says can be believed: `authenticated` when it proves itself, `unauthenticated` when anybody on
        /// the house's network could say the same, `null` until something answers for it.
        #[schema(example = "unauthenticated")]
        trust: Option<String>,
        /// Whether it answers its gateway.
        reachability: Reachability,
        /// Somebody operated it by hand, and remote wishes wait until then.
        #[schema(format = DateTime)]
        hold_until: Option<String>,
        /// Its properties, by name.
        properties: BTreeMap<String, Property>,
        /// The newest command for it, final or not.
        last_command: Option<Command>,
    }

    /// A place on the house's network.
    Endpoint {
        /// The node's identification number (0x83), hexadecimal.
        node: String,
        /// Class group and class code.
        class_code: u16,
        /// Instance.
        instance: u8,
    }

    /// The two sides of a property.
    Property {
        /// What the newest command that is still under way wants.
        desired: Option<Desired>,
        /// What the device last said.
        reported: Option<Reported>,
        /// What the report is worth now.
        quality: Quality,
    }

    /// A wish that is under way.
    Desired {
        /// The wanted value.
        value: Value,
        /// The command that wants it.
        command: String,
        /// Since when.
        #[schema(format = DateTime)]
        since: String,
    }

    /// A value that was read from the device.
    Reported {
        /// The value.
        value: Value,
        /// When the device said so, by the gateway's clock.
        #[schema(format = DateTime)]
        at: String,
        /// When the platform stored it.
        #[schema(format = DateTime)]
        stored_at: String,
        /// `announced`, `polled`, `readBack`.
        source: String,
    }

    /// What a report is worth now.
    Quality {
        /// `confirmed`, `stale`, `unknown`.
        #[schema(example = "confirmed")]
        quality: String,
        /// Since when it is in doubt; absent with `confirmed`.
        #[schema(required = false, format = DateTime)]
        since: Option<String>,
    }
}
