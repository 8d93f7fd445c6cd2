//! How long the gateway needs to believe a bundle: three assertions, their statements, and the roster they stand on.
//!
//! Run by `cargo xtask bench --only verify`, or alone by `cargo bench -p tomori-unlock`. One JSON object a line.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::{Duration, Instant};

use tomori_smart_home::unlock::{
    Arrival, CredentialId, Member, Role, Roster, Statement as _, UnixMillis, UnlockApproval, UnlockRequest,
};
use tomori_smart_home::{CompanyId, DeviceId, HomeId, IncidentId, Nonce, StaffId};
use tomori_unlock::{Authenticator, Authority, Ceremony, RootSigner, SignedRoster, UnlockBundle, check};

const SPAN: Duration = Duration::from_secs(1);
/// The other people of a company of usual size.
const OTHERS: u8 = 97;

fn main() {
    // `cargo test --all-targets` runs benches without this argument; nothing is measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let keys = [1, 2, 3].map(|number: u8| Authenticator::generate(credential(number)).unwrap());
    let roster = roster(&keys);
    let bundle = bundle(&keys);
    let bytes = bundle.to_bytes();
    let root = RootSigner::generate().unwrap();
    let signed = root.sign(&roster).to_bytes();

    let one = median(|| {
        let statement = bundle.arrival.digest();
        check(&bundle.arrival.assertion, &statement, keys[0].public(), &roster).unwrap()
    });
    let whole = median(|| Authority::of(&UnlockBundle::from_bytes(&bytes).unwrap(), &roster).unwrap());
    say(
        "unlock bundle, verified",
        whole,
        "3 × one assertion",
        one * 3,
        "≤ 2 000",
    );
    let open = median(|| SignedRoster::from_bytes(&signed).unwrap().open(&root.public()).unwrap());
    println!(r#"{{"name":"roster of 100 people, verified","value":{open},"unit":"µs"}}"#);
}

fn say(name: &str, value: u64, floor: &str, beside: u64, goal: &str) {
    println!(
        r#"{{"name":"{name}","value":{value},"unit":"µs","compare":{{"name":"{floor}","value":{beside}}},"goal":"{goal}"}}"#
    );
}

/// Microseconds of the middle one of many runs.
fn median<R>(mut work: impl FnMut() -> R) -> u64 {
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < SPAN {
        let start = Instant::now();
        black_box(work());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map_or(0, |middle| u64::try_from(middle.as_micros()).unwrap())
}

fn credential(number: u8) -> CredentialId {
    CredentialId::new(&[number; 32]).unwrap()
}

fn person(number: u8) -> StaffId {
    StaffId::from_random([number; 10])
}

fn roster(keys: &[Authenticator; 3]) -> Roster {
    let roles = [Role::Guard, Role::Operator, Role::Supervisor];
    let mut members = BTreeMap::new();
    for ((number, key), role) in (1..).zip(keys).zip(roles) {
        members.insert(person(number), member(role, key));
    }
    for number in 4..4 + OTHERS {
        let key = Authenticator::generate(credential(number)).unwrap();
        members.insert(person(number), member(Role::Guard, &key));
    }
    Roster {
        company: CompanyId::from_random([0; 10]),
        version: 1,
        issued_at: moment(0),
        expires_at: moment(10_000_000),
        rp_id: "guard.example".to_owned(),
        origins: BTreeSet::from(["https://guard.example".to_owned()]),
        members,
        revoked: BTreeSet::new(),
    }
}

fn member(role: Role, key: &Authenticator) -> Member {
    Member {
        name: "守 一郎".to_owned(),
        roles: BTreeSet::from([role]),
        passkeys: BTreeMap::from([(key.credential().clone(), *key.public())]),
    }
}

fn moment(millis: u64) -> UnixMillis {
    UnixMillis::from_millis(millis).unwrap()
}

fn bundle([guard, operator, supervisor]: &[Authenticator; 3]) -> UnlockBundle {
    let ceremony = Ceremony::on("guard.example", "https://guard.example");
    let incident = IncidentId::from_random([1; 10]);
    let arrival = Arrival {
        incident: incident.clone(),
        home: HomeId::from_random([1; 10]),
        guard: person(1),
        nonce: Nonce::from([1; 32]),
        code: "00000000".parse().unwrap(),
        at: moment(1000),
    };
    let arrival = guard.sign(&arrival, &ceremony).unwrap();
    let request = UnlockRequest {
        incident,
        lock: DeviceId::from_random([1; 10]),
        guard: person(1),
        operator: person(2),
        arrival: arrival.digest(),
        expires_at: moment(100_000),
    };
    let request = operator.sign(&request, &ceremony).unwrap();
    let approval = UnlockApproval {
        request: request.digest(),
        supervisor: person(3),
    };
    let approval = supervisor.sign(&approval, &ceremony).unwrap();
    UnlockBundle {
        arrival,
        request,
        approval,
    }
}
