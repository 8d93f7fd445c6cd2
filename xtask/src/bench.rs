//! `cargo xtask bench`: runs every `[[bench]]` of the workspace and makes one table of what they say.
//!
//! A bench prints one JSON object a line, `{"name": …, "value": …, "unit": …}`, and may add what the value is to be
//! read next to: `"compare": {"name": "Mosquitto", "value": …}`, `"goal": "≤ 30"`, `"note": …`. Other lines are for people.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Message, TargetKind};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::process::{self, cargo, output, since};
use crate::test::want_debian;
use crate::tree::Tree;

/// The Debian package of whom we measure ourselves against.
const PEER: &str = "mosquitto";

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these benches.
    #[arg(long)]
    only: Vec<String>,
    /// Only these parts of a bench that has parts.
    parts: Vec<String>,
}

/// One measured thing.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(default)]
    bench: String,
    name: String,
    value: f64,
    unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compare: Option<Compare>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What it is to be read next to.
#[derive(Debug, Serialize, Deserialize)]
struct Compare {
    name: String,
    value: f64,
}

#[derive(Serialize)]
struct Report {
    version: String,
    commit: String,
    machine: String,
    lines: Vec<Line>,
}

/// Runs the benches; whether all of them finished.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    println!("── building (release; the gateway as it is delivered)");
    for programs in [
        ["--release", "--bins"].as_slice(),
        &["--profile", "gateway", "--bin", "tomori-gateway"],
    ] {
        let mut build = cargo();
        build.args(["build", "--locked", "--quiet"]).args(programs);
        if !process::succeeds(build.current_dir(&tree.root))? {
            bail!("the programs do not build");
        }
    }
    let benches = build(tree)?;
    let names: Vec<_> = benches.iter().map(|(name, _)| name.as_str()).collect();
    if let Some(unknown) = options.only.iter().find(|only| !names.contains(&only.as_str())) {
        bail!("there is no bench `{unknown}`; there are {}", names.join(", "));
    }
    if let Err(error) = want_debian(PEER) {
        println!("   without {PEER} to compare with: {error:#}");
    }
    let folder = tree.workshop("bench")?;
    let (mut lines, mut finished) = (Vec::new(), true);
    for (name, program) in benches
        .iter()
        .filter(|(name, _)| options.only.is_empty() || options.only.contains(name))
    {
        let start = Instant::now();
        println!("── {name}");
        let mut command = Command::new(program);
        command
            .arg("--bench")
            .args(&options.parts)
            .current_dir(&tree.root)
            .env("TOMORI_ROOT", &tree.root)
            .env("TOMORI_BIN", tree.target.join("release/tomori"))
            .env("TOMORI_GATEWAY_BIN", tree.target.join("gateway/tomori-gateway"));
        let log = folder.join(format!("{name}.log"));
        let passed = process::logged(&mut command, &log)?;
        for line in process::read(&log).lines() {
            match serde_json::from_str::<Line>(line) {
                Ok(measured) => lines.push(Line {
                    bench: name.clone(),
                    ..measured
                }),
                Err(_) => println!("   {line}"),
            }
        }
        println!(
            "   {name}: {} ({})",
            if passed { "finished" } else { "FAILED" },
            since(start)
        );
        finished &= passed;
    }
    print_table(&lines);
    let report = Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: output(Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&tree.root))
            .map_or_else(|_| "unknown".to_owned(), |commit| commit.trim().to_owned()),
        machine: machine(),
        lines,
    };
    let path = folder.join("latest.json");
    std::fs::write(&path, serde_json::to_string_pretty(&report)? + "\n").with_context(|| path.display().to_string())?;
    println!("{}", path.display());
    Ok(finished && !report.lines.is_empty())
}

/// Builds every bench target; names and programs.
fn build(tree: &Tree) -> Result<Vec<(String, PathBuf)>> {
    let targets = tree.metadata.packages.iter().flat_map(|package| &package.targets);
    let benches = targets.filter(|target| target.kind.contains(&TargetKind::Bench));
    let mut command = cargo();
    // By their names alone, without their packages: so the dependencies have the features that the programs were built
    // with, and are not built once more.
    command.args([
        "bench",
        "--no-run",
        "--locked",
        "--message-format=json-render-diagnostics",
    ]);
    for bench in benches {
        command.args(["--bench", &bench.name]);
    }
    let text = output(command.current_dir(&tree.root))?;
    let mut found = Vec::new();
    for message in Message::parse_stream(text.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.target.kind.contains(&TargetKind::Bench)
            && let Some(program) = artifact.executable
        {
            found.push((artifact.target.name, program.into_std_path_buf()));
        }
    }
    found.sort();
    Ok(found)
}

fn print_table(lines: &[Line]) {
    let rows: Vec<[String; 4]> = lines
        .iter()
        .map(|line| {
            let beside = line
                .compare
                .as_ref()
                .map(|other| format!("{}: {}", other.name, figure(other.value)));
            let goal = line.goal.as_ref().map(|goal| format!("goal {goal}"));
            let notes: Vec<_> = [beside, goal, line.note.clone()].into_iter().flatten().collect();
            [
                line.name.clone(),
                figure(line.value),
                line.unit.clone(),
                notes.join("; "),
            ]
        })
        .collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let (names, values, units) = (width(0), width(1), width(2));
    for [name, value, unit, notes] in &rows {
        println!("{name:names$}  {value:>values$} {unit:units$}  {notes}");
    }
}

/// Three figures and no more: nothing here is measured better than that.
fn figure(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        let digits = format!("{value:.0}");
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            let left = digits.len() - index;
            if index > 0 && left.is_multiple_of(3) && digit.is_ascii_digit() && !text.ends_with('-') {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    format!("{} × {cores}", model.unwrap_or("processor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_grouped() {
        let shown = [0.5, 9.876, 42.0, 999.6, 1_234_567.0, -1_500.0].map(figure);
        assert_eq!(shown, ["0.50", "9.88", "42.0", "1 000", "1 234 567", "-1 500"]);
    }

    #[test]
    fn a_line_is_read_with_and_without_what_it_stands_beside() {
        let line: Line = serde_json::from_str(
            r#"{"name":"ingest","value":120000,"unit":"/s","compare":{"name":"Mosquitto","value":90000}}"#,
        )
        .unwrap();
        assert_eq!(line.compare.unwrap().name, "Mosquitto");
        assert!(serde_json::from_str::<Line>(r#"{"name":"x","value":1,"unit":"s"}"#).is_ok());
        assert!(serde_json::from_str::<Line>("Running benches").is_err());
    }
}
