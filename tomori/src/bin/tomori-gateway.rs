//! `tomori-gateway`: the home gateway as a small program of its own. `tomori-gateway --config FILE` runs it,
//! `tomori-gateway enrol --config FILE --code CODE --platform HOST:PORT` enrols it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().collect();
    // The same command line as `tomori gateway …`, without the rest of the system.
    arguments.insert(1, "gateway".to_owned());
    tomori::run_gateway(&arguments)
}
