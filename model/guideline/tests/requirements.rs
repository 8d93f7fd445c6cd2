//! T6-3 to T6-8: as many requirements as the guideline has, and where they lead.

use std::collections::BTreeSet;

use tomori_guideline::coverage::{self, Because};
use tomori_guideline::requirement::{Source, requirements, requirements_for};
use tomori_guideline::{EntryPoint, Guide, Relation, Requirement, ServiceLevel, Subject};

/// Counted by hand, ★★ and ★★★ of each table. T6-5 is counted by its numbers; it prints four rows for its 22.
#[test]
fn the_tables_have_the_requirements_of_the_guideline() {
    let count = |subject: Subject, level: ServiceLevel| {
        requirements()
            .filter(|row| row.subject == subject && row.level == level)
            .count()
    };
    let counts = Subject::ALL
        .iter()
        .map(|it| (count(*it, ServiceLevel::Two), count(*it, ServiceLevel::Three)));
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [(9, 8), (7, 13), (7, 15), (6, 9), (5, 5), (3, 0)]
    );
    assert_eq!(requirements().count(), 17 + 20 + 22 + 15 + 10 + 3);
    assert_eq!(Relation::ALL.len(), 3, "T6-1");
    assert_eq!(requirements_for(Subject::Gateway, ServiceLevel::Three).count(), 15);
    assert_eq!(requirements_for(Subject::Gateway, ServiceLevel::Two).count(), 6);
    assert_eq!(requirements_for(Subject::Gateway, ServiceLevel::One).count(), 0);
}

/// `R` or `SR`, the level, the part, a number without gaps (T6-2).
#[test]
fn ids_read_as_the_guideline_says() {
    let mut ids = BTreeSet::new();
    for subject in Subject::ALL {
        for level in [ServiceLevel::Two, ServiceLevel::Three] {
            let rows = requirements().filter(|row| row.subject == *subject && row.level == level);
            for (number, row) in (1..).zip(rows) {
                let expected = match subject {
                    Subject::Service => format!("R{}-{number}", level.number()),
                    part => format!("SR{}-{part}-{number}", level.number()),
                };
                assert_eq!(row.id, expected);
                assert_eq!(Requirement::by_id(row.id), Ok(row));
                assert!(ids.insert(row.id));
            }
        }
    }
    assert_eq!(ids.len(), requirements().count());
    let error = Requirement::by_id("SR4-H-1").expect_err("there is no such level");
    assert_eq!(
        error.to_string(),
        "`SR4-H-1` is not a requirement of T6-3 to T6-8: expected an id such as R3-5 or SR3-H-4"
    );
}

#[test]
fn only_the_requirements_of_the_service_are_mandatory() {
    for row in requirements() {
        assert_eq!(row.is_mandatory(), row.id.starts_with('R'), "{}", row.id);
    }
}

#[test]
fn every_entry_point_has_a_part_that_answers_for_it() {
    for entry_point in EntryPoint::ALL {
        assert!(Subject::at(*entry_point).entry_points().contains(entry_point));
    }
    let parts = Subject::ALL.iter().filter(|subject| **subject != Subject::Service);
    assert_eq!(
        parts.map(|part| part.entry_points().len()).sum::<usize>(),
        EntryPoint::ALL.len()
    );
}

#[test]
fn relations_name_clauses_exactly_where_there_is_something_to_name() {
    for row in requirements() {
        let Source::Own(references) = &row.source else {
            continue;
        };
        for (cell, prefix) in [
            (references.uk, "UK"),
            (references.sb327, "1798."),
            (references.cpsf, "CPS."),
        ] {
            assert_eq!(cell.clauses.is_empty(), cell.relation == Relation::Beyond, "{}", row.id);
            assert!(
                cell.clauses.iter().all(|clause| clause.starts_with(prefix)),
                "{}",
                row.id
            );
        }
    }
}

#[test]
fn the_third_partys_first_twenty_are_the_platforms() {
    let shared = requirements()
        .filter(|row| matches!(row.source, Source::SameAs(_)))
        .collect::<Vec<_>>();
    assert_eq!(shared.len(), 20);
    for row in shared {
        let platform = row.substance();
        assert_eq!(platform.id, row.id.replace("PP", "SP"));
        assert_eq!((row.level, row.title), (platform.level, platform.title));
        assert_eq!(row.references(), platform.references());
    }
}

/// R3-1 and SR3-…-1, of all parts that have ★★★ (the third party's by way of the platform's).
#[test]
fn those_without_relations_ask_for_the_whole_of_two_stars() {
    let without = requirements()
        .filter(|row| row.references().is_none())
        .map(|row| row.id)
        .collect::<Vec<_>>();
    assert_eq!(without, ["R3-1", "SR3-SP-1", "SR3-PP-1", "SR3-H-1", "SR3-D-1"]);
}

#[test]
fn guides_are_each_asked_for() {
    let used = requirements().flat_map(|row| row.guides).collect::<BTreeSet<_>>();
    assert_eq!(used.len(), Guide::ALL.len());
    let numbers = Guide::ALL
        .iter()
        .filter_map(|guide| guide.reference())
        .collect::<Vec<_>>();
    assert_eq!(numbers, [5, 22, 23, 24, 25, 26, 27, 28]);
}

/// What leans on a requirement of ★★★ says that a ★★ service does not have it.
#[test]
fn reasons_of_blanks_lean_on_requirements_that_exist() {
    for blank in coverage::blanks() {
        let Because::Requirements(ids) = blank.because else {
            continue;
        };
        let place = format!("{} {}", blank.entry_point, blank.threat);
        let rows = ids
            .iter()
            .map(|id| Requirement::by_id(id).unwrap_or_else(|error| panic!("{place}: {error}")));
        let three = rows.filter(|row| row.level == ServiceLevel::Three).count() > 0;
        assert_eq!(blank.reason.ja.contains("★★★"), three, "{place}");
        assert_eq!(blank.reason.en.contains("★★★"), three, "{place}");
    }
}
