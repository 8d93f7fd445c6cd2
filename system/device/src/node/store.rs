//! The properties of a node's one object: what every device has, and the thing's own.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use tomori_echonet_lite::node::{Identity, Maps, PropertyStore};
use tomori_echonet_lite::{Eoj, Property, epc};

use super::Common;
use crate::appliance::Appliance;

/// The product code of every virtual thing, 12 bytes of ASCII.
const PRODUCT: [u8; 12] = *b"TOMORI-V1\0\0\0";

/// 0x8C is told; all of these exist on every node.
const GET: [u8; 8] = [
    epc::OPERATION_STATUS,
    epc::INSTALLATION_LOCATION,
    epc::VERSION,
    epc::IDENTIFICATION,
    epc::FAULT_STATUS,
    epc::MANUFACTURER,
    epc::PRODUCT_CODE,
    epc::REMOTE_CONTROL,
];
const SET: [u8; 2] = [epc::INSTALLATION_LOCATION, epc::REMOTE_CONTROL];
const ANNOUNCE: [u8; 3] = [epc::OPERATION_STATUS, epc::INSTALLATION_LOCATION, epc::FAULT_STATUS];

/// A node's properties for the length of one frame.
pub(super) struct Store<'a> {
    pub(super) object: Eoj,
    pub(super) id: &'a Identity,
    pub(super) appliance: &'a mut dyn Appliance,
    pub(super) common: &'a mut Common,
    pub(super) from: Ipv4Addr,
    pub(super) now: Timestamp,
}

impl Store<'_> {
    /// Whether the thing can have a fault; only then it has a fault description.
    fn describes_faults(&self) -> bool {
        self.object.class == 0x0263
    }

    fn set_one(&mut self, property: &Property, remote: bool) -> bool {
        match (property.epc, property.edt.as_slice()) {
            (epc::REMOTE_CONTROL, &[byte @ (0x41 | 0x42)]) => {
                self.common.remote_control = byte;
                true
            }
            (epc::REMOTE_CONTROL, _) => false,
            (epc::INSTALLATION_LOCATION, location) => {
                let fits = location.len() == 1 || (location.len() == 17 && location.first() == Some(&0x01));
                if fits {
                    self.common.location = location.to_vec();
                }
                fits
            }
            (own, edt) => {
                let permitted = !remote || self.appliance.permits_remote();
                permitted && self.appliance.set(own, edt, self.now)
            }
        }
    }
}

impl PropertyStore for Store<'_> {
    fn objects(&self) -> Vec<Eoj> {
        vec![self.object]
    }

    fn maps(&self, object: Eoj) -> Option<Maps> {
        let own = self.appliance.codes();
        let faults: &[u8] = if self.describes_faults() {
            &[epc::FAULT_DESCRIPTION]
        } else {
            &[]
        };
        (object == self.object).then(|| {
            Maps::new(
                &[&ANNOUNCE, own.announce, faults].concat(),
                &[&SET, own.set].concat(),
                &[&GET, own.get, faults].concat(),
            )
        })
    }

    fn get(&self, _object: Eoj, code: u8) -> Option<Vec<u8>> {
        if let Some(own) = self.appliance.get(code, self.now) {
            return Some(own);
        }
        let fault = self.appliance.fault();
        Some(match code {
            epc::OPERATION_STATUS => vec![0x30],
            epc::INSTALLATION_LOCATION => self.common.location.clone(),
            // Release R of the appendix.
            epc::VERSION => vec![0x00, 0x00, b'R', 0x00],
            epc::IDENTIFICATION => self.id.id.to_vec(),
            epc::FAULT_STATUS => vec![if fault.is_some() { 0x41 } else { 0x42 }],
            epc::FAULT_DESCRIPTION => fault.unwrap_or(0).to_be_bytes().to_vec(),
            epc::MANUFACTURER => self.id.manufacturer.to_vec(),
            epc::PRODUCT_CODE => PRODUCT.to_vec(),
            epc::REMOTE_CONTROL => vec![self.common.remote_control],
            _ => return None,
        })
    }

    /// One frame is one wish. Where it says itself whether it comes through a public network (0x93), that counts for
    /// this frame. A declaration that comes alone counts for the following frames of the same sender.
    fn set(&mut self, _object: Eoj, properties: &[Property]) -> Vec<bool> {
        let declared = properties
            .iter()
            .find(|property| property.epc == epc::REMOTE_CONTROL)
            .map(|property| property.edt == [0x42]);
        if let (Some(remote), [_]) = (declared, properties) {
            self.common.remote_from = remote.then_some(self.from);
        }
        let remote = declared.unwrap_or(self.common.remote_from == Some(self.from));
        properties
            .iter()
            .map(|property| self.set_one(property, remote))
            .collect()
    }
}
