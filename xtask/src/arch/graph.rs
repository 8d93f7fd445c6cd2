//! The arrows between the crates of the workspace, and those to the outside that a law forbids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata};

/// What each part of the house may know. Between two crates of one part only `model` allows an arrow.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("model", &["model"]),
    ("protocol", &["model"]),
    ("runtime", &[]),
    ("look", &["runtime"]),
    ("system", &["model", "protocol", "runtime", "look"]),
    ("workbench", &["model", "runtime", "look"]),
    (
        "tomori",
        &["model", "protocol", "runtime", "look", "system", "workbench"],
    ),
    (
        "system-tests",
        &["model", "protocol", "runtime", "look", "system", "workbench", "tomori"],
    ),
    ("fuzz", &["model", "protocol", "runtime", "system", "workbench"]),
    ("xtask", &[]),
];

/// Ciphers, hashes and signatures. Words need none; bytes on a wire may consist of them (docs/adr/0133).
const CIPHERS: &str = "aws-lc-rs";
/// Crates that do I/O, keep secrets or tell the time by themselves: the pure parts may not name them.
const IMPURE: [&str; 13] = [
    "axum",
    "getrandom",
    "hyper",
    "hyper-util",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "socket2",
    "tempfile",
    "tokio",
    "tokio-rustls",
    "tracing",
];

/// One crate of the workspace.
pub(super) struct Crate {
    /// The first folder of its path: `system`.
    pub(super) part: String,
    /// Where it lies: `system/gateway`.
    pub(super) path: String,
    /// Crates of the workspace it is built on, without those for its tests only.
    pub(super) uses: BTreeSet<String>,
    tests_use: BTreeSet<String>,
    outside: BTreeSet<String>,
}

/// All crates of the workspace, by name.
pub(super) struct Graph(pub(super) BTreeMap<String, Crate>);

impl Graph {
    pub(super) fn read(metadata: &Metadata, root: &Path) -> Self {
        let members: BTreeSet<_> = metadata
            .packages
            .iter()
            .map(|package| package.name.to_string())
            .collect();
        let crates = metadata.packages.iter().map(|package| {
            let folder = package
                .manifest_path
                .parent()
                .map(|folder| folder.as_std_path().to_path_buf());
            let path = folder
                .as_deref()
                .and_then(|folder| folder.strip_prefix(root).ok())
                .unwrap_or(Path::new(""));
            let path = path.display().to_string();
            let named = |wanted: fn(DependencyKind) -> bool, inside: bool| {
                let dependencies = package
                    .dependencies
                    .iter()
                    .filter(move |dependency| wanted(dependency.kind));
                dependencies
                    .map(|dependency| dependency.name.clone())
                    .filter(|name| members.contains(name) == inside)
                    .collect::<BTreeSet<_>>()
            };
            let one = Crate {
                part: path.split('/').next().unwrap_or_default().to_owned(),
                path,
                uses: named(|kind| kind != DependencyKind::Development, true),
                tests_use: named(|kind| kind == DependencyKind::Development, true),
                outside: named(|kind| kind == DependencyKind::Normal, false),
            };
            (package.name.to_string(), one)
        });
        Self(crates.collect())
    }

    /// Every arrow that a law forbids, in words. Tests keep the laws too: whole systems belong in `system-tests`.
    pub(super) fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, one) in &self.0 {
            let Some((_, allowed)) = ALLOWED.iter().find(|(part, _)| *part == one.part) else {
                broken.push(format!("{name}: no law says what `{}/` may know", one.part));
                continue;
            };
            for other in one.uses.union(&one.tests_use) {
                let part = self.0.get(other).map_or("", |other| other.part.as_str());
                if !allowed.contains(&part) {
                    broken.push(format!("{name} ({}) may not know {other} ({part})", one.part));
                }
            }
            broken.extend(one.foreign(name));
        }
        broken
    }
}

impl Crate {
    fn foreign(&self, name: &str) -> Vec<String> {
        let pure = self.part == "model" || self.part == "protocol";
        let refused = |outside: &&String| {
            (pure && IMPURE.contains(&outside.as_str()))
                || (*outside == CIPHERS && self.part == "model")
                || (*outside == "rusqlite" && self.part != "runtime")
        };
        let why = if pure {
            "it is pure"
        } else {
            "the database has one face, `runtime::db`"
        };
        let found = self.outside.iter().filter(refused);
        found
            .map(|outside| format!("{name} ({}) may not know {outside}: {why}", self.part))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(part: &str, uses: &[&str], tests_use: &[&str], outside: &[&str]) -> Crate {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Crate {
            part: part.to_owned(),
            path: part.to_owned(),
            uses: set(uses),
            tests_use: set(tests_use),
            outside: set(outside),
        }
    }

    fn broken(crates: Vec<(&str, Crate)>) -> Vec<String> {
        Graph(crates.into_iter().map(|(name, one)| (name.to_owned(), one)).collect()).broken()
    }

    #[test]
    fn the_laws_let_the_house_stand() {
        let found = broken(vec![
            ("words", one("model", &[], &[], &["serde"])),
            ("frames", one("protocol", &["words"], &[], &["aws-lc-rs"])),
            ("plumbing", one("runtime", &[], &[], &["rusqlite", "tokio"])),
            ("box", one("system", &["words", "frames", "plumbing"], &[], &["tokio"])),
            ("all", one("tomori", &["box", "words"], &[], &[])),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn each_law_is_broken_by_name() {
        let found = broken(vec![
            ("words", one("model", &["plumbing"], &[], &["aws-lc-rs", "tokio"])),
            ("plumbing", one("runtime", &["words"], &[], &[])),
            ("one", one("system", &["other"], &[], &["rusqlite"])),
            ("other", one("system", &[], &["one"], &[])),
            ("lost", one("attic", &[], &[], &[])),
        ]);
        assert_eq!(
            found,
            [
                "lost: no law says what `attic/` may know",
                "one (system) may not know other (system)",
                "one (system) may not know rusqlite: the database has one face, `runtime::db`",
                "other (system) may not know one (system)",
                "plumbing (runtime) may not know words (model)",
                "words (model) may not know plumbing (runtime)",
                "words (model) may not know aws-lc-rs: it is pure",
                "words (model) may not know tokio: it is pure",
            ]
        );
    }
}
