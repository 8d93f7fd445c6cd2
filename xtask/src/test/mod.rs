//! `cargo xtask test`: everything that proves something, and a plain tally of it.
//!
//! First `cargo test --workspace`, which needs no outside program; then the stages of `system-tests/stages`, each with
//! the programs it asks for; then the fuzz targets, briefly.

mod install;
mod stage;
mod tally;

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

pub(crate) use install::want_debian;

use crate::process::{self, cargo, since};
use crate::tree::Tree;
use crate::{fuzz, test::stage::Stage, test::tally::Tally};

/// What to test.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these stages, by name or its beginning.
    #[arg(long)]
    only: Vec<String>,
    /// Not these stages, by name or its beginning; they are counted as skipped.
    #[arg(long)]
    skip: Vec<String>,
    /// Installs nothing: a stage that lacks something is skipped, and counted as skipped, instead of failing.
    #[arg(long)]
    offline: bool,
    /// Names the stages and what they need, and runs none.
    #[arg(long)]
    list: bool,
}

const CARGO_TEST: &str = "cargo-test";
const FUZZ: &str = "fuzz";

/// One line of the table at the end.
struct Row {
    name: String,
    tally: Tally,
    took: String,
}

/// Runs all stages, whatever fails; whether none failed.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    let stages = stage::find(tree)?;
    let names = [CARGO_TEST, FUZZ]
        .into_iter()
        .map(str::to_owned)
        .chain(stages.iter().map(|stage| stage.name.clone()));
    let names: Vec<String> = names.collect();
    for wanted in options.only.iter().chain(&options.skip) {
        if !names.iter().any(|name| fits(name, wanted)) {
            bail!("there is no stage `{wanted}`; there are {}", names.join(", "));
        }
    }
    if options.list {
        println!("{CARGO_TEST}");
        stages.iter().for_each(|stage| println!("{stage}"));
        println!("{FUZZ}");
        return Ok(true);
    }
    let logs = tree.workshop("test")?;
    let mut rows = Vec::new();
    let mut begin = |name: &str, run: &mut dyn FnMut(&Path) -> Result<Tally>| {
        let only = options.only.is_empty() || options.only.iter().any(|wanted| fits(name, wanted));
        if !only {
            return;
        }
        let start = Instant::now();
        let log = logs.join(format!("{name}.log"));
        println!("── {name} ({})", log.display());
        let tally = if options.skip.iter().any(|wanted| fits(name, wanted)) {
            println!("   skipped by --skip");
            Tally::skipped()
        } else {
            run(&log).unwrap_or_else(|error| {
                println!("{error:#}");
                Tally::failed()
            })
        };
        println!("   {name}: {tally} ({})", since(start));
        rows.push(Row {
            name: name.to_owned(),
            tally,
            took: since(start),
        });
    };
    begin(CARGO_TEST, &mut |log| cargo_test(tree, log));
    let wanted: Vec<&Stage> = stages
        .iter()
        .filter(|stage| options.only.is_empty() || options.only.iter().any(|only| fits(&stage.name, only)))
        .filter(|stage| !options.skip.iter().any(|skip| fits(&stage.name, skip)))
        .collect();
    let built = wanted.is_empty() || stage::build_binaries(tree)?;
    let supplies = install::supply(tree, &wanted, options.offline)?;
    for stage in &stages {
        begin(&stage.name, &mut |log| {
            if built {
                stage.run(tree, &supplies, options.offline, log)
            } else {
                bail!("   the programs it runs do not build")
            }
        });
    }
    begin(FUZZ, &mut |log| fuzz_briefly(tree, log));
    Ok(close(&rows))
}

fn fits(name: &str, wanted: &str) -> bool {
    name == wanted || name.starts_with(wanted) || name.split_once('-').is_some_and(|(_, rest)| rest == wanted)
}

fn cargo_test(tree: &Tree, log: &Path) -> Result<Tally> {
    let mut command = cargo();
    command
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .current_dir(&tree.root);
    let succeeded = process::logged(&mut command, log)?;
    let text = process::read(log);
    let mut tally = Tally::default();
    text.lines()
        .filter_map(Tally::of_cargo_test)
        .for_each(|more| tally.add(more));
    if !succeeded {
        show_failures(&text, log);
        // A crate that did not compile has no tally of its own.
        tally.failed = tally.failed.max(1);
    }
    Ok(tally)
}

fn fuzz_briefly(tree: &Tree, log: &Path) -> Result<Tally> {
    let outcomes = fuzz::run_all(tree, 15, log)?;
    let failed = outcomes.iter().filter(|(_, passed)| !passed).count();
    for (target, _) in outcomes.iter().filter(|(_, passed)| !passed) {
        println!("   {target} failed; see {}", log.display());
    }
    Ok(Tally {
        passed: outcomes.len() - failed,
        failed,
        skipped: 0,
    })
}

/// Of a long log, the parts a reader needs first: what each failing test said, or what did not compile.
fn show_failures(text: &str, log: &Path) {
    let mut shown = 0;
    let mut showing = false;
    for line in text.lines() {
        showing = match line {
            "failures:" => true,
            _ if line.starts_with("error") => true,
            _ if line.starts_with("test result:") || line.starts_with("warning") => false,
            _ => showing,
        };
        if showing && shown < 200 {
            println!("   {line}");
            shown += 1;
        }
    }
    println!("   … all of it: {}", log.display());
}

fn close(rows: &[Row]) -> bool {
    let mut all = Tally::default();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    println!("──");
    for Row { name, tally, took } in rows {
        println!("{name:width$}  {tally}  ({took})");
        all.add(*tally);
    }
    // Nothing ran: that is no success.
    println!("{all}");
    all.failed == 0 && all.passed > 0
}
