//! `tomori`: the one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    tomori::run(&arguments)
}
