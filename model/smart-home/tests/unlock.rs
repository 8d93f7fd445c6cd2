//! Statements of an unlock have one spelling: golden bytes, round trips, and no second way to write anything.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use tomori_smart_home::unlock::{
    Arrival, CredentialId, Digest, GatewayCode, IncidentOpened, Member, Outcome, PasskeyState, PublicPoint, Receipt,
    Refusal, RefusalNotice, Role, Roster, Statement, UnixMillis, UnlockApproval, UnlockRequest, Unreadable,
};
use tomori_smart_home::{CompanyId, DeviceId, GatewayId, HomeId, IncidentId, Nonce, StaffId};

macro_rules! ids {
    ($($function:ident: $name:ident;)*) => {
        $(fn $function() -> impl Strategy<Value = $name> + Clone {
            any::<[u8; 10]>().prop_map($name::from_random)
        })*
    };
}

ids! {
    incident: IncidentId;
    home: HomeId;
    staff: StaffId;
    device: DeviceId;
    gateway: GatewayId;
    company: CompanyId;
}

fn moment() -> impl Strategy<Value = UnixMillis> {
    (0..=UnixMillis::LAST.millis()).prop_map(|millis| UnixMillis::from_millis(millis).unwrap())
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn nonce() -> impl Strategy<Value = Nonce> {
    any::<[u8; 32]>().prop_map(Nonce::from)
}

fn words() -> impl Strategy<Value = String> {
    "[a-z玄関台所 -]{1,20}"
}

fn opened() -> impl Strategy<Value = IncidentOpened> {
    (incident(), home(), words(), moment(), nonce()).prop_map(|(incident, home, zone, at, nonce)| IncidentOpened {
        incident,
        home,
        zone,
        at,
        nonce,
    })
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let code = any::<u64>().prop_map(GatewayCode::from_number);
    (incident(), home(), staff(), nonce(), code, moment()).prop_map(|(incident, home, guard, nonce, code, at)| {
        Arrival {
            incident,
            home,
            guard,
            nonce,
            code,
            at,
        }
    })
}

fn request() -> impl Strategy<Value = UnlockRequest> {
    (incident(), device(), staff(), staff(), digest(), moment()).prop_map(
        |(incident, lock, guard, operator, arrival, expires_at)| UnlockRequest {
            incident,
            lock,
            guard,
            operator,
            arrival,
            expires_at,
        },
    )
}

fn approval() -> impl Strategy<Value = UnlockApproval> {
    (digest(), staff()).prop_map(|(request, supervisor)| UnlockApproval { request, supervisor })
}

fn receipt() -> impl Strategy<Value = Receipt> {
    let people = (incident(), home(), gateway(), device());
    (people, digest(), any::<u64>(), select(Outcome::ALL.to_vec()), moment()).prop_map(
        |((incident, home, gateway, lock), bundle, roster, outcome, at)| Receipt {
            incident,
            home,
            gateway,
            lock,
            bundle,
            roster,
            outcome,
            at,
        },
    )
}

fn refusal() -> impl Strategy<Value = RefusalNotice> {
    let why = select(Refusal::all().collect::<Vec<_>>());
    (home(), gateway(), digest(), why, moment()).prop_map(|(home, gateway, bundle, why, at)| RefusalNotice {
        home,
        gateway,
        bundle,
        why,
        at,
    })
}

fn credential() -> impl Strategy<Value = CredentialId> {
    vec(any::<u8>(), 1..40).prop_map(|bytes| CredentialId::new(&bytes).unwrap())
}

fn point() -> impl Strategy<Value = PublicPoint> {
    vec(any::<u8>(), 64).prop_map(|rest| {
        let mut bytes = [4; 65];
        bytes[1..].copy_from_slice(&rest);
        PublicPoint::new(bytes).unwrap()
    })
}

fn member() -> impl Strategy<Value = Member> {
    let roles = btree_set(select(Role::ALL.to_vec()), 0..4);
    (words(), roles, btree_map(credential(), point(), 0..3)).prop_map(|(name, roles, passkeys)| Member {
        name,
        roles,
        passkeys,
    })
}

fn roster() -> impl Strategy<Value = Roster> {
    (
        (company(), any::<u64>(), moment(), moment()),
        btree_set("https://[a-z]{1,9}\\.example", 1..4),
        btree_map(staff(), member(), 0..5),
        btree_set(credential(), 0..4),
    )
        .prop_map(
            |((company, version, issued_at, expires_at), origins, members, revoked)| Roster {
                company,
                version,
                issued_at,
                expires_at,
                rp_id: "guard.example".to_owned(),
                origins,
                members,
                revoked,
            },
        )
}

/// The spelling reads back; every other one bit away is refused or means something else, and says so in its own
/// one spelling.
fn holds<S: Statement + Debug + PartialEq>(statement: &S, bit: usize) {
    let bytes = statement.to_bytes();
    assert_eq!(S::from_bytes(&bytes).as_ref(), Ok(statement));
    let mut other = bytes.clone();
    other[bit / 8 % bytes.len()] ^= 1 << (bit % 8);
    if let Ok(read) = S::from_bytes(&other) {
        assert_ne!(&read, statement);
        assert_eq!(read.to_bytes(), other, "a second spelling");
    }
    let (_, cut) = bytes.split_last().unwrap();
    assert!(S::from_bytes(cut).is_err());
    assert!(S::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}

proptest! {
    #[test]
    fn an_incident_has_one_spelling(statement in opened(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn an_arrival_has_one_spelling(statement in arrival(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn a_request_has_one_spelling(statement in request(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn an_approval_has_one_spelling(statement in approval(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn a_roster_has_one_spelling(statement in roster(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn a_receipt_has_one_spelling(statement in receipt(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn a_refusal_has_one_spelling(statement in refusal(), bit: usize) { holds(&statement, bit); }

    #[test]
    fn what_is_signed_as_one_thing_is_no_other(statement in arrival()) {
        let bytes = statement.to_bytes();
        prop_assert!(matches!(UnlockRequest::from_bytes(&bytes), Err(Unreadable::Tag { .. })), "read as a request");
        prop_assert!(matches!(UnlockApproval::from_bytes(&bytes), Err(Unreadable::Tag { .. })), "read as an approval");
        prop_assert!(matches!(Receipt::from_bytes(&bytes), Err(Unreadable::Tag { .. })), "read as a receipt");
    }

    #[test]
    fn whatever_comes_is_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Arrival::from_bytes(&bytes);
        let _ = Roster::from_bytes(&bytes);
    }

    #[test]
    fn nobody_approves_what_they_asked_for(request in request(), digest in digest(), other in staff()) {
        let (operator, guard) = (request.operator.clone(), request.guard.clone());
        prop_assert!(request.approve(digest, operator).is_err());
        prop_assert!(request.approve(digest, guard).is_err());
        prop_assert_eq!(request.approve(digest, other.clone()).unwrap(), UnlockApproval { request: digest, supervisor: other });
    }
}

fn at(text: &str) -> UnixMillis {
    UnixMillis::of(text.parse().unwrap())
}

/// The statements of docs/unlock.md, byte by byte. `UPDATE_GOLDEN=1 cargo test` writes the files anew; whoever does
/// that makes every signature ever given worthless, so a new form gets a new version instead.
#[test]
fn statements_are_the_golden_bytes() {
    let incident = IncidentId::from_random([1; 10]);
    let home = HomeId::from_random([2; 10]);
    let [guard, operator, supervisor] = [3, 4, 5].map(|number| StaffId::from_random([number; 10]));
    let gateway = GatewayId::from_random([6; 10]);
    let lock = DeviceId::from_random([7; 10]);
    let nonce = Nonce::from([8; 32]);
    let opened = IncidentOpened {
        incident: incident.clone(),
        home: home.clone(),
        zone: "玄関".to_owned(),
        at: at("2026-11-26T03:00:00Z"),
        nonce,
    };
    let arrival = Arrival {
        incident: incident.clone(),
        home: home.clone(),
        guard: guard.clone(),
        nonce,
        code: "0012 3456".parse().unwrap(),
        at: at("2026-11-26T03:12:00.5Z"),
    };
    let request = UnlockRequest {
        incident: incident.clone(),
        lock: lock.clone(),
        guard: guard.clone(),
        operator: operator.clone(),
        arrival: Digest([9; 32]),
        expires_at: at("2026-11-26T03:17:00Z"),
    };
    let approval = UnlockApproval {
        request: Digest([10; 32]),
        supervisor: supervisor.clone(),
    };
    let receipt = Receipt {
        incident,
        home: home.clone(),
        gateway: gateway.clone(),
        lock,
        bundle: Digest([11; 32]),
        roster: 7,
        outcome: Outcome::Opened,
        at: at("2026-11-26T03:13:00Z"),
    };
    let refusal = RefusalNotice {
        home,
        gateway,
        bundle: Digest([12; 32]),
        why: Refusal::Expired,
        at: at("2026-11-26T03:18:00Z"),
    };
    golden("incident-opened", &opened.to_bytes());
    golden("arrival", &arrival.to_bytes());
    golden("request", &request.to_bytes());
    golden("approval", &approval.to_bytes());
    golden("receipt", &receipt.to_bytes());
    golden("refusal", &refusal.to_bytes());
    golden("roster", &sample_roster([guard, operator, supervisor]).to_bytes());
}

fn sample_roster([guard, operator, supervisor]: [StaffId; 3]) -> Roster {
    let member = |name: &str, role, number: u8| Member {
        name: name.to_owned(),
        roles: BTreeSet::from([role]),
        passkeys: BTreeMap::from([(
            CredentialId::new(&[number; 16]).unwrap(),
            PublicPoint::new([4; 65]).unwrap(),
        )]),
    };
    Roster {
        company: CompanyId::from_random([13; 10]),
        version: 7,
        issued_at: at("2026-11-25T00:00:00Z"),
        expires_at: at("2026-12-25T00:00:00Z"),
        rp_id: "guard.example".to_owned(),
        origins: BTreeSet::from(["https://guard.example".to_owned()]),
        members: BTreeMap::from([
            (guard, member("守 一郎", Role::Guard, 1)),
            (operator, member("管 次郎", Role::Operator, 2)),
            (supervisor, member("責 三郎", Role::Supervisor, 3)),
        ]),
        revoked: BTreeSet::from([CredentialId::new(&[4; 16]).unwrap()]),
    }
}

fn golden(name: &str, bytes: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/unlock")
        .join(format!("{name}.cbor"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, bytes).unwrap();
    }
    let there = std::fs::read(&path).unwrap();
    assert!(there == bytes, "{} is written otherwise now", path.display());
}

#[test]
fn a_set_out_of_order_is_no_roster() {
    let people = [3, 4, 5].map(|number| StaffId::from_random([number; 10]));
    let bytes = sample_roster(people.clone()).to_bytes();
    let text = |id: &StaffId| id.as_str().as_bytes().to_vec();
    // The first two people change places: same values, another order.
    let swapped = swap(&bytes, &text(&people[0]), &text(&people[1]));
    assert!(matches!(
        Roster::from_bytes(&swapped),
        Err(Unreadable::Field { field: "members", .. })
    ));
}

fn swap(bytes: &[u8], one: &[u8], other: &[u8]) -> Vec<u8> {
    let place = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what).unwrap();
    let (first, second) = (place(one), place(other));
    let mut swapped = bytes.to_vec();
    swapped[first..first + other.len()].copy_from_slice(other);
    swapped[second..second + one.len()].copy_from_slice(one);
    swapped
}

#[test]
fn a_passkey_of_two_people_is_nobodys_and_a_revoked_one_counts_no_more() {
    let people = [3, 4, 5].map(|number| StaffId::from_random([number; 10]));
    let mut roster = sample_roster(people.clone());
    let id = |number: u8| CredentialId::new(&[number; 16]).unwrap();
    let PasskeyState::Good(passkey) = roster.passkey(&id(1)) else {
        panic!("the guard's passkey counts")
    };
    assert_eq!(passkey.person, &people[0]);
    assert_eq!(roster.passkey(&id(9)), PasskeyState::Unknown);
    roster.revoked.insert(id(1));
    assert_eq!(roster.passkey(&id(1)), PasskeyState::Revoked);
    let key = PublicPoint::new([4; 65]).unwrap();
    roster.members.get_mut(&people[0]).unwrap().passkeys.insert(id(2), key);
    assert_eq!(roster.passkey(&id(2)), PasskeyState::Unknown);
}
