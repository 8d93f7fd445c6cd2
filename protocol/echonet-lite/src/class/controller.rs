//! 0x05FF controller (コントローラ): the gateway itself. Of its own properties only the two that tell of the
//! controller stand here; the device list of the class belongs to systems that share theirs over ECHONET Lite.

use super::{Class, Data, Number, PropertySpec, Width, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x05ff,
    short_name: "controller",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0xc0, "controllerId", Data::Bytes { least: 1, most: 40 }).read_only(),
    PropertySpec::new(
        0xc1,
        "numberOfDevices",
        Data::Number(Number::new(Width::U16, 0, 65533, "")),
    )
    .read_only(),
];
