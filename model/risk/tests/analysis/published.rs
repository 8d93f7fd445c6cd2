//! What is published of the analysis, written from what it does; `UPDATE_GOLDEN=1 cargo test` writes it anew.

use std::fmt::Write as _;

use tomori_risk::analysis::catalogue::{self, Effect, Way};
use tomori_risk::analysis::{RULES, Rule};
use tomori_risk::description::schema;

fn published(name: &str, text: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == there, "{path} changed; look at it and run with UPDATE_GOLDEN=1");
}

/// That a validator which is not ours judges by it as the reader does is a stage of `cargo xtask test`.
#[test]
fn the_schema_is_that_of_the_reader() {
    let mut text = serde_json::to_string_pretty(&schema()).unwrap();
    text.push('\n');
    published("risk-model.schema.json", &text);
}

#[test]
fn the_rules_and_the_catalogue_are_written_down() {
    let mut text = String::from(
        "# The rules and the catalogue\n\n\
         Written from `analysis::RULES` and `analysis::catalogue` by a test. How they are used: [risk-model.md](risk-model.md).\n\n\
         ## Rules\n\n\
         For each metric the first rule that fits decides (ADR 0089).\n\n\
         | Rule | Gives | Table | なぜ | Why |\n|---|---|---|---|---|\n",
    );
    for Rule {
        id,
        metric,
        code,
        because,
        ..
    } in &RULES
    {
        let _ = writeln!(
            text,
            "| {id} | {}:{code} | {} | {} | {} |",
            metric.code(),
            metric.table(),
            because.ja,
            because.en
        );
    }
    text.push_str(
        "\n## Measures\n\n\
         Each says the worst that a modified metric is after it (ADR 0090).\n\n\
         | Measure | 対策 | What it is | Answers | Lowers |\n|---|---|---|---|---|\n",
    );
    for entry in catalogue::all() {
        let effects: Vec<String> = entry.effects.iter().map(effect).collect();
        let requirements = entry.requirements.join(", ");
        let _ = writeln!(
            text,
            "| {} | {} | {} | {requirements} | {} |",
            entry.id,
            entry.title.ja,
            entry.title.en,
            effects.join("; ")
        );
    }
    published("risk-rules.md", &text);
}

fn effect(effect: &Effect) -> String {
    let points: Vec<&str> = effect.points.iter().map(|point| point.id()).collect();
    let against: Vec<&str> = effect.against.iter().map(|threat| threat.id()).collect();
    let ceilings: Vec<String> = effect
        .ceilings
        .iter()
        .map(|(metric, code)| format!("{}:{code}", metric.code()))
        .collect();
    let against = if against.is_empty() {
        "everything".to_owned()
    } else {
        against.join(", ")
    };
    let way = match effect.way {
        Way::Any => "",
        Way::Network => " over a network",
        Way::Storage => " on storage devices",
        Way::Maintenance => " on update software",
    };
    format!("{} {against}{way}: {}", points.join(" "), ceilings.join(" "))
}
