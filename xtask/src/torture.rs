//! `cargo xtask torture`: use case 2, again and again, while processes are killed and lines are cut.
//!
//! The same test that `cargo test` plays two hundred times; here as often as somebody wants, with the seed of a play that
//! failed if it is to be seen again.

use anyhow::Result;
use clap::Args;

use crate::process::{cargo, succeeds};
use crate::tree::Tree;

const TEST: &str = "torture::two_hundred_incidents_come_to_their_end_whoever_is_killed";

/// How long to go on.
#[derive(Args)]
pub(crate) struct Options {
    /// How many incidents are played.
    #[arg(long, default_value_t = 1000)]
    runs: u32,
    /// The seed of a play, as it is told when it fails.
    #[arg(long)]
    seed: Option<u64>,
}

/// Plays them; whether every one came to its end.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    let mut command = cargo();
    command
        .args([
            "test",
            "--workspace",
            "--locked",
            "--test",
            "whole",
            "--",
            "--exact",
            TEST,
            "--nocapture",
        ])
        .env("TOMORI_TORTURE_RUNS", options.runs.to_string())
        .current_dir(&tree.root);
    if let Some(seed) = options.seed {
        command.env("TOMORI_TORTURE_SEED", seed.to_string());
    }
    succeeds(&mut command)
}
