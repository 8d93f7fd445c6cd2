//! Any bytes that may come as something signed (T3-10 EP①, EP③): reading them ends, what was read is written back to the
//! same bytes, and what is believed is believed for the reasons that were read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tomori_smart_home::unlock::{
    Arrival, IncidentOpened, PublicPoint, Receipt, RefusalNotice, Roster, Statement, UnlockApproval, UnlockRequest,
};
use tomori_unlock::{
    Attested, Authority, IncidentFile, RootKey, Signed, SignedRoster, UnlockBundle, challenge_of, is_on_curve,
    registered,
};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 6 {
        0 => bundle(data),
        1 => {
            if let Some(signed) = again::<SignedRoster>(data) {
                again::<Roster>(&signed.roster);
            }
        }
        2 => statement(data),
        3 => drop(incident(data)),
        4 => drop(registration(data)),
        _ => drop(authority(data)),
    }
});

/// What is read has one spelling, so that a digest names it and a signature covers all of it.
fn again<S: Statement>(data: &[u8]) -> Option<S> {
    let read = S::from_bytes(data).ok()?;
    assert_eq!(read.to_bytes(), data, "it is spelled as it was read");
    Some(read)
}

fn bundle(data: &[u8]) {
    let Some(bundle) = again::<UnlockBundle>(data) else {
        return;
    };
    for signed in [&bundle.arrival, &bundle.request, &bundle.approval] {
        assert_eq!(Signed::from_bytes(&signed.to_bytes()).as_ref(), Ok(signed));
    }
    if let Ok((arrival, request, approval)) = bundle.statements() {
        assert_eq!(arrival.to_bytes(), bundle.arrival.statement);
        assert_eq!(request.to_bytes(), bundle.request.statement);
        assert_eq!(approval.to_bytes(), bundle.approval.statement);
    }
}

fn statement(data: &[u8]) {
    let signed = again::<Attested>(data);
    let data = signed.as_ref().map_or(data, |signed| &signed.statement);
    let kinds = [
        again::<Arrival>(data).is_some(),
        again::<UnlockRequest>(data).is_some(),
        again::<UnlockApproval>(data).is_some(),
        again::<IncidentOpened>(data).is_some(),
        again::<Receipt>(data).is_some(),
        again::<RefusalNotice>(data).is_some(),
        again::<Roster>(data).is_some(),
    ];
    assert!(
        kinds.into_iter().filter(|is_one| *is_one).count() <= 1,
        "no statement is two"
    );
}

/// A gateway's key, a line with the root key, and an exported incident.
fn incident(data: &[u8]) -> Option<()> {
    let (gateway, rest) = data.split_first_chunk()?;
    let gateway = PublicPoint::new(*gateway)?;
    let (root, file) = std::str::from_utf8(rest).ok()?.split_once('\n')?;
    let root: RootKey = root.parse().ok()?;
    assert_eq!(root.to_string().parse(), Ok(root), "a key reads as it prints");
    let file: IncidentFile = serde_json::from_str(file).ok()?;
    let written = serde_json::to_string(&file).ok()?;
    assert_eq!(
        serde_json::from_str::<IncidentFile>(&written).ok().as_ref(),
        Some(&file)
    );
    if let Ok(story) = file.verify(&root, &[gateway]) {
        assert!(
            story.answers.len() <= file.answers.len(),
            "no answer is told that is not there"
        );
        assert!(story.unanswered <= file.bundles.len());
    }
    Some(())
}

/// The length of the client data, these, and an attestation object: what a browser answers when a passkey is made.
fn registration(data: &[u8]) -> Option<()> {
    let (client, object) = two(data)?;
    let challenge = challenge_of(client)?;
    if let Ok(made) = registered(object, client, &challenge, "guard.example", "https://guard.example") {
        assert!(
            is_on_curve(&made.key),
            "no key is taken that could not check a signature"
        );
    }
    Some(())
}

/// The length of a bundle, the bundle, and a roster.
fn authority(data: &[u8]) -> Option<()> {
    let (bundle, roster) = two(data)?;
    let (bundle, roster) = (again::<UnlockBundle>(bundle)?, again::<Roster>(roster)?);
    if let Ok(authority) = Authority::of(&bundle, &roster) {
        assert_eq!(authority.bundle(), bundle.digest());
        let trio = authority.trio();
        assert!(
            trio.guard() != trio.operator()
                && trio.operator() != trio.supervisor()
                && trio.guard() != trio.supervisor(),
            "three people, and not fewer"
        );
    }
    Some(())
}

fn two(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
