//! The ECHONET Lite Web API.

use std::collections::BTreeMap;

shapes! {
    /// The versions of the ECHONET Lite Web API.
    ElapiVersions {
        /// One.
        versions: Vec<ElapiVersion>,
    }

    /// A version.
    ElapiVersion {
        /// `v1`.
        id: String,
        /// `CURRENT`.
        status: String,
        /// Since when.
        #[schema(format = DateTime)]
        updated: String,
    }

    /// What the version offers.
    ElapiServices {
        /// One: `devices`.
        v1: Vec<ElapiService>,
    }

    /// A service.
    ElapiService {
        /// `devices`.
        name: String,
        /// In both languages.
        descriptions: Names,
        /// How many there are for the caller.
        total: usize,
    }

    /// A page of devices.
    ElapiDevices {
        /// The devices.
        devices: Vec<ElapiDevice>,
        /// Whether there are more.
        has_more: bool,
        /// How many a page has at most.
        limit: usize,
        /// How many came before.
        offset: usize,
    }

    /// A device in a list.
    ElapiDevice {
        /// Its id.
        id: String,
        /// The short name of its class.
        device_type: String,
        /// The standard it speaks.
        protocol: ElapiProtocol,
        /// Its maker.
        manufacturer: ElapiManufacturer,
        /// The home it is in.
        home: String,
        /// The room, as the residents call it.
        room: String,
        /// Its name, as the residents call it.
        name: String,
    }

    /// The standard a device speaks.
    ElapiProtocol {
        /// The protocol.
        #[schema(rename = "type")]
        kind: String,
        /// Release of the appendix; empty when the device has not said.
        version: String,
    }

    /// A maker.
    ElapiManufacturer {
        /// Maker code; `0x000000` when the device has not said.
        code: String,
        /// In both languages.
        descriptions: Names,
    }

    /// A device description.
    ElapiDescription {
        /// The short name of the class.
        device_type: String,
        /// Class group and class code.
        eoj: String,
        /// In both languages.
        descriptions: Names,
        /// Properties by name.
        properties: BTreeMap<String, ElapiProperty>,
        /// None.
        actions: BTreeMap<String, String>,
        /// None.
        events: BTreeMap<String, String>,
    }

    /// A property in a device description.
    ElapiProperty {
        /// Its code.
        epc: String,
        /// In both languages.
        descriptions: Names,
        /// Whether it can be set here.
        writable: bool,
        /// Whether its changes are announced.
        observable: bool,
        /// JSON schema of its values.
        schema: serde_json::Value,
    }

    /// A name in both languages.
    Names {
        /// Japanese.
        ja: String,
        /// English.
        en: String,
    }
}
