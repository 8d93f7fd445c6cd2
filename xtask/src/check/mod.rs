//! `cargo xtask check`: what can be known without running anything.

mod audit;
mod languages;
mod laws;
mod licences;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use crate::process::{cargo, since, succeeds};
use crate::{arch, tree::Tree};

/// What to check.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these steps.
    #[arg(long)]
    only: Vec<String>,
}

type Step = fn(&Tree) -> Result<bool>;

const STEPS: [(&str, Step); 7] = [
    ("format", format),
    ("laws", laws::check),
    ("arch", arch::check),
    ("clippy", clippy),
    ("doc", doc),
    ("licences", licences::check),
    ("audit", audit::check),
];

/// Runs the steps, all of them whatever fails; whether all passed.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    for only in &options.only {
        if !STEPS.iter().any(|(name, _)| name == only) {
            let names = STEPS.map(|(name, _)| name).join(", ");
            bail!("there is no step `{only}`; there are {names}");
        }
    }
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
            continue;
        }
        let start = Instant::now();
        println!("── {name}");
        let passed = step(tree).unwrap_or_else(|error| {
            println!("{error:#}");
            false
        });
        println!(
            "   {name}: {} ({})",
            if passed { "passed" } else { "FAILED" },
            since(start)
        );
        if !passed {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("check: all passed");
    } else {
        println!("check: failed: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}

fn format(tree: &Tree) -> Result<bool> {
    succeeds(cargo().args(["fmt", "--all", "--check"]).current_dir(&tree.root))
}

fn clippy(tree: &Tree) -> Result<bool> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ];
    succeeds(cargo().args(arguments).current_dir(&tree.root))
}

fn doc(tree: &Tree) -> Result<bool> {
    succeeds(
        cargo()
            // With private items: this documentation is for who works here, and its links lead into the rooms.
            .args([
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
                "--locked",
                "--quiet",
            ])
            .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links")
            .current_dir(&tree.root),
    )
}
