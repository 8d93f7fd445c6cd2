//! 0x0EF0 node profile (ノードプロファイル). It is no device and shares nothing with the device super class.

use super::spec::{ON_OFF_30, YES_NO_41, bytes};
use super::super_class::FAULTS;
use super::{Class, Data, Number, PropertySpec, Width};

pub(super) static CLASS: Class = Class {
    code: 0x0ef0,
    short_name: "nodeProfile",
    own: PROPERTIES,
    inherited: &[],
};

static PROPERTIES: &[PropertySpec] = &[
    // true: the node works.
    PropertySpec::new(0x80, "operatingStatus", ON_OFF_30)
        .get_required()
        .read_only()
        .announced(),
    PropertySpec::new(0x82, "version", bytes(4)).get_required().read_only(),
    PropertySpec::new(0x83, "id", Data::Bytes { least: 1, most: 17 })
        .get_required()
        .read_only(),
    PropertySpec::new(0x88, "faultStatus", YES_NO_41).read_only(),
    PropertySpec::new(0x89, "faultDescription", Data::States(&FAULTS)).read_only(),
    PropertySpec::new(0x8a, "manufacturer", bytes(3))
        .get_required()
        .read_only(),
    PropertySpec::new(0x8b, "businessFacilityCode", bytes(3)).read_only(),
    PropertySpec::new(0x8c, "productCode", Data::Ascii(12)).read_only(),
    PropertySpec::new(0x8d, "serialNumber", Data::Ascii(12)).read_only(),
    PropertySpec::new(0x8e, "productionDate", Data::Date).read_only(),
    PropertySpec::new(0xbf, "uid", bytes(2)),
    PropertySpec::new(0xd3, "selfNodeInstances", bytes(3))
        .get_required()
        .read_only(),
    PropertySpec::new(
        0xd4,
        "selfNodeClasses",
        Data::Number(Number::new(Width::U16, 1, 253, "")),
    )
    .get_required()
    .read_only(),
    // The lists are read by `discovery`: they are longer than a word may be.
    PropertySpec::new(0xd5, "instanceListNotification", Data::Bytes { least: 1, most: 128 })
        .read_only()
        .announced(),
    PropertySpec::new(0xd6, "selfNodeInstanceListS", Data::Bytes { least: 1, most: 128 })
        .get_required()
        .read_only(),
    PropertySpec::new(0xd7, "selfNodeClassListS", Data::Bytes { least: 1, most: 17 })
        .get_required()
        .read_only(),
];
