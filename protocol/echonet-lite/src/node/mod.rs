//! The answering side of a node: what it says when others ask, set, and announce.
//!
//! The node profile (0x0EF001) is answered here from the node's [`Identity`] and the objects of its
//! [`PropertyStore`]; everything else is the store's.

mod fixed;
mod responder;

pub use fixed::Fixed;
pub use responder::{Reply, Responder, To, announcement};

use crate::{Eoj, Property, PropertyMap, discovery, epc};

/// Who a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Identification number (0x83): 0xFE, three bytes of the maker's code, thirteen of the maker's own.
    pub id: [u8; 17],
    /// The maker's code (0x8A). 0xFFFFFF is for makers without one, which includes experiments.
    pub manufacturer: [u8; 3],
}

impl Identity {
    /// The maker's code of those who have none.
    pub const NO_MANUFACTURER: [u8; 3] = [0xff; 3];

    /// An identity with a number of its own. The same number must not be on the network twice.
    #[must_use]
    pub fn new(manufacturer: [u8; 3], number: [u8; 13]) -> Self {
        let mut id = [0xfe; 17];
        id.iter_mut()
            .skip(1)
            .zip(manufacturer.into_iter().chain(number))
            .for_each(|(place, byte)| *place = byte);
        Self { id, manufacturer }
    }
}

/// Which properties an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Maps {
    /// Those that are announced when they change (0x9D).
    pub announce: PropertyMap,
    /// Those that can be set (0x9E).
    pub set: PropertyMap,
    /// Those that can be read (0x9F), the three maps among them.
    pub get: PropertyMap,
}

impl Maps {
    /// Maps of an object; the three maps themselves are added to what can be read.
    #[must_use]
    pub fn new(announce: &[u8], set: &[u8], get: &[u8]) -> Self {
        let map = |codes: &[u8]| codes.iter().copied().collect::<PropertyMap>();
        let mut get = map(get);
        [epc::ANNOUNCE_MAP, epc::SET_MAP, epc::GET_MAP]
            .into_iter()
            .for_each(|code| get.insert(code));
        Self {
            announce: map(announce),
            set: map(set),
            get,
        }
    }
}

/// The objects behind a node, without the node profile.
pub trait PropertyStore {
    /// The objects, at most 84.
    fn objects(&self) -> Vec<Eoj>;

    /// Which properties an object has. `None` for an object that is not there.
    fn maps(&self, object: Eoj) -> Option<Maps>;

    /// Reads a property that is in the object's Get map, other than the maps themselves. `None` refuses.
    fn get(&self, object: Eoj, epc: u8) -> Option<Vec<u8>>;

    /// Sets properties, in order, as one frame brought them; all are in the object's Set map. Each place of the
    /// answer says whether that property was taken; a missing place refuses.
    fn set(&mut self, object: Eoj, properties: &[Property]) -> Vec<bool>;
}

/// Properties of the node profile.
fn profile_maps() -> Maps {
    use epc::{
        CLASS_COUNT, CLASS_LIST, IDENTIFICATION, INSTANCE_COUNT, INSTANCE_LIST, INSTANCE_LIST_NOTIFICATION,
        MANUFACTURER, OPERATION_STATUS, VERSION,
    };
    Maps::new(
        &[OPERATION_STATUS, INSTANCE_LIST_NOTIFICATION],
        &[],
        &[
            OPERATION_STATUS,
            VERSION,
            IDENTIFICATION,
            MANUFACTURER,
            INSTANCE_COUNT,
            CLASS_COUNT,
            INSTANCE_LIST_NOTIFICATION,
            INSTANCE_LIST,
            CLASS_LIST,
        ],
    )
}

fn profile_property(identity: &Identity, objects: &[Eoj], code: u8) -> Option<Vec<u8>> {
    let mut classes: Vec<u16> = objects.iter().map(|object| object.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let number = |count: usize| u32::try_from(count).unwrap_or(0).to_be_bytes();
    match code {
        epc::OPERATION_STATUS => Some(vec![0x30]),
        // Version 1.14 of the specification, frames in the specified format only.
        epc::VERSION => Some(vec![0x01, 0x0e, 0x01, 0x00]),
        epc::IDENTIFICATION => Some(identity.id.to_vec()),
        epc::MANUFACTURER => Some(identity.manufacturer.to_vec()),
        epc::INSTANCE_COUNT => number(objects.len()).get(1..).map(<[u8]>::to_vec),
        epc::CLASS_COUNT => number(classes.len() + 1).get(2..).map(<[u8]>::to_vec),
        epc::INSTANCE_LIST_NOTIFICATION | epc::INSTANCE_LIST => Some(discovery::instance_list(objects)),
        epc::CLASS_LIST => {
            // The list has room for eight classes; the count says how many there are.
            let mut bytes = vec![u8::try_from(classes.len()).unwrap_or(u8::MAX)];
            bytes.extend(classes.iter().take(8).flat_map(|class| class.to_be_bytes()));
            Some(bytes)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
