//! The life of a draft, whatever people do and in whatever order.

use proptest::prelude::*;
use tomori_smart_home::unlock::{CredentialId, GatewayCode};
use tomori_smart_home::{HomeId, IncidentId};
use tomori_unlock::Assertion;

use super::*;

fn staff(number: u8) -> StaffId {
    StaffId::from_random([number; 10])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn said<S: Statement>(what: &S) -> Said<S> {
    let signed = Signed {
        statement: what.to_bytes(),
        assertion: Assertion {
            credential: CredentialId::new(&[1]).unwrap(),
            authenticator_data: Vec::new(),
            client_data: Vec::new(),
            signature: Vec::new(),
        },
    };
    Said::read(signed).unwrap()
}

fn arrived() -> Draft {
    Draft {
        number: 1,
        case: CaseId::from_random([1; 10]),
        state: State::Arrived,
        changed_at: at(0),
        arrival: said(&Arrival {
            incident: IncidentId::from_random([1; 10]),
            home: HomeId::from_random([1; 10]),
            guard: staff(1),
            nonce: [3; 32].into(),
            code: GatewayCode::from_number(12_345_678),
            at: UnixMillis::of(at(0)),
        }),
        request: None,
        approval: None,
        why: None,
    }
}

fn lock() -> DeviceId {
    DeviceId::from_random([1; 10])
}

fn requested() -> Draft {
    let draft = arrived();
    let request = draft.ask(&staff(2), lock(), 10, at(10)).unwrap();
    draft.requested(said(&request), at(20)).unwrap()
}

#[test]
fn three_people_make_a_bundle() {
    let draft = requested();
    assert_eq!(draft.ends_at(), at(610));
    let approval = draft.approve(&staff(3), at(30)).unwrap();
    let draft = draft.approved(said(&approval), at(40)).unwrap();
    assert_eq!(draft.state, State::Approved);
    assert!(draft.bundle().is_some() && !draft.state.may_be_withdrawn());
}

/// T3-10 EP③ 不正アクセス: nobody approves what they asked for, nor what is for themselves.
#[test]
fn nobody_takes_two_parts() {
    assert_eq!(arrived().ask(&staff(1), lock(), 5, at(1)), Err(Denied::SamePerson));
    let draft = requested();
    assert_eq!(draft.approve(&staff(2), at(30)), Err(Denied::SamePerson));
    assert_eq!(draft.approve(&staff(1), at(30)), Err(Denied::SamePerson));
    let forced = UnlockApproval {
        request: draft.request.as_ref().unwrap().signed.digest(),
        supervisor: staff(2),
    };
    assert_eq!(draft.approved(said(&forced), at(30)), Err(Denied::SamePerson));
}

/// T3-10 EP③ 改ざん: a signature for another request or another arrival belongs to nothing here.
#[test]
fn statements_of_another_draft_are_refused() {
    let draft = arrived();
    let mut request = draft.ask(&staff(2), lock(), 5, at(1)).unwrap();
    request.guard = staff(4);
    assert_eq!(draft.clone().requested(said(&request), at(2)), Err(Denied::Changed));
    let mut request = draft.ask(&staff(2), lock(), 5, at(1)).unwrap();
    request.arrival.0[0] ^= 1;
    assert_eq!(draft.requested(said(&request), at(2)), Err(Denied::Changed));
    let draft = requested();
    let mut approval = draft.approve(&staff(3), at(30)).unwrap();
    approval.request.0[0] ^= 1;
    assert_eq!(draft.approved(said(&approval), at(31)), Err(Denied::Changed));
}

#[test]
fn a_request_ends_with_its_arrival_at_the_latest() {
    let draft = arrived();
    let late = draft.ask(&staff(2), lock(), 10, at(14 * 60)).unwrap();
    assert_eq!(late.expires_at.timestamp(), at(15 * 60));
    assert_eq!(draft.ask(&staff(2), lock(), 10, at(15 * 60 - 29)), Err(Denied::Over));
    assert_eq!(draft.over(at(15 * 60 - 1)), None);
    assert_eq!(draft.over(at(15 * 60)), Some(State::Expired));
    let draft = requested();
    assert_eq!(draft.approve(&staff(3), at(610)), Err(Denied::Over));
}

/// What people, the road, the gateway and time may do.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Ask(u8),
    Approve(u8),
    Withdraw,
    Sent,
    NotSent,
    Answer(Answer),
    Look,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1..5_u8).prop_map(Deed::Ask),
        (1..5_u8).prop_map(Deed::Approve),
        Just(Deed::Withdraw),
        Just(Deed::Sent),
        Just(Deed::NotSent),
        prop_oneof![
            Just(Answer::Driven(Outcome::Opened)),
            Just(Answer::Driven(Outcome::Interrupted)),
            Just(Answer::Refused(Refusal::CodeWrong)),
        ]
        .prop_map(Deed::Answer),
        Just(Deed::Look),
    ]
}

fn act(draft: &Draft, deed: Deed, now: Timestamp) -> Option<Draft> {
    let draft = draft.clone();
    match deed {
        Deed::Ask(who) => {
            let request = draft.ask(&staff(who), lock(), 5, now).ok()?;
            draft.requested(said(&request), now).ok()
        }
        Deed::Approve(who) => {
            let approval = draft.approve(&staff(who), now).ok()?;
            draft.approved(said(&approval), now).ok()
        }
        Deed::Withdraw => draft.become_state(State::Withdrawn, now).ok(),
        Deed::Sent => draft.become_state(State::Sent, now).ok(),
        Deed::NotSent => draft.become_state(State::NotSent, now).ok(),
        Deed::Answer(answer) => draft.become_state(answer.state(), now).ok(),
        Deed::Look => draft.over(now).and_then(|next| draft.become_state(next, now).ok()),
    }
}

proptest! {
    #[test]
    fn no_order_of_deeds_gets_round_a_signature(deeds in proptest::collection::vec((deed(), 0..400_i64), 1..20)) {
        let (mut draft, mut now) = (arrived(), 0);
        for (deed, later) in deeds {
            now += later;
            let Some(next) = act(&draft, deed, at(now)) else { continue };
            // What the gateway answered, and what was taken back, stays; but a door that was driven after all is told of.
            let is_told_after_all = draft.state == State::Refused && next.state.is_driven();
            prop_assert!(is_told_after_all || !draft.state.is_answered() && draft.state != State::Withdrawn);
            if matches!(next.state, State::Approved | State::Sent | State::NotSent) {
                let (request, approval) = (next.request.as_ref().unwrap(), next.approval.as_ref().unwrap());
                let people = [&request.what.guard, &request.what.operator, &approval.what.supervisor];
                prop_assert!(people[0] != people[1] && people[1] != people[2] && people[0] != people[2]);
                prop_assert!(next.bundle().is_some());
            }
            // Nobody signs what has ended.
            if matches!(next.state, State::Requested | State::Approved) {
                prop_assert!(at(now) < next.ends_at());
            }
            prop_assert!(next.changed_at >= draft.changed_at);
            draft = next;
        }
        // Left alone, everything ends.
        let end = at(now + 3_600);
        if let Some(next) = draft.over(end) {
            draft = draft.become_state(next, end).unwrap();
        }
        prop_assert!(!draft.state.is_open());
    }
}

#[test]
fn words_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::from_word(state.word()), Some(state));
    }
}
