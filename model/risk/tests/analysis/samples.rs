//! The two services of the guideline: their whole results, and the premises that T3-38 to T3-41 print.

use std::collections::BTreeSet;

use tomori_guideline::{EntryPoint, ServiceLevel, Threat};
use tomori_risk::Vector;
use tomori_risk::analysis::Analysis;
use tomori_risk::metric::Metric;

use super::models::{analysed, sample};

const SHUTTER: &str = "shutter-service";
const DISPATCH: &str = "dispatch-security-service";

/// The result is the golden file; `UPDATE_GOLDEN=1 cargo test` writes it anew.
fn golden(name: &str, analysis: &Analysis) {
    let path = format!("{}/../../examples/results/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut text = serde_json::to_string_pretty(analysis).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == golden,
        "{path} changed; look at it and run with UPDATE_GOLDEN=1"
    );
}

/// T3-40 and T3-41: impacts low at most, nothing for life and property, information as important as before.
fn premises(analysis: &Analysis) {
    for threat in &analysis.threats {
        let vector: Vector = threat.after.vector.parse().unwrap();
        let after = vector.after_measures();
        for (metric, base, impact) in [
            (
                Metric::Confidentiality,
                vector.base.confidentiality,
                after.confidentiality,
            ),
            (Metric::Integrity, vector.base.integrity, after.integrity),
            (Metric::Availability, vector.base.availability, after.availability),
        ] {
            use tomori_risk::metric::Impact;
            let wanted = if base == Impact::None {
                Impact::None
            } else {
                Impact::Low
            };
            assert_eq!(
                impact,
                wanted,
                "{} {}: {}",
                threat.id,
                metric.code(),
                threat.after.vector
            );
        }
        assert_eq!(vector.modified.information_importance, None, "{}", threat.id);
        assert_eq!(after.information_importance, vector.base.information_importance);
        assert_eq!(
            after.life_property,
            tomori_risk::metric::LifeProperty::No,
            "{}: {}",
            threat.id,
            threat.after.vector
        );
    }
}

fn complete(analysis: &Analysis) {
    assert_eq!(analysis.coverage.len(), 10);
    for row in &analysis.coverage {
        assert_eq!(row.cells.len(), Threat::ALL.len());
        for cell in &row.cells {
            assert!(
                !cell.threats.is_empty() || !cell.blanks.is_empty(),
                "{} {}",
                row.entry_point,
                cell.kind
            );
        }
    }
    for threat in &analysis.threats {
        assert_eq!(threat.metrics.len(), 10, "{}", threat.id);
    }
    assert!(analysis.non_cyber.iter().all(|threat| threat.handled_by.is_some()));
    assert_eq!(analysis.findings, []);
}

#[test]
fn the_shutter_service_is_two_stars_and_follows_its_premises() {
    let analysis = analysed(&sample(SHUTTER));
    assert_eq!(analysis.level.level, ServiceLevel::Two);
    assert!(analysis.level.holds && analysis.level.effects.is_empty());
    premises(&analysis);
    complete(&analysis);
    // T3-38: the devices keep and carry nothing personal.
    for point in &analysis.entry_points {
        let devices = matches!(point.entry_point, EntryPoint::Ep7 | EntryPoint::Ep8);
        assert!(!(devices && point.personal), "{}", point.entry_point);
    }
    let at: BTreeSet<EntryPoint> = analysis.threats.iter().map(|threat| threat.entry_point).collect();
    assert!(
        !at.contains(&EntryPoint::Ep3) && !at.contains(&EntryPoint::Ep4),
        "nothing of a third party"
    );
    assert_eq!(at.len(), 8);
    golden(SHUTTER, &analysis);
}

#[test]
fn the_dispatch_service_is_three_stars_and_follows_its_premises() {
    let analysis = analysed(&sample(DISPATCH));
    assert_eq!(analysis.level.level, ServiceLevel::Three);
    assert!(analysis.level.holds);
    premises(&analysis);
    complete(&analysis);
    // Every row of T3-10 and T3-11 arises here.
    let ids: BTreeSet<&str> = analysis.threats.iter().map(|threat| threat.id.as_str()).collect();
    let rows: BTreeSet<&str> = tomori_guideline::threat_row::threat_rows().map(|row| row.id).collect();
    assert_eq!(ids, rows);
    golden(DISPATCH, &analysis);
}
