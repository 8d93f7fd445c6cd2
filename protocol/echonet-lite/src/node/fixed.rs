//! An object that others may only read.

use std::collections::BTreeMap;

use super::{Identity, Maps, PropertyStore};
use crate::{Eoj, Property, epc};

/// One object whose properties only its own box changes: the controller object by which the gateway introduces
/// itself.
#[derive(Debug, Clone)]
pub struct Fixed {
    object: Eoj,
    values: BTreeMap<u8, Vec<u8>>,
}

impl Fixed {
    /// A controller (0x05FF01) with the properties that every object must have.
    #[must_use]
    pub fn controller(identity: &Identity) -> Self {
        let values = [
            (epc::OPERATION_STATUS, vec![0x30]),
            (epc::INSTALLATION_LOCATION, vec![0x00]),
            // Release R of the appendix.
            (epc::VERSION, vec![0x00, 0x00, b'R', 0x00]),
            (epc::IDENTIFICATION, identity.id.to_vec()),
            (epc::FAULT_STATUS, vec![0x42]),
            (epc::MANUFACTURER, identity.manufacturer.to_vec()),
        ];
        Self {
            object: Eoj::CONTROLLER,
            values: values.into_iter().collect(),
        }
    }

    /// Changes or adds a property.
    pub fn put(&mut self, epc: u8, edt: Vec<u8>) {
        self.values.insert(epc, edt);
    }
}

impl PropertyStore for Fixed {
    fn objects(&self) -> Vec<Eoj> {
        vec![self.object]
    }

    fn maps(&self, object: Eoj) -> Option<Maps> {
        let codes: Vec<u8> = self.values.keys().copied().collect();
        let announced = [epc::OPERATION_STATUS, epc::INSTALLATION_LOCATION, epc::FAULT_STATUS];
        (object == self.object).then(|| Maps::new(&announced, &[], &codes))
    }

    fn get(&self, _object: Eoj, epc: u8) -> Option<Vec<u8>> {
        self.values.get(&epc).cloned()
    }

    fn set(&mut self, _object: Eoj, _properties: &[Property]) -> Vec<bool> {
        Vec::new()
    }
}
