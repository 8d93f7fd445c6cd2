//! `cargo xtask test`: everything that proves something, and a plain tally of it.
//!
//! First `cargo test --workspace`, which needs no outside program; then the stages of `system-tests/stages`, each with
//! the programs it asks for, and beside the last of them the fuzz targets, briefly.

mod install;
mod stage;
mod tally;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
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
    let chosen = |name: &str, among: &[String]| among.iter().any(|wanted| fits(name, wanted));
    let is_wanted = |name: &str| options.only.is_empty() || chosen(name, &options.only);
    let mut rows = Vec::new();
    if is_wanted(CARGO_TEST) {
        let skip = chosen(CARGO_TEST, &options.skip);
        rows.push(row(CARGO_TEST, &logs, skip, &|log| cargo_test(tree, log)));
    }
    let (wanted, skipped): (Vec<&Stage>, _) = stages
        .iter()
        .filter(|stage| is_wanted(&stage.name))
        .partition(|stage| !chosen(&stage.name, &options.skip));
    let built = wanted.is_empty() || stage::build_binaries(tree)?;
    let supplies = install::supply(tree, &wanted, options.offline)?;
    let runs_fuzz = is_wanted(FUZZ) && !chosen(FUZZ, &options.skip);
    let mut told = side_by_side(works(wanted, runs_fuzz), &|work| match work {
        Work::Fuzz => row(FUZZ, &logs, false, &|log| fuzz_briefly(tree, log)),
        Work::Stage(stage) => row(&stage.name, &logs, false, &|log| {
            if !built {
                bail!("   the programs it runs do not build")
            }
            stage.run(tree, &supplies, options.offline, log)
        }),
    });
    let skip = |name: &str| row(name, &logs, true, &|_| Ok((Tally::skipped(), String::new())));
    told.extend(skipped.into_iter().map(|stage| skip(&stage.name)));
    told.extend((is_wanted(FUZZ) && !runs_fuzz).then(|| skip(FUZZ)));
    told.sort_by(|one, other| one.name.cmp(&other.name));
    rows.extend(told);
    Ok(close(&rows))
}

/// Runs one thing, tells of it when it has ended, and answers its line of the table.
fn row(name: &str, logs: &Path, skip: bool, run: &dyn Fn(&Path) -> Result<(Tally, String)>) -> Row {
    let start = Instant::now();
    let log = logs.join(format!("{name}.log"));
    if !skip {
        println!("── {name} ({})", log.display());
    }
    let (tally, told) = match skip {
        true => (Tally::skipped(), "   skipped by --skip\n".to_owned()),
        false => run(&log).unwrap_or_else(|error| (Tally::failed(), format!("{error:#}\n"))),
    };
    let took = since(start);
    println!("{told}   {name}: {tally} ({took})");
    Row {
        name: name.to_owned(),
        tally,
        took,
    }
}

/// What runs beside others.
enum Work<'s> {
    Stage(&'s Stage),
    Fuzz,
}

/// In the order in which they are begun: the stages that may take longest first, and what fills the time behind them last.
fn works(mut stages: Vec<&Stage>, runs_fuzz: bool) -> Vec<Work<'_>> {
    stages.sort_by_key(|stage| std::cmp::Reverse(stage.timeout_seconds));
    let fuzz = runs_fuzz.then_some(Work::Fuzz);
    stages.into_iter().map(Work::Stage).chain(fuzz).collect()
}

/// Runs two at a time: most of them wait for something most of the time.
fn side_by_side(mut works: Vec<Work<'_>>, run: &(dyn Fn(Work<'_>) -> Row + Sync)) -> Vec<Row> {
    works.reverse();
    let waiting = Mutex::new(works);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let lane = || std::iter::from_fn(next).map(run).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(lane);
        let mut rows = lane();
        rows.extend(other.join().unwrap_or_default());
        rows
    })
}

fn fits(name: &str, wanted: &str) -> bool {
    name == wanted || name.starts_with(wanted) || name.split_once('-').is_some_and(|(_, rest)| rest == wanted)
}

fn cargo_test(tree: &Tree, log: &Path) -> Result<(Tally, String)> {
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
    Ok((tally, String::new()))
}

fn fuzz_briefly(tree: &Tree, log: &Path) -> Result<(Tally, String)> {
    let outcomes = fuzz::run_all(tree, 8, log)?;
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    let tally = Tally {
        passed: outcomes.len() - failed,
        failed,
        skipped: 0,
    };
    let told = outcomes
        .iter()
        .map(|fuzz::Outcome { target, told, .. }| format!("   {target}: {told}\n"));
    Ok((tally, told.collect()))
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
