//! Known vulnerabilities of what we build on, by the library that `cargo audit` is a face of; the program itself has three
//! hundred crates more. Exceptions, each with its reason, are in `.cargo/audit.toml`, which `cargo audit` reads too.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use rustsec::advisory::{Id, Informational, Metadata};
use rustsec::package::Package;
use rustsec::report::{Report, Settings};
use rustsec::{Database, Lockfile};
use serde::Deserialize;

use crate::process::succeeds;
use crate::tree::Tree;

const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";
/// Fewer are no database of all that is known.
const FEWEST: usize = 500;

/// `.cargo/audit.toml`, as far as it is used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    advisories: Advisories,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisories {
    ignore: Vec<Id>,
}

pub(super) fn check(tree: &Tree) -> Result<bool> {
    let database = database(tree)?;
    let known = Database::open(&database).with_context(|| database.display().to_string())?;
    let count = known.iter().count();
    if count < FEWEST {
        bail!(
            "{}: has {count} advisories and should have thousands",
            database.display()
        );
    }
    let exceptions = tree
        .read(Path::new(".cargo/audit.toml"))
        .context(".cargo/audit.toml cannot be read")?;
    let exceptions: Exceptions = toml::from_str(&exceptions).context(".cargo/audit.toml")?;
    let lock = Lockfile::load(tree.root.join("Cargo.lock")).context("Cargo.lock")?;
    let found = findings(&known, &lock, exceptions.advisories.ignore);
    println!("   {} packages, {count} advisories", lock.packages.len());
    for line in &found {
        println!("   {line}");
    }
    Ok(found.is_empty())
}

/// What is known of the packages: vulnerabilities, and what is unsound, unmaintained or worth a notice.
fn findings(known: &Database, lock: &Lockfile, ignore: Vec<Id>) -> Vec<String> {
    let settings = Settings {
        ignore,
        informational_warnings: vec![
            Informational::Notice,
            Informational::Unmaintained,
            Informational::Unsound,
        ],
        ..Settings::default()
    };
    let report = Report::generate(known, lock, &settings);
    let vulnerable = report.vulnerabilities.list.iter().map(|vulnerability| {
        let remedy = match vulnerability.versions.patched() {
            [] => "there is no mended version".to_owned(),
            patched => {
                let versions: Vec<_> = patched.iter().map(ToString::to_string).collect();
                format!("mended in {}", versions.join(" or "))
            }
        };
        line(
            "vulnerable",
            &vulnerability.package,
            Some(&vulnerability.advisory),
            &remedy,
        )
    });
    let warned = report.warnings.iter().flat_map(|(kind, warnings)| {
        let kind = kind.as_str();
        warnings
            .iter()
            .map(move |warning| line(kind, &warning.package, warning.advisory.as_ref(), "see the advisory"))
    });
    vulnerable.chain(warned).collect()
}

fn line(kind: &str, package: &Package, advisory: Option<&Metadata>, remedy: &str) -> String {
    let (id, title) = advisory.map_or(("", ""), |advisory| (advisory.id.as_str(), advisory.title.as_str()));
    format!("{kind}: {} {}: {id} {title}; {remedy}", package.name, package.version)
}

/// The advisories: a copy beside the checkout, for machines without the network, or one that is fetched.
fn database(tree: &Tree) -> Result<PathBuf> {
    let snapshot = tree.root.join("../shared/advisory-db");
    if snapshot.is_dir() {
        return Ok(snapshot);
    }
    let folder = tree.workshop("tools")?.join("advisory-db");
    let mut git = Command::new("git");
    if folder.is_dir() {
        git.args(["pull", "--quiet", "--ff-only"]).current_dir(&folder);
    } else {
        git.args(["clone", "--quiet", "--depth", "1", ADVISORIES]).arg(&folder);
    }
    if !succeeds(&mut git)? {
        bail!("the advisories cannot be fetched from {ADVISORIES}");
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"leaky\"\nversion = \"1.2.0\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";

    fn advisory(id: &str, more: &str) -> String {
        format!(
            "```toml\n[advisory]\nid = \"{id}\"\npackage = \"leaky\"\ndate = \"2026-01-02\"\n{more}\n\
             [versions]\npatched = [\">= 1.3.0\"]\n```\n\n# It leaks\n\nMuch.\n"
        )
    }

    #[test]
    fn what_is_vulnerable_or_unmaintained_is_named_unless_it_is_excepted() {
        let folder = std::env::temp_dir().join(format!("tomori-advisories-{}", std::process::id()));
        let crates = folder.join("crates/leaky");
        std::fs::create_dir_all(&crates).unwrap();
        for (id, more) in [
            ("RUSTSEC-2026-0001", ""),
            ("RUSTSEC-2026-0002", "informational = \"unmaintained\""),
        ] {
            std::fs::write(crates.join(format!("{id}.md")), advisory(id, more)).unwrap();
        }
        let known = Database::open(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let lock: Lockfile = LOCK.parse().unwrap();
        let found = findings(&known, &lock, Vec::new());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("leaky 1.2.0: RUSTSEC-2026-0001 It leaks; mended in >=1.3.0"),
            "{found:?}"
        );
        assert!(found[1].starts_with("unmaintained: leaky"), "{found:?}");
        let excepted = findings(&known, &lock, vec!["RUSTSEC-2026-0001".parse().unwrap()]);
        assert_eq!(excepted.len(), 1, "{excepted:?}");
    }
}
