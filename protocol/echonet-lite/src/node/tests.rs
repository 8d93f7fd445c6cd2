use super::*;
use crate::{Esv, Frame};

const SHUTTER: Eoj = Eoj::new(0x0263, 1);
const OTHER: Eoj = Eoj::new(0x0263, 2);

/// Two shutters with an operation that can be set, a state that can be read, and a property that never answers.
struct Store {
    operation: u8,
    allowed: bool,
}

impl PropertyStore for Store {
    fn objects(&self) -> Vec<Eoj> {
        vec![SHUTTER, OTHER]
    }

    fn maps(&self, object: Eoj) -> Option<Maps> {
        [SHUTTER, OTHER]
            .contains(&object)
            .then(|| Maps::new(&[0xea], &[0x93, 0xe0], &[0x80, 0xe0, 0xea, 0xe1]))
    }

    fn get(&self, _object: Eoj, epc: u8) -> Option<Vec<u8>> {
        match epc {
            0x80 => Some(vec![0x30]),
            0xe0 => Some(vec![self.operation]),
            0xea => Some(vec![0x45]),
            _ => None,
        }
    }

    fn set(&mut self, _object: Eoj, properties: &[Property]) -> Vec<bool> {
        properties
            .iter()
            .map(|property| {
                let taken = self.allowed && property.edt.len() == 1;
                if taken && property.epc == 0xe0 {
                    self.operation = property.edt[0];
                }
                taken
            })
            .collect()
    }
}

fn responder() -> Responder {
    Responder::new(Identity::new(Identity::NO_MANUFACTURER, *b"0123456789abc"))
}

fn store() -> Store {
    Store {
        operation: 0x43,
        allowed: true,
    }
}

fn ask(deoj: Eoj, esv: Esv, properties: Vec<Property>) -> Frame {
    Frame::new(7, Eoj::CONTROLLER, deoj, esv, properties)
}

fn only(replies: Vec<Reply>) -> Frame {
    assert_eq!(replies.len(), 1, "{replies:?}");
    replies.into_iter().next().unwrap().frame
}

#[test]
fn reading_answers_all_or_says_what_is_missing() {
    let frame = only(responder().answer(&ask(SHUTTER, Esv::Get, vec![Property::bare(0xea)]), &mut store()));
    assert_eq!(
        (frame.esv, frame.seoj, frame.deoj, frame.tid),
        (Esv::GetRes, SHUTTER, Eoj::CONTROLLER, 7)
    );
    assert_eq!(frame.properties, [Property::new(0xea, [0x45])]);

    let both = vec![Property::bare(0xea), Property::bare(0xe1), Property::bare(0xb0)];
    let frame = only(responder().answer(&ask(SHUTTER, Esv::Get, both), &mut store()));
    assert_eq!(frame.esv, Esv::GetSna);
    assert_eq!(
        frame.properties,
        [Property::new(0xea, [0x45]), Property::bare(0xe1), Property::bare(0xb0)]
    );
}

#[test]
fn setting_echoes_what_was_not_done() {
    let mut store = store();
    let wanted = vec![Property::new(0xe0, [0x41]), Property::new(0xea, [0x41])];
    let frame = only(responder().answer(&ask(SHUTTER, Esv::SetC, wanted), &mut store));
    assert_eq!(frame.esv, Esv::SetCSna);
    assert_eq!(frame.properties, [Property::bare(0xe0), Property::new(0xea, [0x41])]);
    assert_eq!(store.operation, 0x41);

    let frame = only(responder().answer(&ask(SHUTTER, Esv::SetC, vec![Property::new(0xe0, [0x42])]), &mut store));
    assert_eq!((frame.esv, frame.properties), (Esv::SetRes, vec![Property::bare(0xe0)]));
}

#[test]
fn set_without_answer_answers_only_a_refusal() {
    let set = ask(SHUTTER, Esv::SetI, vec![Property::new(0xe0, [0x41])]);
    assert!(responder().answer(&set, &mut store()).is_empty());
    let mut closed = Store {
        allowed: false,
        ..store()
    };
    let frame = only(responder().answer(&set, &mut closed));
    assert_eq!((frame.esv, frame.properties), (Esv::SetISna, set.properties));
}

#[test]
fn set_and_read_sets_first() {
    let mut asked = ask(SHUTTER, Esv::SetGet, vec![Property::new(0xe0, [0x42])]);
    asked.read = vec![Property::bare(0xe0)];
    let frame = only(responder().answer(&asked, &mut store()));
    assert_eq!(frame.esv, Esv::SetGetRes);
    assert_eq!(frame.properties, [Property::bare(0xe0)]);
    assert_eq!(frame.read, [Property::new(0xe0, [0x42])]);

    asked.read = vec![Property::bare(0xe1)];
    let frame = only(responder().answer(&asked, &mut store()));
    assert_eq!(frame.esv, Esv::SetGetSna);
    assert_eq!(frame.read, [Property::bare(0xe1)]);
}

#[test]
fn an_asked_announcement_goes_to_everyone_and_its_refusal_to_the_asker() {
    let replies = responder().answer(&ask(SHUTTER, Esv::InfReq, vec![Property::bare(0xea)]), &mut store());
    assert_eq!(replies[0].to, To::Everyone);
    assert_eq!(replies[0].frame.esv, Esv::Inf);
    let replies = responder().answer(&ask(SHUTTER, Esv::InfReq, vec![Property::bare(0xe1)]), &mut store());
    assert_eq!((replies[0].to, replies[0].frame.esv), (To::Sender, Esv::InfSna));
}

#[test]
fn a_confirmed_announcement_is_confirmed() {
    let said = ask(Eoj::NODE_PROFILE, Esv::Infc, vec![Property::new(0xd5, [0])]);
    let frame = only(responder().answer(&said, &mut store()));
    assert_eq!(frame.esv, Esv::InfcRes);
    assert_eq!(frame.properties, [Property::bare(0xd5)]);
}

#[test]
fn instance_zero_is_answered_by_each_object() {
    let replies = responder().answer(
        &ask(Eoj::new(0x0263, 0), Esv::Get, vec![Property::bare(0x80)]),
        &mut store(),
    );
    let speakers: Vec<Eoj> = replies.iter().map(|reply| reply.frame.seoj).collect();
    assert_eq!(speakers, [SHUTTER, OTHER]);
    let profile = ask(Eoj::new(0x0ef0, 0), Esv::Get, vec![Property::bare(0xd6)]);
    assert_eq!(only(responder().answer(&profile, &mut store())).seoj, Eoj::NODE_PROFILE);
}

#[test]
fn silence_for_what_is_no_question_of_ours() {
    let silent = [
        ask(Eoj::new(0x0290, 1), Esv::Get, vec![Property::bare(0x80)]),
        ask(Eoj::new(0x0263, 3), Esv::Get, vec![Property::bare(0x80)]),
        ask(SHUTTER, Esv::Get, vec![]),
        ask(SHUTTER, Esv::Inf, vec![Property::new(0x80, [0x30])]),
        ask(SHUTTER, Esv::GetRes, vec![Property::new(0x80, [0x30])]),
        ask(SHUTTER, Esv::SetCSna, vec![Property::bare(0x80)]),
    ];
    for frame in silent {
        assert!(responder().answer(&frame, &mut store()).is_empty(), "{frame:?}");
    }
}

#[test]
fn the_node_profile_tells_of_the_objects() {
    let codes = [0x80, 0x82, 0x83, 0x8a, 0x9d, 0x9e, 0x9f, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7];
    let asked = codes.iter().map(|code| Property::bare(*code)).collect();
    let frame = only(responder().answer(&ask(Eoj::NODE_PROFILE, Esv::Get, asked), &mut store()));
    assert_eq!(frame.esv, Esv::GetRes);
    assert_eq!(frame.data(0x83).unwrap(), b"\xfe\xff\xff\xff0123456789abc");
    assert_eq!(frame.data(0x9d).unwrap(), [2, 0x80, 0xd5]);
    assert_eq!(frame.data(0x9e).unwrap(), [0]);
    assert_eq!(frame.data(0x9f).unwrap()[0], 12);
    assert_eq!(frame.data(0xd3).unwrap(), [0, 0, 2]);
    assert_eq!(frame.data(0xd4).unwrap(), [0, 2]);
    assert_eq!(frame.data(0xd6).unwrap(), [2, 0x02, 0x63, 1, 0x02, 0x63, 2]);
    assert_eq!(frame.data(0xd7).unwrap(), [1, 0x02, 0x63]);
    assert_eq!(PropertyMap::decode(frame.data(0x9f).unwrap()).unwrap().len(), 12);
}

#[test]
fn a_controller_introduces_itself_and_takes_no_orders() {
    let identity = Identity::new(Identity::NO_MANUFACTURER, [7; 13]);
    let mut controller = Fixed::controller(&identity);
    let responder = Responder::new(identity);
    let frame = only(responder.answer(
        &ask(Eoj::CONTROLLER, Esv::Get, vec![Property::bare(0x9f)]),
        &mut controller,
    ));
    assert_eq!(
        frame.data(0x9f).unwrap(),
        [9, 0x80, 0x81, 0x82, 0x83, 0x88, 0x8a, 0x9d, 0x9e, 0x9f]
    );
    let set = ask(Eoj::CONTROLLER, Esv::SetC, vec![Property::new(0x80, [0x31])]);
    assert_eq!(only(responder.answer(&set, &mut controller)).esv, Esv::SetCSna);
    assert_eq!(
        responder.startup(1, &controller).properties,
        [Property::new(0xd5, [1, 0x05, 0xff, 0x01])]
    );
}
