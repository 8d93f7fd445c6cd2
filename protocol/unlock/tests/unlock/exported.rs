//! Exported incidents: what a stranger with two public keys can find out.

use tomori_smart_home::GatewayId;
use tomori_smart_home::unlock::{Doubt, Outcome, Receipt, Refusal, RefusalNotice, Role};
use tomori_unlock::{Answer, GatewayKey, IncidentFault, IncidentFile, Part, UnlockBundle};

use crate::company::{Company, at, lock, now, opened};

struct Scene {
    company: Company,
    gateway: GatewayKey,
    bundle: UnlockBundle,
}

impl Scene {
    fn new() -> Self {
        let company = Company::new();
        let bundle = company.bundle();
        Self {
            company,
            gateway: GatewayKey::generate().unwrap(),
            bundle,
        }
    }

    fn receipt(&self) -> Receipt {
        Receipt {
            incident: opened().incident,
            home: opened().home,
            gateway: GatewayId::from_random([8; 10]),
            lock: lock(),
            bundle: self.bundle.digest(),
            roster: 7,
            outcome: Outcome::Opened,
            at: now(),
        }
    }

    fn notice(&self, bundle: &UnlockBundle) -> RefusalNotice {
        RefusalNotice {
            home: opened().home,
            gateway: GatewayId::from_random([8; 10]),
            bundle: bundle.digest(),
            why: Refusal::Expired,
            at: at("2026-11-26T03:20:00Z"),
        }
    }

    fn file(&self, receipts: &[Receipt]) -> IncidentFile {
        let answers: Vec<_> = receipts
            .iter()
            .map(|receipt| self.gateway.attest(receipt).unwrap())
            .collect();
        IncidentFile::new(
            &self.gateway.attest(&opened()).unwrap(),
            &[self.company.root.sign(&self.company.roster)],
            std::slice::from_ref(&self.bundle),
            &answers,
        )
    }

    fn verify(&self, file: &IncidentFile) -> Result<tomori_unlock::Story, IncidentFault> {
        file.verify(&self.company.root.public(), &[self.gateway.public().unwrap()])
    }
}

#[test]
fn an_honest_incident_tells_its_story() {
    let scene = Scene::new();
    let mut file = scene.file(&[scene.receipt()]);
    let other = scene.company.bundle();
    let late = scene.gateway.attest(&scene.notice(&other)).unwrap();
    file.answers.push(data_encoding_of(&late));
    let json = serde_json::to_string(&file).unwrap();
    let file: IncidentFile = serde_json::from_str(&json).unwrap();
    let story = scene.verify(&file).unwrap();
    assert_eq!(story.opened, opened());
    assert_eq!(story.unanswered, 0);
    let Answer::Drove { receipt, names } = &story.answers[0] else {
        panic!("the lock was driven")
    };
    assert_eq!(receipt.outcome, Outcome::Opened);
    assert_eq!(names, &["守 一郎", "管 次郎", "責 三郎"]);
    assert!(matches!(&story.answers[1], Answer::Refused(notice) if notice.why == Refusal::Expired));
}

fn data_encoding_of(attested: &tomori_unlock::Attested) -> String {
    let scene = IncidentFile::new(attested, &[], &[], &[]);
    scene.opened
}

/// A gateway that was taken over can sign receipts; it cannot make up three people.
#[test]
fn a_receipt_without_authority_is_found_out() {
    let scene = Scene::new();
    let mut forged = scene.bundle.clone();
    forged.approval.assertion.signature[10] ^= 1;
    let mut receipt = scene.receipt();
    receipt.bundle = forged.digest();
    let file = IncidentFile::new(
        &scene.gateway.attest(&opened()).unwrap(),
        &[scene.company.root.sign(&scene.company.roster)],
        &[forged],
        &[scene.gateway.attest(&receipt).unwrap()],
    );
    let why = Refusal::Signature {
        by: Role::Supervisor,
        doubt: Doubt::BadSignature,
    };
    assert_eq!(
        scene.verify(&file),
        Err(IncidentFault::WithoutAuthority {
            part: Part::Answer(0),
            why
        })
    );
}

#[test]
fn a_receipt_after_expiry_or_for_another_lock_is_found_out() {
    let scene = Scene::new();
    let mut late = scene.receipt();
    late.at = at("2026-11-26T03:18:00Z");
    let without = |why| {
        Err(IncidentFault::WithoutAuthority {
            part: Part::Answer(0),
            why,
        })
    };
    assert_eq!(scene.verify(&scene.file(&[late])), without(Refusal::Expired));
    let mut elsewhere = scene.receipt();
    elsewhere.lock = tomori_smart_home::DeviceId::from_random([99; 10]);
    assert_eq!(scene.verify(&scene.file(&[elsewhere])), without(Refusal::LockUnknown));
}

#[test]
fn a_lock_that_was_driven_twice_is_found_out() {
    let scene = Scene::new();
    assert!(
        scene.verify(&scene.file(&[scene.receipt(), scene.receipt()])).is_ok(),
        "the same receipt told again"
    );
    let mut second = scene.receipt();
    second.at = at("2026-11-26T03:14:00Z");
    let file = scene.file(&[scene.receipt(), second]);
    assert_eq!(scene.verify(&file), Err(IncidentFault::Twice(Part::Answer(1))));
}

#[test]
fn parts_that_are_missing_forged_or_cut_are_named() {
    let scene = Scene::new();
    let whole = scene.file(&[scene.receipt()]);
    let mut file = whole.clone();
    file.bundles.clear();
    assert_eq!(scene.verify(&file), Err(IncidentFault::BundleMissing(Part::Answer(0))));
    let mut file = whole.clone();
    file.rosters.clear();
    assert_eq!(
        scene.verify(&file),
        Err(IncidentFault::RosterMissing {
            part: Part::Answer(0),
            version: 7
        })
    );
    let mut file = whole.clone();
    file.opened.pop();
    assert_eq!(scene.verify(&file), Err(IncidentFault::Unreadable(Part::Opened)));
    let mut file = whole.clone();
    file.opened = data_encoding_of(&GatewayKey::generate().unwrap().attest(&opened()).unwrap());
    assert_eq!(scene.verify(&file), Err(IncidentFault::Forged(Part::Opened)));
    let mut file = whole.clone();
    let other = tomori_unlock::RootSigner::generate().unwrap();
    file.rosters = IncidentFile::new(
        &scene.gateway.attest(&opened()).unwrap(),
        &[other.sign(&scene.company.roster)],
        &[],
        &[],
    )
    .rosters;
    assert_eq!(scene.verify(&file), Err(IncidentFault::Forged(Part::Roster(0))));
    let mut file = whole;
    file.tomori_incident = 2;
    assert_eq!(scene.verify(&file), Err(IncidentFault::Form(2)));
}
