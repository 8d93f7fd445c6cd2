//! `tomori roster …` and `tomori audit verify FILE`, as a process: from an empty folder to a roster that a gateway takes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::unlock::{
    CredentialId, GatewayCode, IncidentOpened, Outcome, Receipt, Role, Statement as _, UnixMillis,
};
use tomori_smart_home::{DeviceId, GatewayId, HomeId, IncidentId, Nonce};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Authenticator, GatewayKey, IncidentFile, RootKey, SignedRoster};

fn tomori(lang: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tomori"))
        .args(["--lang", lang])
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A company's folder, as `tomori roster init` makes it, with a passkey for each person.
struct Office {
    folder: tempfile::TempDir,
    root: RootKey,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let init = tomori(
            "en",
            &["roster", "init", folder.path().join("company").to_str().unwrap()],
        );
        assert!(init.status.success(), "{}", said(&init));
        let text = String::from_utf8(init.stdout).unwrap();
        let root = text.lines().find_map(|line| line.trim().parse().ok()).unwrap();
        Self { folder, root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("company").join(name)
    }

    fn arg(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Fills in the description.
    fn describe(&self, version: u64, expires_at: Timestamp) {
        let mut text = std::fs::read_to_string(self.path("roster.toml")).unwrap();
        let line = |text: &str, key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        for (key, value) in [
            ("version", version.to_string()),
            ("expires_at", format!("\"{expires_at}\"")),
        ] {
            text = text.replace(&line(&text, key), &format!("{key} = {value}"));
        }
        for (number, name) in [(1, "守 一郎"), (2, "管 次郎"), (3, "責 三郎")] {
            let credential = CredentialId::new(&[number; 16]).unwrap();
            let key = Authenticator::generate(credential.clone()).unwrap();
            let passkey = format!(
                "passkey = [{{ id = \"{}\", key = \"{}\" }}]",
                BASE64URL_NOPAD.encode(credential.as_bytes()),
                BASE64URL_NOPAD.encode(key.public().as_bytes())
            );
            text = text.replacen("name = \"\"", &format!("name = \"{name}\""), 1);
            text = text.replacen("passkey = []", &passkey, 1);
        }
        std::fs::write(self.path("roster.toml"), text).unwrap();
    }

    fn sign(&self, lang: &str) -> Output {
        tomori(
            lang,
            &[
                "roster",
                "sign",
                &self.arg("roster.toml"),
                "--key",
                &self.arg("root.pem"),
                "--out",
                &self.arg("roster.cbor"),
            ],
        )
    }

    fn verify(&self, root: &str) -> Output {
        tomori("en", &["roster", "verify", &self.arg("roster.cbor"), "--root", root])
    }
}

fn tomorrow() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24)
}

#[test]
fn a_roster_is_made_signed_shown_and_verified() {
    let office = Office::new();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&office.path("root.pem")), 0o600);
    office.describe(1, tomorrow());
    let signed = office.sign("en");
    assert!(signed.status.success(), "{}", said(&signed));
    assert!(!said(&signed).contains("Note:"), "{}", said(&signed));

    let verified = office.verify(&office.root.to_string());
    assert!(
        verified.status.success() && said(&verified).contains("守 一郎"),
        "{}",
        said(&verified)
    );
    let roster = SignedRoster::from_bytes(&std::fs::read(office.path("roster.cbor")).unwrap()).unwrap();
    let roster = roster.open(&office.root).unwrap();
    assert!(
        roster
            .members
            .values()
            .any(|member| member.roles.contains(&Role::Supervisor))
    );

    let shown = tomori("ja", &["roster", "show", &office.arg("roster.cbor")]);
    assert!(said(&shown).contains("管制責任者"), "{}", said(&shown));
    let json = tomori("ja", &["roster", "show", "--json", &office.arg("roster.cbor")]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["members"].as_array().unwrap().len(), 3);
    let key = tomori("en", &["roster", "show", &office.arg("root.pem")]);
    assert_eq!(said(&key).trim(), office.root.to_string());
}

#[test]
fn a_version_is_signed_once_and_a_root_is_never_overwritten() {
    let office = Office::new();
    office.describe(3, tomorrow());
    assert!(office.sign("en").status.success());
    let again = office.sign("en");
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("version 3"), "{}", said(&again));
    let init = tomori("ja", &["roster", "init", &office.arg("")]);
    assert_eq!(init.status.code(), Some(2));
    assert!(said(&init).contains("root.pem"), "{}", said(&init));
}

#[test]
fn a_roster_of_another_root_or_with_a_changed_bit_does_not_hold() {
    let (office, other) = (Office::new(), Office::new());
    office.describe(1, tomorrow());
    assert!(office.sign("en").status.success());
    assert_eq!(office.verify(&other.root.to_string()).status.code(), Some(1));
    assert_eq!(office.verify("AAAAAAA").status.code(), Some(2));
    let path = office.path("roster.cbor");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(office.verify(&office.root.to_string()).status.code(), Some(1));
}

#[test]
fn what_is_wrong_with_a_description_is_told_with_its_place() {
    let office = Office::new();
    let empty = office.sign("en");
    assert!(said(&empty).contains("expires_at"), "{}", said(&empty));
    office.describe(1, Timestamp::now() + SignedDuration::from_hours(24 * 400));
    let long = office.sign("ja");
    assert!(said(&long).contains("1 年先"), "{}", said(&long));
    let text = std::fs::read_to_string(office.path("roster.toml")).unwrap();
    let rewrite = |from: &str, to: &str| std::fs::write(office.path("roster.toml"), text.replace(from, to)).unwrap();
    rewrite("https://guard.example", "https://evil.example");
    assert!(said(&office.sign("en")).contains("origins[0]"));
    rewrite("roles = [\"guard\"]", "roles = [\"king\"]");
    assert!(said(&office.sign("en")).contains("supervisor"), "the choices are told");
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let office = Office::new();
    office.describe(1, tomorrow());
    std::fs::set_permissions(office.path("root.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = office.sign("en");
    assert_eq!(exposed.status.code(), Some(2));
    assert!(said(&exposed).contains("chmod 600"), "{}", said(&exposed));
}

#[test]
fn an_exported_incident_is_verified_by_somebody_who_was_not_there() {
    let now = UnixMillis::of(Timestamp::now());
    let later = UnixMillis::from_millis(now.millis() + 60_000).unwrap();
    let company = Rehearsal::new("guard.example", "https://guard.example", now).unwrap();
    let gateway = GatewayKey::generate().unwrap();
    let opened = IncidentOpened {
        incident: IncidentId::from_random([1; 10]),
        home: HomeId::from_random([2; 10]),
        zone: "玄関".to_owned(),
        at: now,
        nonce: Nonce::from([3; 32]),
    };
    let lock = DeviceId::from_random([4; 10]);
    let arrival = company.arrival(&opened, GatewayCode::from_number(12_345_678), now);
    let bundle = company.bundle(&arrival, lock.clone(), later).unwrap();
    let receipt = Receipt {
        incident: opened.incident.clone(),
        home: opened.home.clone(),
        gateway: GatewayId::from_random([5; 10]),
        lock,
        bundle: bundle.digest(),
        roster: company.roster.version,
        outcome: Outcome::Opened,
        at: now,
    };
    let file = IncidentFile::new(
        &gateway.attest(&opened).unwrap(),
        &[company.root.sign(&company.roster)],
        &[bundle],
        &[gateway.attest(&receipt).unwrap()],
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incident.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&file).unwrap()).unwrap();
    let gateway = BASE64URL_NOPAD.encode(gateway.public().unwrap().as_bytes());
    let verify = |lang, root: RootKey| {
        let (path, root) = (path.display().to_string(), root.to_string());
        tomori(
            lang,
            &["audit", "verify", &path, "--root", &root, "--gateway", &gateway],
        )
    };
    let whole = verify("ja", company.root.public());
    assert!(whole.status.success(), "{}", said(&whole));
    for word in ["守 一郎", "管 次郎", "責 三郎", "玄関"] {
        assert!(said(&whole).contains(word), "{}", said(&whole));
    }
    let other = tomori_unlock::RootSigner::generate().unwrap().public();
    let forged = verify("en", other);
    assert!(
        !forged.status.success() && said(&forged).contains("rosters[0]"),
        "{}",
        said(&forged)
    );
    let keyless = tomori("en", &["audit", "verify", path.to_str().unwrap()]);
    assert!(said(&keyless).contains("--root"), "{}", said(&keyless));
}
