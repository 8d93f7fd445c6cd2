//! What the programs write for the people who run them: one line an event, on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging. `RUST_LOG` chooses what is written; without it, warnings and the programs' own information.
/// A second call changes nothing.
pub fn init(default_filter: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default_filter));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true);
    let started = if json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    // The only error is "somebody else already did", which is what the caller wanted.
    drop(started);
}
