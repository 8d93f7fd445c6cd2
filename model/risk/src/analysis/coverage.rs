//! Entry point × kind of threat (3.3, T3-4): what is examined where, and why not everywhere.

use tomori_guideline::coverage::{Cell, cell};
use tomori_guideline::{EntryPoint, Threat};

use super::ground::Ground;
use super::result::{BlankReason, BlankView, CoverageCell, CoverageRow, ThreatView};
use super::threat::LeftOut;
use crate::description::Words;

/// The matrix. Every cell without a threat has a reason; a cell with threats lists the rows that were left out.
pub(super) fn matrix(threats: &[ThreatView], left_out: &[LeftOut], ground: &Ground<'_>) -> Vec<CoverageRow> {
    let row = |point: &EntryPoint| CoverageRow {
        entry_point: *point,
        cells: Threat::ALL
            .iter()
            .map(|kind| one(*point, *kind, threats, left_out, ground))
            .collect(),
    };
    EntryPoint::ALL.iter().map(row).collect()
}

fn one(
    point: EntryPoint,
    kind: Threat,
    threats: &[ThreatView],
    left_out: &[LeftOut],
    ground: &Ground<'_>,
) -> CoverageCell {
    let here: Vec<&ThreatView> = threats
        .iter()
        .filter(|threat| threat.entry_point == point && threat.kind == kind)
        .collect();
    let mut blanks: Vec<BlankView> = left_out
        .iter()
        .filter(|row| row.point == point && row.kind == kind)
        .map(|row| row.blank.clone())
        .collect();
    if here.is_empty() && blanks.is_empty() {
        let present = ground.points.get(&point).is_some_and(super::ground::Point::present);
        blanks.push(match cell(point, kind) {
            Some(Cell::Blank(blank)) if present => BlankView {
                reason: BlankReason::NotInT34,
                row: None,
                words: blank.reason.into(),
            },
            _ => BlankView {
                reason: BlankReason::NothingHere,
                row: None,
                words: Words::new(
                    format!("このサービスは{}に何も置いていません", point.mark()),
                    format!("the service has nothing at {}", point.id()),
                ),
            },
        });
    }
    CoverageCell {
        kind,
        worst_before: here.iter().map(|threat| threat.before.severity).max(),
        worst_after: here.iter().map(|threat| threat.after.severity).max(),
        threats: here.into_iter().map(|threat| threat.id.clone()).collect(),
        blanks,
    }
}
