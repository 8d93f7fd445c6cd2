//! What we build on may be given on under MIT or Apache-2.0 together with ours: every package's licence can be chosen
//! so that only permissive ones are left.

use anyhow::{Context as _, Result};
use cargo_metadata::{CargoOpt, MetadataCommand, Package};

use crate::process::host;
use crate::tree::Tree;

/// Licences that ask for no more than their own notice.
const PERMISSIVE: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Packages with another licence, and why that is right all the same.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "libfuzzer-sys",
    "NCSA",
    "permissive, of the University of Illinois; only the fuzz targets are built on it",
)];

pub(super) fn check(tree: &Tree) -> Result<bool> {
    let metadata = MetadataCommand::new()
        .current_dir(&tree.root)
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), host()?])
        .exec()
        .context("cargo metadata")?;
    let mut broken = 0;
    for package in metadata.packages.iter().filter(|package| package.source.is_some()) {
        if !is_fine(package) {
            let licence = package.license.as_deref().unwrap_or("no licence");
            println!("   {} {}: {licence}", package.name, package.version);
            broken += 1;
        }
    }
    println!(
        "   {} packages of others",
        metadata.packages.iter().filter(|it| it.source.is_some()).count()
    );
    Ok(broken == 0)
}

fn is_fine(package: &Package) -> bool {
    let excepted = |name: &str| {
        EXCEPTIONS
            .iter()
            .find(|(package, ..)| *package == name)
            .map(|(_, licence, _)| *licence)
    };
    let more = excepted(package.name.as_str());
    package.license.as_deref().is_some_and(|licence| allows(licence, more))
}

/// Whether an SPDX expression can be met by permissive licences. The old `MIT/Apache-2.0` means `OR`.
fn allows(expression: &str, more: Option<&str>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (fine, used) = either(&words, more);
    fine && used == words.len()
}

/// `a OR b`; whether it can be met, and how many words it took.
fn either(words: &[&str], more: Option<&str>) -> (bool, usize) {
    let (mut fine, mut used) = both(words, more);
    while words.get(used) == Some(&"OR") {
        let (right, taken) = both(words.get(used + 1..).unwrap_or_default(), more);
        fine |= right;
        used += 1 + taken;
    }
    (fine, used)
}

/// `a AND b`.
fn both(words: &[&str], more: Option<&str>) -> (bool, usize) {
    let (mut fine, mut used) = one(words, more);
    while words.get(used) == Some(&"AND") {
        let (right, taken) = one(words.get(used + 1..).unwrap_or_default(), more);
        fine &= right;
        used += 1 + taken;
    }
    (fine, used)
}

/// A licence, with or without its exception, or something in parentheses.
fn one(words: &[&str], more: Option<&str>) -> (bool, usize) {
    match words {
        ["(", rest @ ..] => {
            let (fine, used) = either(rest, more);
            (fine && rest.get(used) == Some(&")"), used + 2)
        }
        [licence, "WITH", exception, ..] => (PERMISSIVE.contains(&format!("{licence} WITH {exception}").as_str()), 3),
        [licence, ..] => (PERMISSIVE.contains(licence) || more == Some(licence), 1),
        [] => (false, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        for fine in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "ISC AND (Apache-2.0 OR ISC)",
        ] {
            assert!(allows(fine, None), "{fine}");
        }
        for not in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT",
            "",
            "MIT OR",
            "AGPL-3.0 OR SSPL-1.0",
            "MIT MIT",
        ] {
            assert!(!allows(not, None), "{not}");
        }
        assert!(allows("MIT AND NCSA", Some("NCSA")));
        assert!(!allows("MIT AND NCSA", None));
    }
}
