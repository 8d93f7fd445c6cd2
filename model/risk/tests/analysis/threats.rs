//! From the description to vectors: each rule where it decides, overrides with their reason, blanks with theirs.

use std::collections::BTreeSet;

use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::RULES;
use tomori_risk::analysis::result::{BlankReason, MetricView, ThreatView};

use super::models::{SMALL, analysed, sample};

fn threat<'a>(analysis: &'a Analysis, id: &str) -> &'a ThreatView {
    analysis
        .threats
        .iter()
        .find(|threat| threat.id == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

fn metric<'a>(analysis: &'a Analysis, id: &str, metric: &str) -> &'a MetricView {
    threat(analysis, id)
        .metrics
        .iter()
        .find(|view| view.metric == metric)
        .unwrap()
}

#[test]
fn the_vector_is_what_the_rules_say() {
    for name in ["shutter-service", "dispatch-security-service"] {
        for threat in &analysed(&sample(name)).threats {
            let told: Vec<String> = threat
                .metrics
                .iter()
                .map(|view| format!("{}:{}", view.metric, view.code))
                .collect();
            assert_eq!(threat.before.vector, format!("SH:1.0/{}", told.join("/")));
            for view in &threat.metrics {
                let rule = RULES.iter().find(|rule| rule.id == view.rule).unwrap();
                assert_eq!(
                    (rule.code, rule.metric.code()),
                    (view.code.as_str(), view.metric.as_str())
                );
            }
        }
    }
}

#[test]
fn what_the_model_says_moves_the_metrics() {
    let small = analysed(SMALL);
    assert_eq!(metric(&small, "EP5-1a", "AV").rule, "AV.internet");
    assert_eq!(metric(&small, "EP5-2", "II").rule, "II.personal");
    assert_eq!(metric(&small, "EP7-1a", "AV").rule, "AV.house-radio");
    assert_eq!(metric(&small, "EP7-1a", "C").rule, "C.nothing-known");
    assert_eq!(metric(&small, "EP8-1a", "AV").rule, "AV.house-path");
    assert_eq!(metric(&small, "EP5-1b", "LP").rule, "LP.none");

    let inside = analysed(&SMALL.replace("exposure = \"internet\"", "exposure = \"local\""));
    assert_eq!(metric(&inside, "EP5-1a", "AV").rule, "AV.local");

    let anonymous = analysed(&SMALL.replace("personal = [\"name\"]", ""));
    assert_eq!(metric(&anonymous, "EP5-2", "II").rule, "II.none");

    let deadly = "[[effect]]\nid = \"open\"\nname = \"Open\"\nharms = [\"property\"]\nthrough = [\"lock\"]\n";
    let deadly = analysed(&format!("{SMALL}\n{deadly}"));
    assert_eq!(
        metric(&deadly, "EP5-1b", "LP").rule,
        "LP.reached",
        "the gateway commands the lock"
    );
    assert_eq!(
        metric(&deadly, "EP5-2", "LP").rule,
        "LP.elsewhere",
        "T3-8 says information"
    );
    let unheard = SMALL.replace("commands = true", "");
    let unheard = format!(
        "{unheard}\n[[effect]]\nid = \"open\"\nname = \"Open\"\nharms = [\"property\"]\nthrough = [\"lock\"]\n"
    );
    let unheard = analysed(&unheard);
    assert_eq!(
        metric(&unheard, "EP5-1b", "LP").rule,
        "LP.none",
        "nobody commands the lock"
    );
    assert_eq!(metric(&unheard, "EP7-1b", "LP").rule, "LP.reached");
}

#[test]
fn an_override_is_shown_with_its_reason_and_what_it_replaced() {
    let set = "[[override]]\nthreat = \"EP5-2\"\nbecause = { ja = \"理由\", en = \"reason\" }\nset = { AC = \"H\", E = \"U\" }\n";
    let analysis = analysed(&format!("{SMALL}\n{set}"));
    let view = metric(&analysis, "EP5-2", "AC");
    assert_eq!(
        (view.code.as_str(), view.rule.as_str(), view.derived.as_deref()),
        ("H", "by-hand", Some("L"))
    );
    assert_eq!(view.because.en, "reason");
    let threat = threat(&analysis, "EP5-2");
    assert!(
        threat.before.vector.contains("AC:H") && !threat.before.vector.contains("E:U"),
        "{}",
        threat.before.vector
    );
    assert!(threat.after.vector.contains("E:U"), "{}", threat.after.vector);
}

#[test]
fn what_is_not_examined_says_why() {
    let exclude = "[[exclude]]\nthreat = \"EP5-6\"\nbecause = \"a reason\"\n";
    let analysis = analysed(&format!("{SMALL}\n{exclude}"));
    let reasons: BTreeSet<BlankReason> = analysis
        .coverage
        .iter()
        .flat_map(|row| &row.cells)
        .flat_map(|cell| &cell.blanks)
        .map(|blank| blank.reason)
        .collect();
    let all = [
        BlankReason::NotInT34,
        BlankReason::NothingHere,
        BlankReason::NeedAbsent,
        BlankReason::Excluded,
    ];
    assert_eq!(reasons, BTreeSet::from(all));
    assert!(
        analysis
            .threats
            .iter()
            .all(|threat| threat.id != "EP5-6" && !threat.id.starts_with("EP1-"))
    );
    let cells = analysis.coverage.iter().flat_map(|row| &row.cells);
    assert!(
        cells.clone().count() == 110
            && cells
                .clone()
                .all(|cell| !cell.threats.is_empty() || !cell.blanks.is_empty())
    );
}

#[test]
fn ones_own_threat_is_rated_like_the_others() {
    let own = "[[threat]]\nid = \"siren\"\nentry_point = \"EP7\"\nkind = \"modification\"\nexample = \"The siren is cut\"\n\
               interfaces = [\"other-wired\"]\nwho = \"attacker\"\nwhom = [\"primary-function\"]\nwhere = \"physical-contact\"\n";
    let analysis = analysed(&format!("{SMALL}\n{own}"));
    let threat = threat(&analysis, "siren");
    assert_eq!(
        (threat.source.as_str(), metric(&analysis, "siren", "AV").rule.as_str()),
        ("model", "AV.contact")
    );
    let row = &analysis.coverage[6];
    assert!(row.cells.iter().any(|cell| cell.threats == ["siren"]));
}
