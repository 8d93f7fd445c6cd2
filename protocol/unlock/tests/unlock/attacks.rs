//! Attacks on the bundle, T3-10 EP①, EP③ and EP⑤ (life, property).

use tomori_smart_home::Nonce;
use tomori_smart_home::unlock::{Doubt, Refusal, Role, Statement as _, UnixMillis, UnlockApproval};
use tomori_unlock::{Authority, Ceremony, Signed, UnlockBundle, digest};

use crate::company::{
    Company, ORIGIN, RP_ID, arrival, at, ceremony, guard, now, opened, operator, passkey, person, supervisor,
};

fn believe(company: &Company, bundle: &UnlockBundle) -> Result<Authority, Refusal> {
    Authority::of(bundle, &company.roster)
}

fn refused(company: &Company, bundle: &UnlockBundle, why: Refusal) {
    assert_eq!(believe(company, bundle).unwrap_err(), why);
}

fn doubt(by: Role, doubt: Doubt) -> Refusal {
    Refusal::Signature { by, doubt }
}

#[test]
fn three_honest_people_are_believed() {
    let company = Company::new();
    let bundle = company.bundle();
    let authority = believe(&company, &bundle).unwrap();
    assert_eq!(
        (
            authority.trio().guard(),
            authority.trio().operator(),
            authority.trio().supervisor()
        ),
        (&guard(), &operator(), &supervisor())
    );
    assert_eq!(authority.is_about(&opened()), Ok(()));
    assert_eq!(authority.is_in_time(now()), Ok(()));
    assert_eq!(UnlockBundle::from_bytes(&bundle.to_bytes()), Ok(bundle.clone()));
    assert_eq!(authority.bundle(), bundle.digest());
}

#[test]
fn every_changed_bit_of_a_bundle_is_refused() {
    let company = Company::new();
    let bytes = company.bundle().to_bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let believed = UnlockBundle::from_bytes(&changed).map(|bundle| believe(&company, &bundle));
        assert!(!matches!(believed, Ok(Ok(_))), "byte {place} may be changed");
    }
}

/// Who owns the call centre's server has no passkey: it can write statements, and sign them with keys of its own.
#[test]
fn the_call_centre_server_cannot_open_with_keys_of_its_own() {
    let company = Company::new();
    let mut bundle = company.bundle();
    let own = passkey(1);
    bundle.arrival = own.sign(&arrival(), &ceremony()).unwrap();
    refused(&company, &bundle, doubt(Role::Guard, Doubt::BadSignature));
    let own = passkey(77);
    bundle.arrival = own.sign(&arrival(), &ceremony()).unwrap();
    refused(&company, &bundle, doubt(Role::Guard, Doubt::UnknownPasskey));
}

#[test]
fn operator_and_guard_cannot_open_without_a_supervisor() {
    let company = Company::new();
    let arrival = company.arrive();
    let request = company.ask(&company.request(&arrival));
    let approve = |name, key: &tomori_unlock::Authenticator| {
        let approval = UnlockApproval {
            request: request.digest(),
            supervisor: name,
        };
        UnlockBundle {
            arrival: arrival.clone(),
            request: request.clone(),
            approval: key.sign(&approval, &ceremony()).unwrap(),
        }
    };
    let by_operator = approve(operator(), &company.operator.key);
    refused(&company, &by_operator, doubt(Role::Supervisor, Doubt::WrongRole));
    let in_the_supervisors_name = approve(supervisor(), &company.operator.key);
    refused(
        &company,
        &in_the_supervisors_name,
        doubt(Role::Supervisor, Doubt::SomebodyElse),
    );
    let by_guard = approve(guard(), &company.guard.key);
    refused(&company, &by_guard, doubt(Role::Supervisor, Doubt::WrongRole));
}

/// Somebody with both roles asks and approves.
#[test]
fn a_supervisor_cannot_approve_their_own_request() {
    let mut company = Company::new();
    let member = company.roster.members.get_mut(&supervisor()).unwrap();
    member.roles.insert(Role::Operator);
    let arrival = company.arrive();
    let mut request = company.request(&arrival);
    request.operator = supervisor();
    assert!(
        request.approve(digest(&request.to_bytes()), supervisor()).is_err(),
        "not by the type"
    );
    let request = company.supervisor.key.sign(&request, &ceremony()).unwrap();
    let approval = company.approve(&request);
    refused(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
        Refusal::SamePerson,
    );
}

/// Somebody with all roles, and with a passkey for each.
#[test]
fn a_guard_cannot_approve_their_own_entry() {
    let mut company = Company::new();
    company
        .roster
        .members
        .get_mut(&guard())
        .unwrap()
        .roles
        .insert(Role::Supervisor);
    let arrival = company.arrive();
    let request = company.ask(&company.request(&arrival));
    let approval = UnlockApproval {
        request: request.digest(),
        supervisor: guard(),
    };
    let approval = company.guard.key.sign(&approval, &ceremony()).unwrap();
    refused(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
        Refusal::SamePerson,
    );
}

#[test]
fn an_approval_cannot_be_moved_to_another_request() {
    let company = Company::new();
    let mut bundle = company.bundle();
    let mut other = company.request(&bundle.arrival);
    other.expires_at = at("2026-11-26T03:19:00Z");
    bundle.request = company.ask(&other);
    refused(&company, &bundle, Refusal::OtherRequest);
}

#[test]
fn a_request_cannot_be_moved_to_another_arrival() {
    let company = Company::new();
    let mut bundle = company.bundle();
    let mut later = arrival();
    later.at = at("2026-11-26T03:12:30Z");
    bundle.arrival = company.guard.key.sign(&later, &ceremony()).unwrap();
    refused(&company, &bundle, Refusal::OtherArrival);
}

#[test]
fn a_statement_signed_for_one_purpose_serves_no_other() {
    let company = Company::new();
    let mut bundle = company.bundle();
    std::mem::swap(&mut bundle.arrival, &mut bundle.request);
    refused(&company, &bundle, Refusal::Unreadable);
}

#[test]
fn arrival_and_request_of_two_incidents_do_not_go_together() {
    let company = Company::new();
    let arrival = company.arrive();
    let mut request = company.request(&arrival);
    request.incident = tomori_smart_home::IncidentId::from_random([99; 10]);
    let request = company.ask(&request);
    let approval = company.approve(&request);
    refused(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
        Refusal::OtherIncident,
    );
}

#[test]
fn a_request_for_another_guard_does_not_go_with_the_arrival() {
    let company = Company::new();
    let arrival = company.arrive();
    let mut request = company.request(&arrival);
    request.guard = person(8);
    let request = company.ask(&request);
    let approval = company.approve(&request);
    refused(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
        Refusal::OtherGuard,
    );
}

#[test]
fn a_bundle_for_another_house_or_incident_is_about_nothing_here() {
    let company = Company::new();
    let authority = believe(&company, &company.bundle()).unwrap();
    let mut other = opened();
    other.home = tomori_smart_home::HomeId::from_random([99; 10]);
    assert_eq!(authority.is_about(&other), Err(Refusal::OtherHome));
    let mut other = opened();
    other.incident = tomori_smart_home::IncidentId::from_random([99; 10]);
    assert_eq!(authority.is_about(&other), Err(Refusal::IncidentUnknown));
    let mut yesterday = opened();
    yesterday.nonce = Nonce::from([99; 32]);
    assert_eq!(authority.is_about(&yesterday), Err(Refusal::NonceWrong));
}

/// Ends are exact, and a clock that is ten minutes off refuses rather than acts.
#[test]
fn a_bundle_never_acts_late_or_early() {
    let company = Company::new();
    let authority = believe(&company, &company.bundle()).unwrap();
    let moved = |millis: i64| {
        let now = i64::try_from(now().millis()).unwrap() + millis;
        UnixMillis::from_millis(u64::try_from(now).unwrap()).unwrap()
    };
    let minutes = |count: i64| count * 60_000;
    assert_eq!(authority.is_in_time(moved(minutes(5) - 1)), Ok(()));
    assert_eq!(authority.is_in_time(moved(minutes(5))), Err(Refusal::Expired));
    assert_eq!(authority.is_in_time(moved(minutes(10))), Err(Refusal::Expired));
    assert_eq!(authority.is_in_time(moved(-minutes(1))), Ok(()));
    assert_eq!(authority.is_in_time(moved(-minutes(1) - 30_000)), Ok(()));
    assert_eq!(
        authority.is_in_time(moved(-minutes(1) - 30_001)),
        Err(Refusal::ArrivalAhead)
    );
    assert_eq!(authority.is_in_time(moved(-minutes(10))), Err(Refusal::LivesTooLong));
    let year = minutes(60 * 24 * 365);
    assert_eq!(authority.is_in_time(moved(year)), Err(Refusal::RosterExpired));
}

#[test]
fn a_request_cannot_live_for_hours_and_an_arrival_goes_stale() {
    let company = Company::new();
    let arrival = company.arrive();
    let mut request = company.request(&arrival);
    request.expires_at = at("2026-11-26T09:00:00Z");
    let request = company.ask(&request);
    let approval = company.approve(&request);
    let authority = believe(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
    )
    .unwrap();
    assert_eq!(authority.is_in_time(now()), Err(Refusal::LivesTooLong));
    assert_eq!(
        authority.is_in_time(at("2026-11-26T08:55:00Z")),
        Err(Refusal::ArrivalStale)
    );
}

#[test]
fn a_revoked_passkey_counts_no_more() {
    let mut company = Company::new();
    let bundle = company.bundle();
    let lost = company.operator.key.credential().clone();
    company.roster.revoked.insert(lost);
    refused(&company, &bundle, doubt(Role::Operator, Doubt::RevokedPasskey));
}

#[test]
fn somebody_who_left_the_company_cannot_sign() {
    let mut company = Company::new();
    let bundle = company.bundle();
    company.roster.members.remove(&supervisor());
    refused(&company, &bundle, doubt(Role::Supervisor, Doubt::UnknownPasskey));
}

/// Every way in which a passkey can be made to sign something that is not this.
#[test]
fn an_assertion_made_otherwise_is_refused_by_its_reason() {
    let company = Company::new();
    let honest = company.bundle();
    let made = |ceremony: Ceremony| -> Signed { company.guard.key.sign(&arrival(), &ceremony).unwrap() };
    let on = |change: &dyn Fn(&mut Ceremony)| {
        let mut ceremony = Ceremony::on(RP_ID, ORIGIN);
        change(&mut ceremony);
        made(ceremony)
    };
    for (arrival, why) in [
        (on(&|made| made.flags = 0x01), Doubt::NotVerified),
        (on(&|made| made.flags = 0x04), Doubt::NobodyPresent),
        (on(&|made| made.flags = 0x45), Doubt::Malformed),
        (on(&|made| made.flags = 0x85), Doubt::Malformed),
        (on(&|made| made.flags = 0x15), Doubt::Malformed),
        (
            on(&|made| "https://guard.example.evil.example".clone_into(&mut made.origin)),
            Doubt::WrongOrigin,
        ),
        (
            on(&|made| "http://guard.example".clone_into(&mut made.origin)),
            Doubt::WrongOrigin,
        ),
        (
            on(&|made| "evil.example".clone_into(&mut made.rp_id)),
            Doubt::WrongRelyingParty,
        ),
        (
            on(&|made| "webauthn.create".clone_into(&mut made.kind)),
            Doubt::WrongCeremony,
        ),
    ] {
        let bundle = UnlockBundle {
            arrival,
            ..honest.clone()
        };
        refused(&company, &bundle, doubt(Role::Guard, why));
    }
    let mut other = arrival();
    other.code = "1111 1111".parse().unwrap();
    let mut lent = honest.clone();
    lent.arrival.assertion = company.guard.key.sign(&other, &ceremony()).unwrap().assertion;
    refused(&company, &lent, doubt(Role::Guard, Doubt::WrongChallenge));
}

#[test]
fn the_counter_of_a_passkey_is_noted() {
    let company = Company::new();
    let mut counting = ceremony();
    counting.counter = 42;
    let arrival = company.guard.key.sign(&arrival(), &counting).unwrap();
    let request = company.ask(&company.request(&arrival));
    let approval = company.approve(&request);
    let authority = believe(
        &company,
        &UnlockBundle {
            arrival,
            request,
            approval,
        },
    )
    .unwrap();
    let counts = authority.counted().each_ref().map(|counted| counted.counter);
    assert_eq!(counts, [42, 0, 0]);
    assert_eq!(authority.counted()[0].credential, *company.guard.key.credential());
}
