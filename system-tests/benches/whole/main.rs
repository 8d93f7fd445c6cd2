//! The whole system, measured: each part in a process of its own, next to a floor or a peer in the same run.
//!
//! Run by `cargo xtask bench`, or alone by `cargo bench -p tomori-system-tests -- PART…` after
//! `cargo build --release --bins`. One JSON object a line; docs/benchmarks.md says what the figures mean.

mod alarm;
mod boxes;
mod company;
mod fleet;
mod floor;
mod gateway;
mod idle;
mod ingest;
mod local;
mod process;
mod report;
mod start;
mod storm;
mod tap;
mod unlock;

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};

/// In the order in which they run.
const PARTS: [&str; 9] = [
    "start", "tap", "alarm", "unlock", "storm", "local", "gateway", "ingest", "idle",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` runs benches without this argument; nothing is measured then.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let done = match words[..] {
        ["floor", folder] => floor::handshake::serve(folder.as_ref()),
        [part] => run(part),
        [] => all(&PARTS),
        _ => all(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::remark(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Each part in a process of its own: what one leaves behind, in memory or in ports, is not measured with the next.
fn all(parts: &[&str]) -> Result<()> {
    let program = std::env::current_exe().context("the program's own path")?;
    let mut failed = Vec::new();
    for part in parts {
        let status = Command::new(&program)
            .args(["--bench", part])
            .status()
            .context("a part cannot be started")?;
        if !status.success() {
            failed.push(*part);
        }
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

fn run(part: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let measured = runtime.block_on(async {
        match part {
            "start" => start::measure().await,
            "tap" => tap::measure().await,
            "alarm" => alarm::measure().await,
            "unlock" => unlock::measure().await,
            "storm" => storm::measure().await,
            "local" => local::measure().await,
            "gateway" => gateway::measure().await,
            "ingest" => ingest::measure().await,
            "idle" => idle::measure().await,
            _ => bail!("there are {}", PARTS.join(", ")),
        }
    });
    measured.with_context(|| part.to_owned())
}
