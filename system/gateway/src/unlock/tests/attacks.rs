//! Attacks on the door, named for the consequences of the design (T3-10 EP①, EP③, EP⑤: life and property).

use tomori_smart_home::unlock::{Doubt, Outcome, Refusal, Role, Statement as _, UnlockApproval};
use tomori_smart_home::{DeviceId, HomeId};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Ceremony, UnlockBundle};

use super::house::{House, incident, lock, moved, start};
use crate::unlock::model::{LockStanding, Standing};
use crate::unlock::port::Told;

fn doubt(by: Role, doubt: Doubt) -> Refusal {
    Refusal::Signature { by, doubt }
}

#[tokio::test]
async fn three_people_open_the_door_once_and_have_a_receipt() {
    let house = House::new().await;
    let bundle = house.bundle();
    house.send(&bundle).await;
    let receipt = house.answer().unwrap();
    assert_eq!(
        (receipt.outcome, receipt.lock, house.driven()),
        (Outcome::Opened, lock(), 1)
    );
    assert_eq!(
        (receipt.bundle, receipt.incident),
        (bundle.digest(), incident(1).incident)
    );
}

/// Whoever owns the platform has its keys, every bundle and roster that ever passed, and can send what they like.
#[tokio::test]
async fn a_platform_with_full_control_and_its_keys_cannot_open() {
    let house = House::new().await;
    // A company of its own making, with the same names, ids and pages.
    let platform = Rehearsal::new("guard.example", "https://guard.example", start()).unwrap();
    let mut roster = platform.roster.clone();
    roster.version = 2;
    let forged = platform.root.sign(&roster).to_bytes();
    assert_eq!(house.room.take_roster(&forged).await, Err(Refusal::RosterForged));
    let arrival = house.arrival();
    let bundle = platform.bundle(&arrival, lock(), house.in_minutes(5)).unwrap();
    house.refuses(&bundle, doubt(Role::Guard, Doubt::BadSignature)).await;
    for noise in [&b""[..], b"open", &[0x83; 4000], &[0; 20_000]] {
        house.room.take(noise).await;
        assert_eq!(house.answer(), Err(Refusal::Unreadable));
    }
    // Parts of two honest bundles, mixed.
    let one = house.bundle();
    house.pass(1);
    let other = house.bundle();
    let mixed = UnlockBundle {
        approval: other.approval,
        ..one
    };
    house.refuses(&mixed, Refusal::OtherRequest).await;
    assert_eq!(house.driven(), 0);
}

/// It makes the pages on which people sign, and collects what they signed. It has no passkey.
#[tokio::test]
async fn the_call_centre_server_cannot_open() {
    let house = House::new().await;
    let arrival = house.arrival();
    let company = &house.company;
    let arrived = company.arrive(&arrival).unwrap();
    let request = company
        .ask(&company.request(&arrival, &arrived, lock(), house.in_minutes(5)))
        .unwrap();
    // The guard's signature, shown again as everybody's.
    let bundle = UnlockBundle {
        arrival: arrived.clone(),
        request: request.clone(),
        approval: arrived.clone(),
    };
    house.refuses(&bundle, Refusal::Unreadable).await;
    let server = Rehearsal::new("guard.example", "https://guard.example", start()).unwrap();
    let approval = server.approve(&request).unwrap();
    let bundle = UnlockBundle {
        arrival: arrived,
        request,
        approval,
    };
    house
        .refuses(&bundle, doubt(Role::Supervisor, Doubt::BadSignature))
        .await;
}

#[tokio::test]
async fn operator_and_guard_cannot_open_without_a_supervisor() {
    let house = House::new().await;
    let mut bundle = house.bundle();
    let approval = UnlockApproval {
        request: bundle.request.digest(),
        supervisor: house.company.operator.id.clone(),
    };
    bundle.approval = house
        .company
        .operator
        .key
        .sign(&approval, &house.company.ceremony)
        .unwrap();
    house.refuses(&bundle, doubt(Role::Supervisor, Doubt::WrongRole)).await;
}

#[tokio::test]
async fn a_supervisor_cannot_approve_their_own_request() {
    let mut house = House::empty();
    let supervisor = house.company.supervisor.id.clone();
    let member = house.company.roster.members.get_mut(&supervisor).unwrap();
    member.roles.insert(Role::Operator);
    let signed = house.company.root.sign(&house.company.roster).to_bytes();
    house.room.take_roster(&signed).await.unwrap();
    house.open(1);
    let company = &house.company;
    let arrival = house.arrival();
    let arrived = company.arrive(&arrival).unwrap();
    let mut request = company.request(&arrival, &arrived, lock(), house.in_minutes(5));
    request.operator = supervisor;
    let request = company.supervisor.key.sign(&request, &company.ceremony).unwrap();
    let approval = company.approve(&request).unwrap();
    let bundle = UnlockBundle {
        arrival: arrived,
        request,
        approval,
    };
    house.refuses(&bundle, Refusal::SamePerson).await;
}

#[tokio::test]
async fn yesterdays_bundle_cannot_open() {
    let house = House::new().await;
    let yesterday = house.bundle();
    house
        .incidents
        .0
        .lock()
        .unwrap()
        .insert(incident(1).incident, Standing::Closed);
    house.refuses(&yesterday, Refusal::IncidentClosed).await;
    house.pass(86_000);
    // Another incident today; the bundle still names yesterday's.
    house.open(2);
    let again = house.company.bundle(
        &house.company.arrival(&incident(1), house.code(), house.now()),
        lock(),
        house.in_minutes(5),
    );
    house.refuses(&again.unwrap(), Refusal::IncidentClosed).await;
}

#[tokio::test]
async fn a_bundle_for_another_house_lock_or_incident_cannot_open() {
    let house = House::new().await;
    let company = &house.company;
    let mut elsewhere = house.arrival();
    elsewhere.home = HomeId::from_random([99; 10]);
    let bundle = company.bundle(&elsewhere, lock(), house.in_minutes(5)).unwrap();
    house.refuses(&bundle, Refusal::OtherHome).await;
    let bundle = company.bundle(&house.arrival(), DeviceId::from_random([99; 10]), house.in_minutes(5));
    house.refuses(&bundle.unwrap(), Refusal::LockUnknown).await;
    let other = company.arrival(&incident(9), house.code(), house.now());
    let bundle = company.bundle(&other, lock(), house.in_minutes(5)).unwrap();
    house.refuses(&bundle, Refusal::IncidentUnknown).await;
    let mut nonce = house.arrival();
    nonce.nonce = incident(9).nonce;
    let bundle = company.bundle(&nonce, lock(), house.in_minutes(5)).unwrap();
    house.refuses(&bundle, Refusal::NonceWrong).await;
}

#[tokio::test]
async fn a_bundle_that_arrives_after_expiry_cannot_open() {
    let house = House::new().await;
    let bundle = house.bundle();
    house.pass(300);
    house.refuses(&bundle, Refusal::Expired).await;
}

#[tokio::test]
async fn a_duplicate_delivery_acts_once() {
    let house = House::new().await;
    let bundle = house.bundle();
    for _ in 0..5 {
        house.send(&bundle).await;
        assert_eq!(house.answer().unwrap().outcome, Outcome::Opened);
    }
    assert_eq!(house.driven(), 1);
    let told = house.log.told.lock().unwrap();
    assert!(
        told.windows(2).all(|pair| pair[0] == pair[1]),
        "the same receipt each time"
    );
}

/// Other signatures of the same people for the same incident are another bundle, and open nothing more.
#[tokio::test]
async fn a_second_bundle_of_the_same_incident_acts_not_at_all() {
    let house = House::new().await;
    house.send(&house.bundle()).await;
    house.refuses(&house.bundle(), Refusal::NonceUsed).await;
}

#[tokio::test]
async fn an_expired_roster_opens_nothing() {
    let house = House::new().await;
    house.pass(24 * 60 * 60);
    house.refuses(&house.bundle(), Refusal::RosterExpired).await;
}

#[tokio::test]
async fn a_rolled_back_roster_is_refused() {
    let house = House::new().await;
    let mut newer = house.company.roster.clone();
    newer.version = 2;
    newer.revoked.insert(house.company.guard.key.credential().clone());
    let newer = house.company.root.sign(&newer).to_bytes();
    assert_eq!(house.room.take_roster(&newer).await, Ok(2));
    let older = house.company.root.sign(&house.company.roster).to_bytes();
    assert_eq!(house.room.take_roster(&older).await, Err(Refusal::RosterRolledBack));
    // Nor after a power cut.
    let room = house.after_power_cut();
    assert_eq!(room.take_roster(&older).await, Err(Refusal::RosterRolledBack));
    house
        .refuses(&house.bundle(), doubt(Role::Guard, Doubt::RevokedPasskey))
        .await;
}

#[tokio::test]
async fn a_revoked_passkey_opens_nothing_from_the_moment_its_roster_is_here() {
    let house = House::new().await;
    let bundle = house.bundle();
    let mut roster = house.company.roster.clone();
    roster.version = 2;
    roster.revoked.insert(house.company.supervisor.key.credential().clone());
    let signed = house.company.root.sign(&roster).to_bytes();
    house.room.take_roster(&signed).await.unwrap();
    house
        .refuses(&bundle, doubt(Role::Supervisor, Doubt::RevokedPasskey))
        .await;
}

/// The call centre's clock is right; the gateway's is ten minutes off, or the other way round.
#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_opens_nothing() {
    let house = House::new().await;
    let bundle = house.bundle();
    house.clock.set(moved(start(), 600));
    house.refuses(&bundle, Refusal::Expired).await;
    let house = House::new().await;
    let bundle = house.bundle();
    house.clock.set(moved(start(), -600));
    house.refuses(&bundle, Refusal::LivesTooLong).await;
    let house = House::new().await;
    *house.trust.lock().unwrap() = false;
    house.refuses(&house.bundle(), Refusal::ClockUncertain).await;
}

#[tokio::test]
async fn an_assertion_without_uv_of_another_origin_or_rp_id_opens_nothing() {
    let house = House::new().await;
    let honest = house.bundle();
    let arrival = house.arrival();
    let signed = |change: &dyn Fn(&mut Ceremony)| {
        let mut ceremony = house.company.ceremony.clone();
        change(&mut ceremony);
        let arrival = house.company.guard.key.sign(&arrival, &ceremony).unwrap();
        UnlockBundle {
            arrival,
            ..honest.clone()
        }
    };
    let unverified = signed(&|made| made.flags = 0x01);
    house.refuses(&unverified, doubt(Role::Guard, Doubt::NotVerified)).await;
    let elsewhere = signed(&|made| "https://evil.example".clone_into(&mut made.origin));
    house.refuses(&elsewhere, doubt(Role::Guard, Doubt::WrongOrigin)).await;
    let other = signed(&|made| "evil.example".clone_into(&mut made.rp_id));
    house
        .refuses(&other, doubt(Role::Guard, Doubt::WrongRelyingParty))
        .await;
}

#[tokio::test]
async fn a_code_of_an_earlier_step_opens_nothing_and_five_wrong_ones_end_it() {
    let house = House::new().await;
    let old = house.code();
    house.pass(61);
    let with = |code| {
        let arrival = house.company.arrival(&incident(1), code, house.now());
        house.company.bundle(&arrival, lock(), house.in_minutes(5)).unwrap()
    };
    let first = with(old.clone());
    house.refuses(&first, Refusal::CodeWrong).await;
    // The same one again is the same attempt.
    house.refuses(&first, Refusal::CodeWrong).await;
    for _ in 0..4 {
        house.refuses(&with(old.clone()), Refusal::CodeWrong).await;
    }
    house.refuses(&with(house.code()), Refusal::CodeExhausted).await;
    let room = house.after_power_cut();
    room.take(&with(house.code()).to_bytes()).await;
    assert_eq!(house.answer(), Err(Refusal::CodeExhausted), "nor after a power cut");
}

/// Plain ECHONET Lite: whoever is on the house's network could answer in the lock's place (EP⑧).
#[tokio::test]
async fn an_unauthenticated_lock_is_never_driven() {
    let house = House::new().await;
    for (standing, why) in [
        (LockStanding::Unauthenticated, Refusal::LockUnauthenticated),
        (LockStanding::NotALock, Refusal::NotALock),
        (LockStanding::Unreachable, Refusal::LockUnreachable),
    ] {
        house.lock.standings.lock().unwrap().insert(lock(), standing);
        house.refuses(&house.bundle(), why).await;
    }
}

#[tokio::test]
async fn what_may_be_otherwise_in_a_moment_is_judged_anew() {
    let house = House::new().await;
    let bundle = house.bundle();
    house
        .lock
        .standings
        .lock()
        .unwrap()
        .insert(lock(), LockStanding::Unreachable);
    house.refuses(&bundle, Refusal::LockUnreachable).await;
    house.lock.standings.lock().unwrap().insert(lock(), LockStanding::Ready);
    house.send(&bundle).await;
    assert_eq!(house.answer().unwrap().outcome, Outcome::Opened);
}

/// The lock went away between the look and the word: it was told nothing, so the nonce is not used up.
#[tokio::test]
async fn a_lock_that_was_told_nothing_can_be_tried_again() {
    let house = House::new().await;
    let bundle = house.bundle();
    *house.lock.outcome.lock().unwrap() = None;
    house.refuses(&bundle, Refusal::LockUnreachable).await;
    *house.lock.outcome.lock().unwrap() = Some(Outcome::Opened);
    house.send(&bundle).await;
    assert_eq!((house.answer().unwrap().outcome, house.driven()), (Outcome::Opened, 1));
}

#[tokio::test]
async fn a_house_without_a_roster_opens_nothing() {
    let house = House::empty();
    house.open(1);
    house.refuses(&house.bundle(), Refusal::NoRoster).await;
}

#[tokio::test]
async fn a_flood_of_bundles_is_refused_and_not_all_told() {
    let house = House::new().await;
    for number in 0..200_u32 {
        house.room.take(&number.to_be_bytes()).await;
    }
    let told = house
        .log
        .told
        .lock()
        .unwrap()
        .iter()
        .filter(|told| matches!(told, Told::Answered { .. }))
        .count();
    assert_eq!(told, 30);
    assert_eq!(house.driven(), 0);
}
