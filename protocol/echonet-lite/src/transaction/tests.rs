use std::net::Ipv4Addr;

use super::*;

const SHUTTER: Eoj = Eoj::new(0x0263, 1);
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 5));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 6));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn asked(esv: Esv, properties: Vec<Property>) -> (Transactions<&'static str>, Frame) {
    let mut open = Transactions::new(0xfffe, 4);
    let frame = open
        .begin(THERE, Eoj::CONTROLLER, SHUTTER, esv, properties, at(3), "tag")
        .unwrap();
    (open, frame)
}

#[test]
fn an_answer_is_taken_once() {
    let (mut open, frame) = asked(Esv::Get, vec![Property::bare(0xea)]);
    let answer = frame.answer(SHUTTER, Esv::GetRes, vec![Property::new(0xea, [0x41])]);
    let answered = open.take(THERE, &answer).unwrap();
    assert!(answered.complete);
    assert_eq!(answered.answers, [(0xea, Answer::Value(vec![0x41]))]);
    assert!(open.take(THERE, &answer).is_none(), "a duplicate answers nothing");
}

#[test]
fn a_forged_or_strayed_answer_is_not_taken() {
    let (mut open, frame) = asked(Esv::Get, vec![Property::bare(0xea)]);
    let good = frame.answer(SHUTTER, Esv::GetRes, vec![Property::new(0xea, [0x41])]);
    assert!(open.take(ELSEWHERE, &good).is_none());
    let cases = [
        Frame {
            tid: good.tid ^ 1,
            ..good.clone()
        },
        Frame {
            seoj: Eoj::new(0x0263, 2),
            ..good.clone()
        },
        Frame {
            deoj: Eoj::new(0x0290, 1),
            ..good.clone()
        },
        Frame {
            esv: Esv::SetRes,
            ..good.clone()
        },
        Frame {
            esv: Esv::Inf,
            ..good.clone()
        },
    ];
    for case in cases {
        assert!(open.take(THERE, &case).is_none(), "{case:?}");
    }
    assert!(open.take(THERE, &good).is_some());
}

#[test]
fn a_question_to_all_instances_is_answered_by_one() {
    let mut open = Transactions::new(0, 1);
    let everyone = Eoj::new(0x0263, 0);
    let frame = open
        .begin(
            THERE,
            Eoj::CONTROLLER,
            everyone,
            Esv::Get,
            vec![Property::bare(0x80)],
            at(1),
            (),
        )
        .unwrap();
    let answer = frame.answer(Eoj::new(0x0263, 7), Esv::GetRes, vec![Property::new(0x80, [0x30])]);
    assert!(open.take(THERE, &answer).is_some());
}

#[test]
fn a_refusal_tells_what_was_done_and_what_not() {
    let set = vec![Property::new(0x93, [0x42]), Property::new(0xe0, [0x41])];
    for esv in [Esv::SetCSna, Esv::SetISna] {
        let (mut open, frame) = asked(Esv::SetC, set.clone());
        let answer = frame.answer(SHUTTER, esv, vec![Property::bare(0x93), Property::new(0xe0, [0x41])]);
        let answered = open.take(THERE, &answer).unwrap();
        assert!(!answered.complete);
        assert_eq!(answered.answers, [(0x93, Answer::Done), (0xe0, Answer::Refused)]);
    }
}

#[test]
fn a_refusal_that_echoes_nothing_did_nothing() {
    let (mut open, frame) = asked(Esv::SetC, vec![Property::new(0xe0, [0x41])]);
    let answered = open
        .take(THERE, &frame.answer(SHUTTER, Esv::SetCSna, vec![Property::bare(0xe0)]))
        .unwrap();
    assert!(!answered.complete);
    assert_eq!(answered.answers, [(0xe0, Answer::Refused)]);
}

#[test]
fn a_partly_answered_reading_keeps_what_was_read() {
    for esv in [Esv::GetSna, Esv::SetISna] {
        let (mut open, frame) = asked(Esv::Get, vec![Property::bare(0xea), Property::bare(0xe1)]);
        let answer = frame.answer(SHUTTER, esv, vec![Property::new(0xea, [0x41]), Property::bare(0xe1)]);
        let answered = open.take(THERE, &answer).unwrap();
        assert!(!answered.complete);
        assert_eq!(
            answered.answers,
            [(0xea, Answer::Value(vec![0x41])), (0xe1, Answer::Refused)]
        );
    }
}

#[test]
fn a_set_and_read_answers_both_halves() {
    let (mut open, frame) = asked(Esv::SetGet, vec![Property::new(0xe0, [0x41])]);
    let mut answer = frame.answer(SHUTTER, Esv::SetGetRes, vec![Property::bare(0xe0)]);
    answer.read = vec![Property::new(0xea, [0x43])];
    let answered = open.take(THERE, &answer).unwrap();
    assert!(answered.complete);
    assert_eq!(
        answered.answers,
        [(0xe0, Answer::Done), (0xea, Answer::Value(vec![0x43]))]
    );
}

#[test]
fn time_and_room_are_bounded() {
    let mut open = Transactions::new(0, 2);
    let begin = |open: &mut Transactions<u8>, deadline, tag| {
        open.begin(THERE, Eoj::CONTROLLER, SHUTTER, Esv::Get, vec![], at(deadline), tag)
    };
    begin(&mut open, 5, 1).unwrap();
    begin(&mut open, 3, 2).unwrap();
    assert_eq!(begin(&mut open, 9, 3).unwrap_err(), Busy { limit: 2 });
    assert_eq!(open.next_deadline(), Some(at(3)));
    assert_eq!(open.give_up(at(2)), Vec::<u8>::new());
    assert_eq!(open.give_up(at(3)), [2]);
    assert_eq!(open.give_up_address(ELSEWHERE), Vec::<u8>::new());
    assert_eq!(open.give_up_address(THERE), [1]);
    assert!(open.is_empty());
    assert_eq!(open.next_deadline(), None);
}

#[test]
fn transaction_ids_are_never_zero_and_never_doubled() {
    let mut open = Transactions::new(0xfffd, 3);
    let tids: Vec<u16> = (0..3)
        .map(|tag| {
            open.begin(THERE, Eoj::CONTROLLER, SHUTTER, Esv::Get, vec![], at(1), tag)
                .unwrap()
                .tid
        })
        .collect();
    assert_eq!(tids, [0xfffe, 0xffff, 1]);
}
