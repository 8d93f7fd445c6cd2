//! T3-10 and T3-11: as many rows as the guideline has, and what they say.

use std::collections::BTreeSet;

use tomori_guideline::threat_row::{at_risk, rows_of, threat_rows};
use tomori_guideline::{
    Actor, AssetKind, EntryPoint, Interface, Place, ServiceLevel, Target, Threat, ThreatRow, coverage,
};

/// Counted by hand: T3-10 has 22 lines of values, T3-11 has 33 for 25 cases.
#[test]
fn the_tables_have_the_rows_of_the_guideline() {
    let lines = |table: &str| threat_rows().filter(|row| row.table() == table).count();
    assert_eq!((lines("T3-10"), lines("T3-11")), (22, 33));
    let cases = |table: &str| {
        threat_rows()
            .filter(|row| row.table() == table)
            .map(ThreatRow::case)
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!((cases("T3-10"), cases("T3-11")), (22, 25));
    let lines_at = EntryPoint::ALL
        .iter()
        .map(|ep| threat_rows().filter(|row| row.entry_point == *ep).count());
    assert_eq!(lines_at.collect::<Vec<_>>(), [10, 1, 10, 1, 14, 1, 10, 3, 3, 2]);
}

#[test]
fn ids_are_unique_in_order_and_come_back() {
    let ids = threat_rows().map(|row| row.id).collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), 55);
    for entry_point in EntryPoint::ALL {
        let mut expected = 0;
        let mut before = "";
        for row in threat_rows().filter(|row| row.entry_point == *entry_point) {
            expected += usize::from(row.case() != before);
            before = row.case();
            assert_eq!(row.case(), format!("{entry_point}-{expected}"));
        }
    }
    for row in threat_rows() {
        assert_eq!(ThreatRow::by_id(row.id), Ok(row));
    }
    let error = ThreatRow::by_id("EP5-1").expect_err("the case has two rows");
    assert_eq!(
        error.to_string(),
        "`EP5-1` is not a row of T3-10 or T3-11: expected an id such as EP1-4 or EP5-1b"
    );
}

#[test]
fn lines_of_a_case_differ_in_what_they_harm_and_in_nothing_else() {
    for first in threat_rows().filter(|row| row.id.ends_with('a')) {
        let second = threat_rows().find(|row| row.case() == first.case() && row.id.ends_with('b'));
        let second = second.unwrap_or_else(|| panic!("{} has no second line", first.id));
        assert_eq!(
            ThreatRow {
                id: second.id,
                whom_two: second.whom_two,
                whom_three: second.whom_three,
                ..*first
            },
            *second
        );
        assert_eq!(first.whom_two, first.whom_three, "{}", first.id);
        assert_eq!(
            (second.whom_two, second.whom_three),
            (&[Target::Service][..], &[Target::LifeAndProperty][..])
        );
    }
}

/// Every pair that T3-4 lists has its case, and no case is of another pair.
#[test]
fn cases_are_those_of_t3_4() {
    for entry_point in EntryPoint::ALL {
        for threat in Threat::ALL {
            let examined = coverage::examined(*entry_point).contains(threat);
            assert_eq!(
                rows_of(*entry_point, *threat).count() > 0,
                examined,
                "{entry_point} {threat}"
            );
        }
    }
}

/// How often each value stands in its column, counted by hand.
#[test]
fn columns_have_the_values_of_the_guideline() {
    let count = |holds: &dyn Fn(&ThreatRow) -> bool| threat_rows().filter(|row| holds(row)).count();
    assert_eq!(count(&|row| row.who == Actor::Attacker), 55 - 2 - 2 - 7);
    assert_eq!(count(&|row| row.who == Actor::ServiceOperator), 2);
    assert_eq!(count(&|row| row.who == Actor::UserIntended), 2 + 7);
    assert_eq!(count(&|row| row.place == Place::MaintenanceInterface), 4);
    assert_eq!(count(&|row| row.place == Place::IrregularInterface), 4);
    assert_eq!(count(&|row| row.place == Place::NormalInterface), 47);
    assert_eq!(count(&|row| row.affects_life_or_property(ServiceLevel::Three)), 14 + 12);
    assert_eq!(count(&|row| row.affects_life_or_property(ServiceLevel::Two)), 0);
    assert_eq!(count(&|row| row.whom_two != row.whom_three), 14 + 12);
    assert_eq!(count(&|row| row.affects_information(ServiceLevel::Two)), 8 + 10);
}

#[test]
fn connections_that_are_not_named_count_among_the_others() {
    let row = ThreatRow::by_id("EP8-1a").expect("a row of T3-11");
    assert!(row.comes_in_by(Interface::WiFi) && row.comes_in_by(Interface::Bluetooth));
    assert!(!row.comes_in_by(Interface::Ethernet) && !row.comes_in_by(Interface::OtherWired));
    let row = ThreatRow::by_id("EP9-1").expect("a row of T3-11");
    assert!(row.comes_in_by(Interface::Lte) && !row.comes_in_by(Interface::Bluetooth));
}

#[test]
fn every_entry_point_has_assets_at_risk() {
    for entry_point in EntryPoint::ALL {
        let assets = at_risk(*entry_point);
        assert_eq!(
            assets.contains(&AssetKind::DataOnPath),
            entry_point.is_path(),
            "{entry_point}"
        );
        assert_eq!(
            assets.iter().collect::<BTreeSet<_>>().len(),
            assets.len(),
            "{entry_point}"
        );
    }
    let lines = EntryPoint::ALL.iter().map(|ep| at_risk(*ep).len()).collect::<Vec<_>>();
    assert_eq!(lines, [7, 1, 6, 1, 5, 1, 6, 5, 4, 1]);
}
