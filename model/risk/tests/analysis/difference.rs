//! What changed, and whether it may pass.

use tomori_guideline::ServiceLevel;
use tomori_risk::Severity;
use tomori_risk::analysis::result::FindingKind;
use tomori_risk::analysis::{Gate, difference, judge};
use tomori_risk::description::START;

use super::models::{SMALL, analysed, sample};

fn gate(max_severity: Option<Severity>, require_tracking: bool) -> Gate {
    Gate {
        max_severity,
        require_tracking,
    }
}

#[test]
fn the_same_is_no_difference() {
    let analysis = analysed(&sample("shutter-service"));
    assert!(difference(&analysis, &analysis).is_empty());
}

#[test]
fn what_got_worse_is_told_and_its_mirror_is_better() {
    let open = analysed(SMALL);
    let guarded = analysed(&format!(
        "{SMALL}\n[[measure]]\nid = \"gateway.updates\"\nstatus = \"adopted\"\n"
    ));
    let worse = difference(&guarded, &open);
    let ids: Vec<&str> = worse.worse.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(ids, ["EP5-1a", "EP5-1b", "EP5-5", "EP5-9a", "EP5-9b", "EP5-10"]);
    assert_eq!(worse.measures_dropped, ["gateway.updates"]);
    let better = difference(&open, &guarded);
    assert_eq!(better.better.len(), ids.len());
    assert_eq!(better.measures_added, ["gateway.updates"]);
    assert!(better.worse.is_empty() && better.new.is_empty() && better.gone.is_empty());
}

#[test]
fn a_rise_above_the_cap_is_a_rise() {
    let small = analysed(SMALL);
    let deadly = "[[effect]]\nid = \"open\"\nname = \"Open\"\nharms = [\"property\"]\nthrough = [\"lock\"]\n";
    let deadly = analysed(&format!("{SMALL}\n{deadly}"));
    let worse = difference(&small, &deadly);
    assert_eq!(worse.level, Some([ServiceLevel::Two, ServiceLevel::Three]));
    let access = worse.worse.iter().find(|change| change.id == "EP5-1b").unwrap();
    let values = [&access.old, &access.new].map(|side| side.as_ref().unwrap().after.value.clone());
    assert_eq!(values, ["10.0", "10.0"]);
}

#[test]
fn new_and_gone_threats_are_told() {
    let small = analysed(SMALL);
    let storage = analysed(&SMALL.replacen("exposure", "storage_port = true\nexposure", 1));
    let ids = |changes: &[tomori_risk::analysis::difference::Change]| -> Vec<String> {
        changes.iter().map(|change| change.id.clone()).collect()
    };
    let wanted = ["EP5-7", "EP5-8a", "EP5-8b"];
    assert_eq!(ids(&difference(&small, &storage).new), wanted);
    assert_eq!(ids(&difference(&storage, &small).gone), wanted);
}

#[test]
fn the_gate_holds_or_names_what_does_not() {
    let dispatch = analysed(&sample("dispatch-security-service"));
    assert_eq!(judge(&dispatch, &gate(Some(Severity::Warning), true)), []);
    // One of the warnings is accepted until next year.
    let over = judge(&dispatch, &gate(Some(Severity::Notice), false));
    assert_eq!(over.len(), dispatch.summary.after.warning - 1);
    assert!(
        over.iter()
            .all(|finding| finding.kind == FindingKind::TooSevere && finding.about != "EP5-9b")
    );
    let small = analysed(SMALL);
    assert!(judge(&small, &gate(None, false)).is_empty());
    let untracked = judge(&small, &gate(None, true));
    assert_eq!(untracked.len(), small.residual.len());
    let ended = format!(
        "{SMALL}\n[[tracking]]\nthreat = \"EP5-1a\"\nstatus = \"accepted\"\nwho = \"w\"\nwhy = \"y\"\nuntil = 2026-11-01\n"
    );
    let ended = judge(&analysed(&ended), &gate(Some(Severity::Critical), false));
    assert_eq!(
        ended.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
        [FindingKind::AcceptanceExpired]
    );
    let wrong = SMALL.replace("date = 2026-11-25", "date = 2026-11-25\nassumed_level = \"★★★\"");
    assert_eq!(
        judge(&analysed(&wrong), &gate(None, false))[0].kind,
        FindingKind::LevelDiffers
    );
}

#[test]
fn the_start_holds_together() {
    let analysis = analysed(START);
    assert!(analysis.level.holds && !analysis.threats.is_empty());
}
