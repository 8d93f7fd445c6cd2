//! 0x0011 temperature sensor (温度センサ).

use super::{Class, Data, Number, PropertySpec, Width, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0011,
    short_name: "temperatureSensor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[PropertySpec::new(
    0xe0,
    "value",
    Data::Number(Number::new(Width::I16, -2732, 32766, "°C").steps_per_unit(10)),
)
.get_required()
.read_only()];
