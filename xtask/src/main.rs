//! The project's own chores. `cargo xtask help` lists them.

#![allow(clippy::print_stdout, clippy::print_stderr)]
#![forbid(unsafe_code)]

mod arch;
mod bench;
mod check;
mod fuzz;
mod process;
mod test;
mod torture;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::tree::Tree;

/// The project's own chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Wish {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Format, source laws, arrows between crates, clippy, documentation, licences, advisories.
    Check(check::Options),
    /// Which crate may know which; draws the diagram in ARCHITECTURE.md.
    Arch(arch::Options),
    /// Everything that proves something: cargo test, then the stages of system-tests/stages, then the fuzz targets.
    Test(test::Options),
    /// Measures; prints a table and writes target/bench/latest.json.
    Bench(bench::Options),
    /// Runs the fuzz targets.
    Fuzz(fuzz::Options),
    /// Plays use case 2 a thousand times while processes are killed and lines are cut.
    Torture(torture::Options),
}

fn main() -> ExitCode {
    let wish = Wish::parse();
    let outcome = Tree::find().and_then(|tree| match wish.chore {
        Chore::Check(options) => check::run(&tree, &options),
        Chore::Arch(options) => arch::run(&tree, &options),
        Chore::Test(options) => test::run(&tree, &options),
        Chore::Bench(options) => bench::run(&tree, &options),
        Chore::Fuzz(options) => fuzz::run(&tree, &options),
        Chore::Torture(options) => torture::run(&tree, &options),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
