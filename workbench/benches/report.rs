//! How long an analysis and its reports take, for the ★★★ sample and for services that are much larger.
//!
//! Run by `cargo xtask bench`, or alone by `cargo bench -p tomori-workbench`. One JSON object a line.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use tomori_risk::analysis::{Question, analyse};
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;

const SPAN: Duration = Duration::from_secs(2);

fn main() {
    // `cargo test --all-targets` runs benches without this argument; nothing is measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/dispatch-security-service.toml"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let question = Question {
        as_of: "2026-11-25".parse().unwrap(),
        below: None,
    };
    let pages = |lang: Lang| {
        let model: ServiceModel = toml::from_str(&text).unwrap();
        let analysis = analyse(&model, &question).unwrap();
        black_box(tomori_workbench::html(&analysis, lang));
        black_box(tomori_workbench::json(&analysis).unwrap());
        (model, analysis)
    };
    measure("read, analyse, HTML and JSON", "≤ 50", || {
        black_box(pages(Lang::Ja));
    });
    measure("the same and XLSX", "≤ 200", || {
        let (model, analysis) = pages(Lang::Ja);
        black_box(tomori_workbench::xlsx(&analysis, &model, Lang::Ja).unwrap());
    });
    large(&text, &question);
}

/// The sample with so many houses' worth of devices: whether the time for each component stays the same.
fn large(text: &str, question: &Question) {
    let mut before: Option<(usize, f64)> = None;
    for components in [1_000, 10_000] {
        let text = enlarged(text, components);
        let start = Instant::now();
        let model: ServiceModel = toml::from_str(&text).unwrap();
        let analysis = analyse(&model, question).unwrap();
        black_box(tomori_workbench::html(&analysis, Lang::Ja));
        black_box(tomori_workbench::json(&analysis).unwrap());
        let each = start.elapsed().as_secs_f64() * 1e6 / components as f64;
        let mut line = json!({
            "name": format!("read, analyse, HTML and JSON, {components} components more, for each"),
            "value": each,
            "unit": "µs",
            "note": format!("{:.2} s in all", start.elapsed().as_secs_f64()),
        });
        if let (Some((fewer, beside)), Some(line)) = (before, line.as_object_mut()) {
            let compare = json!({ "name": format!("{fewer} components more"), "value": beside });
            line.insert("compare".to_owned(), compare);
            line.insert("goal".to_owned(), json!("as long: linear"));
        }
        println!("{line}");
        before = Some((components, each));
    }
}

/// The sample with more sensors, each with its link to the gateway.
fn enlarged(text: &str, components: usize) -> String {
    let mut text = text.to_owned();
    for index in 0..components {
        text.push_str(&format!(
            "\n[[component]]\nid = \"more-{index}\"\nname = \"Sensor {index}\"\nentry_point = \"EP7\"\nholds = [\"alarms\"]\n\
             [[link]]\nid = \"more-link-{index}\"\nfrom = \"home-gateway\"\nto = \"more-{index}\"\nentry_points = [\"EP8\"]\nnetwork = \"house\"\ncommands = true\n"
        ));
    }
    text
}

/// The median of as many runs as fit into the span.
fn measure(name: &str, goal: &str, run: impl Fn()) {
    run();
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed() < SPAN {
        let start = Instant::now();
        run();
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    let (runs, slowest) = (took.len(), took.last().copied().unwrap_or_default());
    println!(
        "{}",
        json!({
            "name": name,
            "value": median.as_secs_f64() * 1000.0,
            "unit": "ms",
            "goal": goal,
            "note": format!("median of {runs} runs, slowest {:.1} ms", slowest.as_secs_f64() * 1000.0),
        })
    );
}
