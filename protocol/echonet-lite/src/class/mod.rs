//! What the properties of each class are called, who may read and set them, and what their bytes mean.
//!
//! Codes, sizes, ranges and short names are facts of the ECHONET Lite appendix and its machine readable form
//! (MRA 1.3.1); where the MRA knows several releases of a property, the latest one stands here. Values take the form
//! of the ECHONET Lite Web API: `true`/`false` for what is on or off, a word for one of several states, a number in
//! the property's unit, and a word of hexadecimal digits for bytes without a simpler meaning.

mod controller;
mod crime_prevention_sensor;
mod electric_lock;
mod electric_rain_door;
mod emergency_button;
mod fire_sensor;
mod general_lighting;
mod home_air_conditioner;
mod human_detection_sensor;
mod node_profile;
mod open_close_sensor;
mod spec;
mod super_class;
mod temperature_sensor;
mod value;

pub use spec::{Access, Announce, Data, Meaning, Number, PropertySpec, State, Width};
pub use value::ValueError;

use tomori_smart_home::{PropertyName, PropertyValue};

/// A class of objects.
#[derive(Debug)]
pub struct Class {
    /// Class group code and class code.
    pub code: u16,
    /// The short name (`electricRainDoor`).
    pub short_name: &'static str,
    /// The properties of the class itself, by ascending code.
    pub own: &'static [PropertySpec],
    /// The properties it shares with others: those of the device super class, or none.
    pub inherited: &'static [PropertySpec],
}

/// Every class, by ascending code.
pub static CLASSES: [&Class; 12] = [
    &crime_prevention_sensor::CLASS,
    &emergency_button::CLASS,
    &human_detection_sensor::CLASS,
    &temperature_sensor::CLASS,
    &fire_sensor::CLASS,
    &open_close_sensor::CLASS,
    &home_air_conditioner::CLASS,
    &electric_rain_door::CLASS,
    &electric_lock::CLASS,
    &general_lighting::CLASS,
    &controller::CLASS,
    &node_profile::CLASS,
];

/// The class of a code, `None` when it has no table here.
#[must_use]
pub fn lookup(class_code: u16) -> Option<&'static Class> {
    CLASSES.into_iter().find(|class| class.code == class_code)
}

/// What every device has, also of a class without a table.
#[must_use]
pub fn super_class() -> &'static [PropertySpec] {
    super_class::PROPERTIES
}

impl Class {
    /// All properties: the class's own, then those it shares and does not define anew.
    pub fn properties(&self) -> impl Iterator<Item = &'static PropertySpec> {
        let own = self.own;
        let shared = self
            .inherited
            .iter()
            .filter(move |shared| own.iter().all(|spec| spec.epc != shared.epc));
        own.iter().chain(shared)
    }

    /// The property with a code.
    #[must_use]
    pub fn by_epc(&self, epc: u8) -> Option<&'static PropertySpec> {
        self.properties().find(|spec| spec.epc == epc)
    }

    /// The property with a short name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&'static PropertySpec> {
        self.properties().find(|spec| spec.name == name)
    }

    /// Name and value of a property that was read. `None` for a property without a place in the table.
    #[must_use]
    pub fn read(&self, epc: u8, edt: &[u8]) -> Option<(PropertyName, Result<PropertyValue, ValueError>)> {
        let spec = self.by_epc(epc)?;
        Some((spec.property_name(), spec.decode(edt)))
    }
}

#[cfg(test)]
mod tests;
