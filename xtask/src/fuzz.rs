//! `cargo xtask fuzz`: the targets of `fuzz/`, built with the stable compiler.
//!
//! The folder is laid out for `cargo fuzz`, but a brief run needs nothing of it except LLVM's coverage pass, which stable
//! `rustc` has. Only our own crates are instrumented (`fuzz/instrument` stands in for `rustc`), so that all others are
//! those that `cargo test` has already built. No sanitizer: the workspace forbids `unsafe`, so what can be found are
//! panics, endless loops and memory hunger.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::process::{self, cargo};
use crate::tree::Tree;

/// What to fuzz, and how long.
#[derive(Args)]
pub(crate) struct Options {
    /// The target; all of them if none is named.
    target: Option<String>,
    /// For how long each, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Runs one target or all; whether nothing was found.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    let targets = targets(tree)?;
    let chosen: Vec<_> = match &options.target {
        None => targets,
        Some(wanted) if targets.contains(wanted) => vec![wanted.clone()],
        Some(wanted) => bail!("there is no target `{wanted}`; there are {}", targets.join(", ")),
    };
    let folder = build(tree)?;
    let mut clean = true;
    for target in chosen {
        let passed = process::succeeds(&mut command(tree, &folder, &target, options.seconds)?)?;
        println!(
            "── {target}: {}",
            if passed { "nothing found" } else { "FOUND SOMETHING" }
        );
        clean &= passed;
    }
    Ok(clean)
}

/// How a brief run of a target ended.
pub(crate) struct Outcome {
    pub(crate) target: String,
    /// Whether nothing was found.
    pub(crate) passed: bool,
    /// How often it ran, or how its log ends.
    pub(crate) told: String,
}

/// Runs all targets quietly for so long each, one on every core.
pub(crate) fn run_all(tree: &Tree, seconds: u32, log: &Path) -> Result<Vec<Outcome>> {
    let folder = build(tree)?;
    let mut outcomes = Vec::new();
    let mut all = String::new();
    let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for some in targets(tree)?.chunks(at_once) {
        let started: Vec<_> = some
            .iter()
            .map(|target| start(tree, &folder, target, seconds, log))
            .collect();
        for (target, (handle, log)) in some.iter().zip(started) {
            let passed = handle.join().unwrap_or_else(|_| bail!("`{target}` was not run"))?;
            let text = process::read(&log);
            let runs = text.lines().rev().find(|line| line.starts_with("Done "));
            outcomes.push(Outcome {
                target: target.clone(),
                passed,
                told: match runs {
                    Some(runs) if passed => runs.to_owned(),
                    _ => format!("FAILED\n{}", process::tail(&text, 30)),
                },
            });
            all.push_str(&text);
        }
    }
    std::fs::write(log, all)?;
    Ok(outcomes)
}

/// Starts a target with a log of its own beside the log of all.
fn start(tree: &Tree, folder: &Path, target: &str, seconds: u32, log: &Path) -> (JoinHandle<Result<bool>>, PathBuf) {
    let log = log.with_extension(format!("{target}.log"));
    let (command, into) = (command(tree, folder, target, seconds), log.clone());
    (std::thread::spawn(move || process::logged(&mut command?, &into)), log)
}

fn targets(tree: &Tree) -> Result<Vec<String>> {
    let folder = tree.root.join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; the folder they are in.
fn build(tree: &Tree) -> Result<PathBuf> {
    let built = process::succeeds(
        cargo()
            .args(["build", "--package", "tomori-fuzz", "--bins", "--locked", "--quiet"])
            .env("RUSTC_WORKSPACE_WRAPPER", tree.root.join("fuzz/instrument"))
            .current_dir(&tree.root),
    )?;
    if !built {
        bail!("the fuzz targets do not build");
    }
    Ok(tree.target.join("debug"))
}

fn command(tree: &Tree, folder: &Path, target: &str, seconds: u32) -> Result<Command> {
    // What was committed is read; what is found on the way stays outside the source.
    let seeds = tree.root.join("fuzz/corpus").join(target);
    let found = tree.workshop(&format!("fuzz/corpus/{target}"))?;
    let artifacts = tree.workshop(&format!("fuzz/artifacts/{target}"))?;
    let mut command = Command::new(folder.join(target));
    command
        .arg(found)
        .arg(seeds)
        .arg(format!("-max_total_time={seconds}"))
        .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=1024"])
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .current_dir(&tree.root);
    Ok(command)
}
