//! What becomes of each risk.

use tomori_risk::analysis::result::{Finding, FindingKind};
use tomori_risk::description::Status;

use super::models::{SMALL, analysed};

fn entry(threat: &str, status: &str, until: &str) -> String {
    format!(
        "[[tracking]]\nthreat = \"{threat}\"\nstatus = \"{status}\"\nwho = \"Hanako\"\nwhy = \"y\"\nuntil = {until}\n"
    )
}

fn about(findings: &[Finding], kind: FindingKind) -> Vec<&str> {
    findings
        .iter()
        .filter(|finding| finding.kind == kind)
        .map(|finding| finding.about.as_str())
        .collect()
}

#[test]
fn an_acceptance_holds_through_its_last_day_and_is_a_finding_after() {
    let text = [
        SMALL,
        &entry("EP5-2", "accepted", "2026-11-25"),
        &entry("EP5-3a", "accepted", "2026-11-24"),
        &entry("EP5-4", "mitigated", "2026-11-24"),
    ]
    .join("\n");
    let analysis = analysed(&text);
    assert_eq!(about(&analysis.findings, FindingKind::AcceptanceExpired), ["EP5-3a"]);
    let mitigated = analysis
        .summary
        .tracking
        .iter()
        .find(|count| count.status == Status::Mitigated)
        .unwrap();
    assert_eq!(mitigated.threats, 1);
}

#[test]
fn residual_risks_that_nobody_looked_at_are_findings() {
    let analysis = analysed(SMALL);
    let untracked = about(&analysis.findings, FindingKind::ResidualUntracked);
    assert_eq!(untracked.len(), analysis.residual.len());
    assert!(untracked.contains(&"EP5-2"));
    let analysis = analysed(&format!("{SMALL}\n{}", entry("EP5-2", "in-discussion", "2027-01-01")));
    assert!(!about(&analysis.findings, FindingKind::ResidualUntracked).contains(&"EP5-2"));
}

#[test]
fn words_about_a_threat_that_does_not_arise_are_findings() {
    let analysis = analysed(&format!("{SMALL}\n{}", entry("EP1-1", "in-progress", "2027-01-01")));
    assert_eq!(about(&analysis.findings, FindingKind::ThreatNotThere), ["EP1-1"]);
}
