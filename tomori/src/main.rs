//! `tomori`: reads the command line and does what it says.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let wish = tomori::cli::read(&arguments, |name| std::env::var(name).ok());
    drop(wish);
    ExitCode::SUCCESS
}
