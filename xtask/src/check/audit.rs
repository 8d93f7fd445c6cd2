//! Known vulnerabilities of what we build on. Exceptions, each with its reason, are in `.cargo/audit.toml`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{cargo, exists, succeeds};
use crate::tree::Tree;

/// The version that is installed where none is found.
const VERSION: &str = "0.22.2";

pub(super) fn check(tree: &Tree) -> Result<bool> {
    let program = install(tree)?;
    let mut command = Command::new(program);
    command
        .args(["audit", "--deny", "warnings", "--file", "Cargo.lock"])
        .current_dir(&tree.root);
    // Beside a checkout there may be a copy of the advisory database, for machines without the network.
    let snapshot = tree.root.join("../shared/advisory-db");
    if snapshot.is_dir() {
        command.args(["--no-fetch", "--stale", "--db"]).arg(snapshot);
    }
    succeeds(&mut command)
}

fn install(tree: &Tree) -> Result<PathBuf> {
    if exists("cargo-audit") {
        return Ok("cargo-audit".into());
    }
    let tools = tree.workshop("tools")?;
    let program = tools.join("bin/cargo-audit");
    if program.is_file() {
        return Ok(program);
    }
    println!("   installing cargo-audit {VERSION} into {} (once)", tools.display());
    let installed = succeeds(
        cargo()
            .args([
                "install",
                "cargo-audit",
                "--version",
                VERSION,
                "--locked",
                "--no-default-features",
            ])
            .args(["--profile", "dev", "--quiet", "--root"])
            .arg(&tools)
            .env("CARGO_TARGET_DIR", tools.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .current_dir(&tree.root),
    )?;
    if !installed {
        bail!("cargo-audit could not be installed");
    }
    // What it was built from is worth 700 MB and nothing else.
    let _ = std::fs::remove_dir_all(tools.join("build"));
    Ok(program)
}
