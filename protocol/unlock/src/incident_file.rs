//! An exported incident: everything that was signed, in one file, checked by anybody who holds two public keys.
//!
//! The file is JSON so that it can be looked at; what counts in it are the signed bytes, in base64url. Whoever checks
//! brings the company's root key and the gateway's public key from elsewhere: a file that vouched for itself would be
//! worth nothing.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::unlock::{
    Digest, IncidentOpened, PublicPoint, Receipt, Refusal, RefusalNotice, Roster, Statement, UnixMillis,
};

use crate::attested::{Attested, AttestedError};
use crate::authority::Authority;
use crate::bundle::UnlockBundle;
use crate::roster::{RootKey, SignedRoster};

/// The form of the file.
const FORM: u32 = 1;
/// The most of each kind in one file.
const MOST: usize = 1_000;

/// An exported incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentFile {
    /// 1.
    pub tomori_incident: u32,
    /// The [`IncidentOpened`] that the gateway signed.
    pub opened: String,
    /// The company's signed rosters that answers refer to.
    pub rosters: Vec<String>,
    /// The bundles that were sent to the gateway.
    pub bundles: Vec<String>,
    /// What the gateway answered: signed [`Receipt`]s and [`RefusalNotice`]s.
    pub answers: Vec<String>,
}

/// A part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The opening of the incident.
    Opened,
    /// A roster, counted from 0.
    Roster(usize),
    /// A bundle, counted from 0.
    Bundle(usize),
    /// An answer, counted from 0.
    Answer(usize),
}

/// What is wrong with an exported incident.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IncidentFault {
    /// It is of another form.
    #[error("the file has form {0}; this software reads form 1")]
    Form(u32),
    /// There is too much of it.
    #[error("the file has more than 1,000 of one kind")]
    TooMuch,
    /// A part is not base64url, or not the one spelling of what it should be.
    #[error("{0}: cannot be read")]
    Unreadable(Part),
    /// A part is not signed by whom it should be.
    #[error("{0}: the signature does not hold")]
    Forged(Part),
    /// An answer speaks of another house or incident.
    #[error("{0}: is about another house or incident")]
    Elsewhere(Part),
    /// An answer speaks of a bundle that is not in the file.
    #[error("{0}: the bundle it speaks of is missing")]
    BundleMissing(Part),
    /// A receipt names a roster that is not in the file.
    #[error("{part}: the roster of version {version} it was checked against is missing")]
    RosterMissing {
        /// The receipt.
        part: Part,
        /// The version.
        version: u64,
    },
    /// The gateway says that it drove the lock for a bundle that gave it no authority.
    #[error("{part}: the lock was driven without authority: {}", why.en())]
    WithoutAuthority {
        /// The receipt.
        part: Part,
        /// What was missing.
        why: Refusal,
    },
    /// The gateway says that it drove the lock twice for one incident's nonce.
    #[error("{0}: the lock was driven a second time")]
    Twice(Part),
}

/// What an incident's file tells, when everything in it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// How it began.
    pub opened: IncidentOpened,
    /// What the gateway answered, in the order of the file.
    pub answers: Vec<Answer>,
    /// How many bundles have no answer.
    pub unanswered: usize,
}

/// What the gateway answered to a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It drove the lock.
    Drove {
        /// The receipt.
        receipt: Receipt,
        /// Names of guard, operator and supervisor, from the roster.
        names: [String; 3],
    },
    /// It did not.
    Refused(RefusalNotice),
}

impl IncidentFile {
    /// Puts a file together.
    #[must_use]
    pub fn new(opened: &Attested, rosters: &[SignedRoster], bundles: &[UnlockBundle], answers: &[Attested]) -> Self {
        Self {
            tomori_incident: FORM,
            opened: text(opened),
            rosters: rosters.iter().map(text).collect(),
            bundles: bundles.iter().map(text).collect(),
            answers: answers.iter().map(text).collect(),
        }
    }

    /// Checks everything in it that can be checked without being there. That the code was shown at the door, only the
    /// gateway could know; its receipt says so. A gateway has a new key with each certificate, so there can be several.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(&self, root: &RootKey, gateway: &[PublicPoint]) -> Result<Story, IncidentFault> {
        if self.tomori_incident != FORM {
            return Err(IncidentFault::Form(self.tomori_incident));
        }
        if [&self.rosters, &self.bundles, &self.answers]
            .iter()
            .any(|list| list.len() > MOST)
        {
            return Err(IncidentFault::TooMuch);
        }
        let opened: IncidentOpened = attested(Part::Opened, &self.opened, gateway)?;
        let rosters = self.rosters(root)?;
        let mut bundles = BTreeMap::new();
        for (index, given) in self.bundles.iter().enumerate() {
            let bundle: UnlockBundle = part(Part::Bundle(index), given)?;
            bundles.insert(bundle.digest(), bundle);
        }
        let (mut told, mut answered) = (BTreeSet::new(), BTreeSet::new());
        let mut was_driven = false;
        let mut answers = Vec::new();
        for (index, given) in self.answers.iter().enumerate() {
            let at = Part::Answer(index);
            let signed: Attested = part(at, given)?;
            // The same answer told again is no second one.
            if !told.insert(signed.statement.clone()) {
                continue;
            }
            let answer = match Receipt::from_bytes(&signed.statement) {
                Ok(_) => {
                    let drove = authority(at, open(at, &signed, gateway)?, &opened, &rosters, &bundles)?;
                    if std::mem::replace(&mut was_driven, true) {
                        return Err(IncidentFault::Twice(at));
                    }
                    drove
                }
                Err(_) => refused(at, &signed, gateway, &opened)?,
            };
            answered.insert(answer.bundle());
            answers.push(answer);
        }
        let unanswered = bundles.keys().filter(|bundle| !answered.contains(bundle)).count();
        Ok(Story {
            opened,
            answers,
            unanswered,
        })
    }

    fn rosters(&self, root: &RootKey) -> Result<BTreeMap<u64, Roster>, IncidentFault> {
        let mut rosters = BTreeMap::new();
        for (index, given) in self.rosters.iter().enumerate() {
            let signed: SignedRoster = part(Part::Roster(index), given)?;
            let roster = signed
                .open(root)
                .map_err(|_| IncidentFault::Forged(Part::Roster(index)))?;
            rosters.insert(roster.version, roster);
        }
        Ok(rosters)
    }
}

impl Answer {
    /// SHA-256 of the bundle it answers.
    #[must_use]
    pub fn bundle(&self) -> Digest {
        match self {
            Self::Drove { receipt, .. } => receipt.bundle,
            Self::Refused(notice) => notice.bundle,
        }
    }

    /// When, by the gateway's clock.
    #[must_use]
    pub fn at(&self) -> UnixMillis {
        match self {
            Self::Drove { receipt, .. } => receipt.at,
            Self::Refused(notice) => notice.at,
        }
    }
}

/// Whether the gateway had the authority that its receipt claims.
fn authority(
    at: Part,
    receipt: Receipt,
    opened: &IncidentOpened,
    rosters: &BTreeMap<u64, Roster>,
    bundles: &BTreeMap<Digest, UnlockBundle>,
) -> Result<Answer, IncidentFault> {
    if receipt.home != opened.home || receipt.incident != opened.incident {
        return Err(IncidentFault::Elsewhere(at));
    }
    let bundle = bundles.get(&receipt.bundle).ok_or(IncidentFault::BundleMissing(at))?;
    let roster = rosters.get(&receipt.roster).ok_or(IncidentFault::RosterMissing {
        part: at,
        version: receipt.roster,
    })?;
    let without = |why| IncidentFault::WithoutAuthority { part: at, why };
    let authority = Authority::of(bundle, roster).map_err(without)?;
    authority.is_about(opened).map_err(without)?;
    authority.is_in_time(receipt.at).map_err(without)?;
    if authority.request().lock != receipt.lock {
        return Err(without(Refusal::LockUnknown));
    }
    let trio = authority.trio();
    let names = [trio.guard(), trio.operator(), trio.supervisor()].map(|person| {
        let member = roster.members.get(person);
        member.map(|member| member.name.clone()).unwrap_or_default()
    });
    Ok(Answer::Drove { receipt, names })
}

fn refused(
    at: Part,
    signed: &Attested,
    gateway: &[PublicPoint],
    opened: &IncidentOpened,
) -> Result<Answer, IncidentFault> {
    let notice = open::<RefusalNotice>(at, signed, gateway)?;
    if notice.home == opened.home {
        Ok(Answer::Refused(notice))
    } else {
        Err(IncidentFault::Elsewhere(at))
    }
}

fn text<S: Statement>(statement: &S) -> String {
    BASE64URL_NOPAD.encode(&statement.to_bytes())
}

fn part<S: Statement>(at: Part, given: &str) -> Result<S, IncidentFault> {
    let bytes = BASE64URL_NOPAD.decode(given.as_bytes()).ok();
    bytes
        .and_then(|bytes| S::from_bytes(&bytes).ok())
        .ok_or(IncidentFault::Unreadable(at))
}

fn attested<S: Statement>(at: Part, given: &str, gateway: &[PublicPoint]) -> Result<S, IncidentFault> {
    open(at, &part(at, given)?, gateway)
}

fn open<S: Statement>(at: Part, signed: &Attested, gateway: &[PublicPoint]) -> Result<S, IncidentFault> {
    let opened = gateway.iter().map(|key| signed.open(key));
    let mut believed = opened.filter(|opened| !matches!(opened, Err(AttestedError::Forged)));
    match believed.next() {
        Some(Ok(statement)) => Ok(statement),
        Some(Err(_)) => Err(IncidentFault::Unreadable(at)),
        None => Err(IncidentFault::Forged(at)),
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Opened => f.write_str("opened"),
            Self::Roster(index) => write!(f, "rosters[{index}]"),
            Self::Bundle(index) => write!(f, "bundles[{index}]"),
            Self::Answer(index) => write!(f, "answers[{index}]"),
        }
    }
}
