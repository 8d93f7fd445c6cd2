//! What the programs write for the people who run them: one line an event, on standard error.

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging. `RUST_LOG` chooses what is written (`info,tomori_gateway=debug`); without it, or when it cannot be read,
/// `default_filter`, which has the same form. A second call changes nothing.
pub fn init(default_filter: &str, json: bool) {
    let wished = std::env::var("RUST_LOG").ok();
    let logging = tracing_subscriber::registry().with(targets(wished.as_deref(), default_filter));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let started = if json {
        logging.with(lines.json()).try_init()
    } else {
        logging.with(lines).try_init()
    };
    // The only error is "somebody else already did", which is what the caller wanted.
    drop(started);
}

/// Levels by the beginning of a target's name; nothing that would need regular expressions, which a gateway has no room for.
fn targets(wished: Option<&str>, default_filter: &str) -> Targets {
    [wished, Some(default_filter)]
        .into_iter()
        .flatten()
        .filter(|filter| !filter.is_empty())
        .find_map(|filter| filter.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(Level::INFO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_comes_before_the_default_and_one_that_cannot_be_read_does_not() {
        for (wished, writes_info) in [
            (None, false),
            (Some(""), false),
            (Some("tomori_gateway=noisy"), false),
            (Some("info"), true),
            (Some("error,tomori_gateway=info"), true),
            (Some("info,tomori_gateway=error"), false),
        ] {
            let targets = targets(wished, "warn");
            assert_eq!(
                targets.would_enable("tomori_gateway::lan", &Level::INFO),
                writes_info,
                "{wished:?}"
            );
            assert!(targets.would_enable("tomori_gateway", &Level::ERROR));
        }
    }
}
