//! What a node answers.

use super::{Identity, Maps, PropertyStore, profile_maps, profile_property};
use crate::{Eoj, Esv, Frame, Property, epc};

/// The most objects of one node that answer a frame to all instances.
const MOST_ANSWERING: usize = crate::discovery::MOST_INSTANCES;

/// The bytes that read properties may fill in one answer. Whoever asks for more is answered in part, which the
/// protocol can say, instead of with a frame that does not fit a packet.
const READ_ROOM: usize = crate::frame::LONGEST_WRITTEN - 64;

/// Where an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum To {
    /// To the node that asked, at the ECHONET Lite port.
    Sender,
    /// To the multicast group.
    Everyone,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Where it goes.
    pub to: To,
    /// The frame.
    pub frame: Frame,
}

/// Answers the frames that others send to a node.
#[derive(Debug, Clone)]
pub struct Responder {
    identity: Identity,
}

impl Responder {
    /// A responder for a node.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity }
    }

    /// Who the node is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The announcement of the instance list (D5) that a node makes when it starts, and when its objects change.
    #[must_use]
    pub fn startup(&self, tid: u16, store: &impl PropertyStore) -> Frame {
        let list = crate::discovery::instance_list(&store.objects());
        announcement(
            tid,
            Eoj::NODE_PROFILE,
            vec![Property::new(epc::INSTANCE_LIST_NOTIFICATION, list)],
        )
    }

    /// What the node answers to a frame: nothing to announcements, to answers, to objects it does not have and to
    /// requests for nothing (OPC 0); one frame for each object that was meant otherwise.
    pub fn answer(&self, frame: &Frame, store: &mut impl PropertyStore) -> Vec<Reply> {
        let asks_nothing = frame.properties.is_empty() && frame.read.is_empty();
        if !frame.esv.is_request() || asks_nothing {
            return Vec::new();
        }
        let mut objects = store.objects();
        objects.push(Eoj::NODE_PROFILE);
        objects
            .into_iter()
            .filter(|object| frame.deoj.reaches(*object))
            .take(MOST_ANSWERING)
            .filter_map(|object| self.answer_for(object, frame, store))
            .collect()
    }

    fn answer_for(&self, object: Eoj, frame: &Frame, store: &mut impl PropertyStore) -> Option<Reply> {
        let maps = if object.is_node_profile() {
            profile_maps()
        } else {
            store.maps(object)?
        };
        let (set, done) = match frame.esv {
            Esv::SetI | Esv::SetC | Esv::SetGet => set_all(object, &maps, &frame.properties, store),
            Esv::Infc => (frame.properties.iter().map(|p| Property::bare(p.epc)).collect(), true),
            _ => (Vec::new(), true),
        };
        let asked = if frame.esv == Esv::SetGet {
            &frame.read
        } else {
            &frame.properties
        };
        let (read, found) = match frame.esv {
            Esv::Get | Esv::InfReq | Esv::SetGet => self.read_all(object, &maps, asked, store),
            _ => (Vec::new(), true),
        };
        let esv = if done && found {
            frame.esv.granted()?
        } else {
            frame.esv.refused()?
        };
        let mut answer = frame.answer(object, esv, Vec::new());
        match frame.esv {
            Esv::SetGet => {
                answer.properties = set;
                answer.read = read;
            }
            Esv::Get | Esv::InfReq => answer.properties = read,
            _ => answer.properties = set,
        }
        let to = if esv == Esv::Inf { To::Everyone } else { To::Sender };
        Some(Reply { to, frame: answer })
    }

    fn read_all(
        &self,
        object: Eoj,
        maps: &Maps,
        asked: &[Property],
        store: &impl PropertyStore,
    ) -> (Vec<Property>, bool) {
        let mut all = true;
        let mut room = READ_ROOM.saturating_sub(2 * asked.len());
        let read = asked
            .iter()
            .map(|property| {
                let value = self
                    .read(object, maps, property.epc, store)
                    .filter(|value| value.len() <= room);
                room -= value.as_ref().map_or(0, Vec::len);
                all &= value.is_some();
                Property::new(property.epc, value.unwrap_or_default())
            })
            .collect();
        (read, all)
    }

    fn read(&self, object: Eoj, maps: &Maps, code: u8, store: &impl PropertyStore) -> Option<Vec<u8>> {
        if !maps.get.contains(code) {
            return None;
        }
        match code {
            epc::ANNOUNCE_MAP => Some(maps.announce.encode()),
            epc::SET_MAP => Some(maps.set.encode()),
            epc::GET_MAP => Some(maps.get.encode()),
            _ if object.is_node_profile() => profile_property(&self.identity, &store.objects(), code),
            _ => store.get(object, code),
        }
        .filter(|value| !value.is_empty() && value.len() <= usize::from(u8::MAX))
    }
}

/// An announcement: from an object to every node profile.
#[must_use]
pub fn announcement(tid: u16, speaker: Eoj, properties: Vec<Property>) -> Frame {
    Frame::new(tid, speaker, Eoj::NODE_PROFILE, Esv::Inf, properties)
}

/// Sets what may be set, all of one frame at once so that the object can judge it as one wish, and echoes what was
/// not done.
fn set_all(object: Eoj, maps: &Maps, wanted: &[Property], store: &mut impl PropertyStore) -> (Vec<Property>, bool) {
    let settable: Vec<Property> = wanted
        .iter()
        .filter(|property| maps.set.contains(property.epc))
        .cloned()
        .collect();
    let taken = if settable.is_empty() {
        Vec::new()
    } else {
        store.set(object, &settable)
    };
    let mut taken = taken.into_iter();
    let mut all = true;
    let echo = wanted
        .iter()
        .map(|property| {
            let done = maps.set.contains(property.epc) && taken.next().unwrap_or(false);
            all &= done;
            if done {
                Property::bare(property.epc)
            } else {
                property.clone()
            }
        })
        .collect();
    (echo, all)
}
