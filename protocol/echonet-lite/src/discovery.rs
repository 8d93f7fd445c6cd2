//! Who is there: the frames that ask the network, and the reading of what nodes tell of themselves.

use tomori_smart_home::device::NodeId;

use crate::{Eoj, Esv, Frame, Property, epc};

/// The most instances a list tells of; the protocol leaves room for no more.
pub const MOST_INSTANCES: usize = 84;

/// Asks every node (by multicast) or one node for its instance list.
#[must_use]
pub fn search(tid: u16) -> Frame {
    ask(tid, &[epc::INSTANCE_LIST])
}

/// Asks one node who it is and what it has: identification number, manufacturer and instance list.
#[must_use]
pub fn identify(tid: u16) -> Frame {
    ask(tid, &[epc::IDENTIFICATION, epc::MANUFACTURER, epc::INSTANCE_LIST])
}

fn ask(tid: u16, codes: &[u8]) -> Frame {
    let properties = codes.iter().map(|epc| Property::bare(*epc)).collect();
    Frame::new(tid, Eoj::CONTROLLER, Eoj::NODE_PROFILE, Esv::Get, properties)
}

/// What a node told of itself in one frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Introduction {
    /// Its identification number (0x83), if the frame has it.
    pub id: Option<NodeId>,
    /// The objects it has, if the frame tells (D5 or D6); without node profiles, without repetitions, at most 84.
    pub instances: Option<Vec<Eoj>>,
}

/// Reads what a node tells of itself: its start-up announcement (D5) or its answer to [`search`] or [`identify`].
/// `None` when the frame is not from a node profile, is no answer or announcement, or tells neither of the two.
#[must_use]
pub fn read(frame: &Frame) -> Option<Introduction> {
    let tells = matches!(
        frame.esv,
        Esv::Inf | Esv::Infc | Esv::GetRes | Esv::GetSna | Esv::SetISna
    );
    if !frame.seoj.is_node_profile() || !tells {
        return None;
    }
    let given = |code| frame.data(code).filter(|data| !data.is_empty());
    let introduction = Introduction {
        id: given(epc::IDENTIFICATION).and_then(|bytes| NodeId::new(bytes).ok()),
        instances: given(epc::INSTANCE_LIST_NOTIFICATION)
            .or_else(|| given(epc::INSTANCE_LIST))
            .map(instances),
    };
    (introduction != Introduction::default()).then_some(introduction)
}

/// Reads an instance list: a count, then three bytes each. A count that is too high or a torn last entry is cut to
/// what is there.
fn instances(bytes: &[u8]) -> Vec<Eoj> {
    let (count, rest) = bytes.split_first().map_or((0, bytes), |(count, rest)| (*count, rest));
    let mut found: Vec<Eoj> = Vec::new();
    for entry in rest.chunks_exact(3).take(usize::from(count).min(MOST_INSTANCES)) {
        let [group, class, instance] =
            [entry.first(), entry.get(1), entry.get(2)].map(|byte| byte.copied().unwrap_or(0));
        let object = Eoj::from_bytes([group, class, instance]);
        if !object.is_node_profile() && !found.contains(&object) {
            found.push(object);
        }
    }
    found
}

/// Writes an instance list (D5, D6). More than 84 are cut.
#[must_use]
pub fn instance_list(objects: &[Eoj]) -> Vec<u8> {
    let objects = objects.get(..MOST_INSTANCES).unwrap_or(objects);
    let mut bytes = vec![u8::try_from(objects.len()).unwrap_or(0)];
    bytes.extend(objects.iter().flat_map(|object| object.to_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(esv: Esv, code: u8, data: &[u8]) -> Frame {
        Frame::new(
            0,
            Eoj::NODE_PROFILE,
            Eoj::NODE_PROFILE,
            esv,
            vec![Property::new(code, data)],
        )
    }

    #[test]
    fn a_start_up_announcement_is_read() {
        let frame = announced(Esv::Inf, 0xd5, &[2, 0x02, 0x63, 0x01, 0x02, 0x63, 0x02]);
        assert_eq!(
            read(&frame).unwrap().instances.unwrap(),
            [Eoj::new(0x0263, 1), Eoj::new(0x0263, 2)]
        );
    }

    #[test]
    fn lying_and_torn_lists_are_cut() {
        let frame = announced(
            Esv::GetRes,
            0xd6,
            &[200, 0x02, 0x63, 0x01, 0x02, 0x63, 0x01, 0x0e, 0xf0, 0x01, 0x02],
        );
        assert_eq!(read(&frame).unwrap().instances.unwrap(), [Eoj::new(0x0263, 1)]);
        assert_eq!(read(&announced(Esv::GetRes, 0xd6, &[])), None);
        assert_eq!(
            read(&announced(Esv::GetRes, 0xd6, &[0])).unwrap().instances.unwrap(),
            []
        );
    }

    #[test]
    fn a_request_tells_nothing() {
        assert_eq!(read(&search(1)), None);
        assert_eq!(read(&announced(Esv::Get, 0xd6, &[1, 2, 0x63, 1])), None);
    }

    #[test]
    fn what_is_written_is_read_again_up_to_84() {
        let many: Vec<Eoj> = (1..=100).map(|instance| Eoj::new(0x0290, instance)).collect();
        let read_back = instances(&instance_list(&many));
        assert_eq!(read_back, many[..84]);
        assert_eq!(instance_list(&many).len(), 1 + 84 * 3);
    }
}
