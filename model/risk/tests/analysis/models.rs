//! Reading descriptions in tests, and a small one to vary.

use jiff::civil::date;
use tomori_risk::analysis::{Analysis, Question, analyse};
use tomori_risk::description::ServiceModel;

/// A description from its text.
pub(crate) fn read(text: &str) -> ServiceModel {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A description from the folder of examples.
pub(crate) fn sample(name: &str) -> String {
    let path = format!("{}/../../examples/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Judged on a fixed day.
pub(crate) fn question() -> Question {
    Question {
        as_of: date(2026, 11, 25),
        below: None,
    }
}

/// The analysis of a description.
pub(crate) fn analysed(text: &str) -> Analysis {
    analyse(&read(text), &question()).unwrap_or_else(|flaw| panic!("{flaw}"))
}

/// A house with a gateway and a lock, and nothing taken.
pub(crate) const SMALL: &str = r#"
format = 1
[service]
id = "small"
name = "Small"
version = "1"
date = 2026-11-25

[[data]]
id = "names"
name = "Names"
kind = "personal-information"
personal = ["name"]

[[component]]
id = "gateway"
name = "Gateway"
box = "home-gateway"
entry_point = "EP5"
exposure = "internet"
holds = ["names"]

[[component]]
id = "lock"
name = "Lock"
entry_point = "EP7"
exposure = "adjacent-network"

[[link]]
id = "line"
from = "gateway"
to = "lock"
entry_points = ["EP8"]
network = "house"
interfaces = ["wi-fi"]
commands = true
"#;
