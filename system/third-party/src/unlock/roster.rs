//! The company's roster: what to carry to the offline machine, what may be kept, and what a new one changes. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tomori_smart_home::unlock::{CredentialId, Member, Role, Roster, Statement as _};
use tomori_smart_home::{CompanyId, StaffId};
use tomori_unlock::{RootKey, RosterRefused, SignedRoster};

use super::passkey::{Passkey, RelyingParty, Standing};
use crate::people;

/// How long a roster lives when nobody writes anything else into the description.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// From so long before its end on the page says that a roster ends.
pub(super) const WARN_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The largest file that is looked at.
pub(super) const LARGEST: usize = 768 * 1024;

/// What is known of the company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub id: Option<CompanyId>,
    /// The public half of its root.
    pub root: Option<RootKey>,
}

/// Somebody of the company, as the description needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: StaffId,
    pub(super) name: String,
    pub(super) role: people::Role,
}

/// Why a file is not kept as the roster.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// No root is pinned.
    #[error("no root is pinned")]
    NoRoot,
    /// It is no signed roster.
    #[error("not a signed roster")]
    Unreadable,
    /// Another root signed it.
    #[error("not signed by the pinned root")]
    OtherRoot,
    /// It is another company's.
    #[error("another company's roster")]
    OtherCompany,
    /// Its version is not higher than this one.
    #[error("version {0} was kept before")]
    NotNewer(u64),
    /// It has expired.
    #[error("expired at {0}")]
    Expired(Timestamp),
}

/// What one roster changes against the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// There was none before.
    First,
    /// Somebody came.
    Came(String, BTreeSet<Role>),
    /// Somebody left.
    Left(String),
    /// Somebody has other roles.
    Roles(String, BTreeSet<Role>),
    /// Somebody has more passkeys.
    More(String, usize),
    /// Passkeys of somebody stand on it no more, or count no more.
    Fewer(String, usize),
    /// Passkeys were revoked.
    Revoked(usize),
    /// Passkeys that were revoked are not any more. Somebody should have meant that.
    Unrevoked(usize),
    /// People sign on other pages.
    Pages,
}

/// What somebody should know of the roster in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// There is none.
    None,
    /// It has expired: no door opens.
    Over,
    /// It ends within a week.
    EndsSoon,
    /// It is for other pages than this server's: nobody can sign here.
    OtherPages,
    /// Nobody on it can do this.
    Nobody(Role),
    /// So many passkeys that were made here are not on it.
    Waiting(usize),
    /// So many passkeys that were removed here still count.
    Removed(usize),
}

/// The roster that the pinned root signed, if it may follow `before`.
///
/// # Errors
/// The first reason why not.
pub(super) fn accept(
    bytes: &[u8],
    company: &Company,
    before: Option<&Roster>,
    now: Timestamp,
) -> Result<Roster, Unfit> {
    let root = company.root.ok_or(Unfit::NoRoot)?;
    let signed = SignedRoster::from_bytes(bytes).map_err(|_| Unfit::Unreadable)?;
    let roster = signed.open(&root).map_err(|error| match error {
        RosterRefused::Forged => Unfit::OtherRoot,
        RosterRefused::Unreadable(_) => Unfit::Unreadable,
    })?;
    let known = before.map(|before| &before.company).or(company.id.as_ref());
    if known.is_some_and(|known| *known != roster.company) {
        return Err(Unfit::OtherCompany);
    }
    if let Some(before) = before.filter(|before| roster.version <= before.version) {
        return Err(Unfit::NotNewer(before.version));
    }
    let ends_at = roster.expires_at.timestamp();
    if ends_at <= now {
        return Err(Unfit::Expired(ends_at));
    }
    Ok(roster)
}

/// What `after` changes.
#[must_use]
pub(super) fn changes(before: Option<&Roster>, after: &Roster) -> Vec<Change> {
    let Some(before) = before else {
        return vec![Change::First];
    };
    let mut changes = Vec::new();
    if (&before.rp_id, &before.origins) != (&after.rp_id, &after.origins) {
        changes.push(Change::Pages);
    }
    for (id, member) in &after.members {
        let Some(earlier) = before.members.get(id) else {
            changes.push(Change::Came(member.name.clone(), member.roles.clone()));
            continue;
        };
        if earlier.roles != member.roles {
            changes.push(Change::Roles(member.name.clone(), member.roles.clone()));
        }
        let (had, has) = (counting(before, earlier), counting(after, member));
        let (more, fewer) = (has.difference(&had).count(), had.difference(&has).count());
        if more > 0 {
            changes.push(Change::More(member.name.clone(), more));
        }
        if fewer > 0 {
            changes.push(Change::Fewer(member.name.clone(), fewer));
        }
    }
    let left = before.members.iter().filter(|(id, _)| !after.members.contains_key(*id));
    changes.extend(left.map(|(_, member)| Change::Left(member.name.clone())));
    let revoked = after.revoked.difference(&before.revoked).count();
    if revoked > 0 {
        changes.push(Change::Revoked(revoked));
    }
    let back = before.revoked.difference(&after.revoked).count();
    if back > 0 {
        changes.push(Change::Unrevoked(back));
    }
    changes
}

/// What of somebody's passkeys counts.
fn counting<'a>(roster: &Roster, member: &'a Member) -> BTreeSet<&'a CredentialId> {
    member
        .passkeys
        .keys()
        .filter(|id| !roster.revoked.contains(id))
        .collect()
}

/// What somebody should know of the roster in force, the worst first.
#[must_use]
pub(super) fn warnings(
    roster: Option<&Roster>,
    passkeys: &[Passkey],
    party: Option<&RelyingParty>,
    now: Timestamp,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let standing = |wanted: Standing| passkeys.iter().filter(|it| it.standing(roster) == wanted).count();
    match roster {
        None => warnings.push(Warning::None),
        Some(roster) => {
            let ends_at = roster.expires_at.timestamp();
            if ends_at <= now {
                warnings.push(Warning::Over);
            } else if ends_at.duration_since(now) <= WARN_BEFORE {
                warnings.push(Warning::EndsSoon);
            }
            let fits = |party: &RelyingParty| roster.rp_id == party.id && roster.origins.contains(&party.origin);
            if !party.is_some_and(fits) {
                warnings.push(Warning::OtherPages);
            }
            for role in [Role::Guard, Role::Operator, Role::Supervisor] {
                let mut members = roster.members.values();
                if !members.any(|member| member.roles.contains(&role) && !counting(roster, member).is_empty()) {
                    warnings.push(Warning::Nobody(role));
                }
            }
        }
    }
    for (count, warning) in [
        (
            standing(Standing::RemovedAndCounts),
            Warning::Removed as fn(usize) -> Warning,
        ),
        (standing(Standing::Waits), Warning::Waiting as fn(usize) -> Warning),
    ] {
        if count > 0 {
            warnings.push(warning(count));
        }
    }
    warnings
}

/// The roles that somebody has on the roster. A supervisor does an operator's work too, when they take a case over; nobody
/// approves what they asked for ([`tomori_smart_home::unlock::Trio`]).
#[must_use]
pub(super) fn roles_of(role: people::Role) -> &'static [Role] {
    match role {
        people::Role::Guard => &[Role::Guard],
        people::Role::Operator => &[Role::Operator],
        people::Role::Supervisor => &[Role::Operator, Role::Supervisor],
        people::Role::Administrator => &[Role::Administrator],
    }
}

/// The description that `tomori roster sign` reads: everybody who can sign, with the passkeys they made here, and what has
/// to be revoked.
#[must_use]
pub(super) fn describe(
    company: &Company,
    party: Option<&RelyingParty>,
    people: &[Person],
    passkeys: &[Passkey],
    before: Option<&Roster>,
    now: Timestamp,
) -> String {
    let id = before.map(|before| &before.company).or(company.id.as_ref());
    let version = before.map_or(1, |before| before.version.saturating_add(1));
    let ends_at = now.checked_add(LIFE).unwrap_or(Timestamp::MAX);
    let mut out = String::from(
        "# 警備会社の名簿 / The roster of a security company\n\
         # tomori roster sign roster.toml --key root.pem --out roster.cbor\n\
         # 読んでから署名してください。 Read it before you sign it: whoever is on it can open doors with two others.\n\n",
    );
    let company = id.map(CompanyId::as_str).unwrap_or_default();
    let (rp_id, origin) = party.map_or(("", ""), |party| (&party.id, &party.origin));
    // Writing into a string does not fail.
    let _ = writeln!(out, "company = {}", quoted(company));
    let _ = writeln!(out, "version = {version}");
    let _ = writeln!(out, "expires_at = \"{}\"", ends_at.strftime("%Y-%m-%dT%H:%M:00Z"));
    let _ = writeln!(out, "rp_id = {}\norigins = [{}]", quoted(rp_id), quoted(origin));
    let _ = writeln!(out, "revoked = [{}]", revoked(passkeys, before));
    let mut own: BTreeMap<&StaffId, Vec<&Passkey>> = BTreeMap::new();
    for passkey in passkeys.iter().filter(|passkey| passkey.removed_at.is_none()) {
        own.entry(&passkey.staff).or_default().push(passkey);
    }
    for person in people
        .iter()
        .filter(|person| person.role != people::Role::Administrator)
    {
        member(&mut out, person, own.get(&person.id).map_or(&[], Vec::as_slice));
    }
    out
}

fn member(out: &mut String, person: &Person, passkeys: &[&Passkey]) {
    let name = quoted(&shortened(&person.name));
    let _ = writeln!(out);
    if passkeys.is_empty() {
        let _ = writeln!(
            out,
            "# {} {name} ({}): パスキーがありません / no passkey yet",
            person.id,
            person.role.word()
        );
        return;
    }
    let roles: Vec<String> = roles_of(person.role).iter().map(|role| quoted(role.name())).collect();
    let _ = writeln!(out, "[[member]]\nperson = {}", quoted(person.id.as_str()));
    let _ = writeln!(out, "name = {name}\nroles = [{}]\npasskey = [", roles.join(", "));
    for passkey in passkeys {
        let _ = writeln!(
            out,
            "  {{ id = \"{}\", key = \"{}\" }}, # {}",
            BASE64URL_NOPAD.encode(passkey.credential.as_bytes()),
            BASE64URL_NOPAD.encode(passkey.key.as_bytes()),
            passkey.created_at.strftime("%Y-%m-%d")
        );
    }
    let _ = writeln!(out, "]");
}

/// What was revoked stays revoked; what was removed here and still stands on the roster comes to it.
fn revoked(passkeys: &[Passkey], before: Option<&Roster>) -> String {
    let removed = passkeys
        .iter()
        .filter(|passkey| passkey.standing(before) == Standing::RemovedAndCounts)
        .map(|passkey| &passkey.credential);
    let all: BTreeSet<&CredentialId> = before
        .into_iter()
        .flat_map(|before| &before.revoked)
        .chain(removed)
        .collect();
    let quoted: Vec<String> = all
        .into_iter()
        .map(|id| format!("\"{}\"", BASE64URL_NOPAD.encode(id.as_bytes())))
        .collect();
    quoted.join(", ")
}

/// A text as TOML has it in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    out
}

/// As much of a name as a roster has room for.
fn shortened(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if out.len() + letter.len_utf8() > Member::NAME_BYTES {
            break;
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::unlock::PublicPoint;

    use super::*;

    fn credential(number: u8) -> CredentialId {
        CredentialId::new(&[number]).unwrap()
    }

    fn roster(members: &[(u8, &str, Role, &[u8])], revoked: &[u8]) -> Roster {
        let mut point = [0; 65];
        point[0] = 4;
        let key = PublicPoint::new(point).unwrap();
        let member = |name: &str, role: Role, passkeys: &[u8]| Member {
            name: name.to_owned(),
            roles: BTreeSet::from([role]),
            passkeys: passkeys.iter().map(|number| (credential(*number), key)).collect(),
        };
        let entry = |(id, name, role, passkeys): &(u8, &str, Role, &[u8])| {
            (StaffId::from_random([*id; 10]), member(name, *role, passkeys))
        };
        Roster {
            company: CompanyId::from_random([9; 10]),
            version: 1,
            issued_at: tomori_smart_home::unlock::UnixMillis::LAST,
            expires_at: tomori_smart_home::unlock::UnixMillis::LAST,
            rp_id: "localhost".to_owned(),
            origins: BTreeSet::from(["http://localhost".to_owned()]),
            members: members.iter().map(entry).collect(),
            revoked: revoked.iter().map(|number| credential(*number)).collect(),
        }
    }

    #[test]
    fn what_changed_is_told_person_by_person() {
        let before = roster(
            &[
                (1, "守", Role::Guard, &[1, 2]),
                (2, "管", Role::Operator, &[3]),
                (3, "去", Role::Guard, &[]),
            ],
            &[9],
        );
        let after = roster(
            &[
                (1, "守", Role::Guard, &[1, 2, 4]),
                (2, "管", Role::Supervisor, &[3]),
                (4, "新", Role::Guard, &[5]),
            ],
            &[2],
        );
        assert_eq!(
            changes(Some(&before), &after),
            [
                Change::More("守".to_owned(), 1),
                Change::Fewer("守".to_owned(), 1),
                Change::Roles("管".to_owned(), BTreeSet::from([Role::Supervisor])),
                Change::Came("新".to_owned(), BTreeSet::from([Role::Guard])),
                Change::Left("去".to_owned()),
                Change::Revoked(1),
                Change::Unrevoked(1),
            ]
        );
        assert_eq!(changes(None, &after), [Change::First]);
        assert_eq!(changes(Some(&after), &after), []);
    }

    #[test]
    fn a_name_is_quoted_and_as_long_as_a_roster_has_room() {
        assert_eq!(quoted("a\"b\\c\nd"), "\"a\\\"b\\\\cd\"");
        assert_eq!(shortened(&"あ".repeat(60)).len(), 159);
    }
}
