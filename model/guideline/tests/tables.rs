//! The tables are whole: as many rows as the guideline has, ids that are unique and come back from their text.

use std::collections::BTreeSet;

use tomori_guideline::coverage::{self, Because, Cell};
use tomori_guideline::{
    Actor, AssetClass, AssetKind, EntryPoint, Guide, Holder, Interface, Lifecycle, NonCyberThreat, Part, Phase, Place,
    Premise, Relation, Role, ServiceLevel, Subject, SystemBox, Target, Threat, UseCase, asset, use_case,
};

/// Counted by hand in the guideline, table by table.
#[test]
fn each_table_has_the_rows_of_the_guideline() {
    assert_eq!(ServiceLevel::ALL.len(), 3, "T2-2");
    assert_eq!(Part::ALL.len(), 3, "T2-3, headings");
    assert_eq!(SystemBox::ALL.len(), 11, "T2-3");
    assert_eq!(
        SystemBox::ALL.iter().filter(|it| it.part() == Part::Platform).count(),
        5,
        "T2-3, platform"
    );
    assert_eq!(
        SystemBox::ALL.iter().filter(|it| it.part() == Part::Home).count(),
        5,
        "T2-3, home"
    );
    assert_eq!(UseCase::Shutter.steps().count(), 4, "T2-4");
    assert_eq!(UseCase::Dispatch.steps().count(), 8, "T2-5");
    assert_eq!(AssetClass::ALL.len(), 3, "T3-2, third column");
    assert_eq!(Holder::ALL.len(), 12, "T3-2, second column");
    assert_eq!(Threat::ALL.len(), 11, "T3-3");
    assert_eq!(
        Threat::ALL.iter().filter(|threat| threat.is_stride()).count(),
        6,
        "T3-3, STRIDE"
    );
    assert_eq!(EntryPoint::ALL.len(), 10, "T3-4");
    assert_eq!(NonCyberThreat::ALL.len(), 7, "3.3.2");
    assert_eq!(Interface::ALL.len(), 10, "T3-6");
    assert_eq!(
        Interface::ALL.iter().filter(|it| !it.is_wireless()).count(),
        3,
        "T3-6 A"
    );
    assert_eq!(Actor::ALL.len(), 6, "T3-7");
    assert_eq!(Target::ALL.len(), 6, "T3-8");
    assert_eq!(Place::ALL.len(), 5, "T3-9");
}

/// T3-2: rows by entry point, then lines of the fourth column (at EP⑧ the path itself and what is on it).
#[test]
fn assets_are_those_of_t3_2() {
    let rows = EntryPoint::ALL
        .iter()
        .map(|ep| asset::assets_at(*ep).count())
        .collect::<Vec<_>>();
    assert_eq!(rows, [6, 1, 2, 1, 2, 1, 10, 1, 2, 1]);
    let lines = |ep: &EntryPoint| asset::assets_at(*ep).map(|row| row.assets.len()).sum::<usize>();
    assert_eq!(
        EntryPoint::ALL.iter().map(lines).collect::<Vec<_>>(),
        [11, 1, 6, 1, 5, 1, 21, 5, 4, 1]
    );
}

#[test]
fn asset_rows_are_named_for_what_they_are() {
    for row in &asset::ASSETS {
        let holder = row.holder.map(|holder| format!("{holder}/")).unwrap_or_default();
        assert_eq!(row.id, format!("{}/{holder}{}", row.entry_point, row.class));
        assert!(row.holder.is_none_or(|holder| holder.entry_point() == row.entry_point));
        assert_eq!(row.class == AssetClass::Both, row.entry_point.is_path(), "{}", row.id);
    }
    let used = asset::ASSETS.iter().flat_map(|row| row.assets).collect::<BTreeSet<_>>();
    assert_eq!(used.len(), AssetKind::ALL.len());
}

macro_rules! round_trip {
    ($($name:ident),+) => {$({
        let ids = $name::ALL.iter().map(|row| row.id()).collect::<BTreeSet<_>>();
        assert_eq!(ids.len(), $name::ALL.len(), "{}", stringify!($name));
        for (number, row) in (1..).zip($name::ALL) {
            assert_eq!(row.number(), number, "{row}");
            assert_eq!(row.to_string().parse::<$name>().as_ref(), Ok(row));
            let json = serde_json::to_string(row).expect("an id is a text");
            assert_eq!(serde_json::from_str::<$name>(&json).expect("our own id"), *row);
        }
        assert!("".parse::<$name>().is_err());
    })+};
}

#[test]
fn ids_are_unique_and_come_back() {
    round_trip!(
        Actor,
        AssetClass,
        AssetKind,
        EntryPoint,
        Guide,
        Holder,
        Interface,
        Lifecycle,
        NonCyberThreat,
        Part,
        Phase,
        Place,
        Premise,
        Relation,
        Role,
        ServiceLevel,
        Subject,
        SystemBox,
        Target,
        Threat,
        UseCase
    );
    let steps = use_case::STEPS
        .iter()
        .map(|step| (step.use_case, step.number))
        .collect::<BTreeSet<_>>();
    assert_eq!(steps.len(), use_case::STEPS.len());
}

#[test]
fn other_spellings_are_understood() {
    for entry_point in EntryPoint::ALL {
        assert_eq!(entry_point.mark().parse(), Ok(*entry_point));
    }
    assert_eq!("3".parse(), Ok(ServiceLevel::Three));
}

#[test]
fn a_wrong_id_says_what_would_be_right() {
    let error = "EP11".parse::<EntryPoint>().expect_err("there are ten");
    assert_eq!(
        error.to_string(),
        "`EP11` is not an entry point (T3-4): expected EP1, EP2, EP3, EP4, EP5, EP6, EP7, EP8, EP9, EP10"
    );
    assert_eq!(
        "x".repeat(100).parse::<Threat>().expect_err("no threat").given.len(),
        60
    );
}

/// T3-4: 34 pairs.
#[test]
fn examined_pairs_are_those_of_t3_4() {
    let counts = EntryPoint::ALL
        .iter()
        .map(|ep| coverage::examined(*ep).len())
        .collect::<Vec<_>>();
    assert_eq!(counts, [6, 1, 6, 1, 7, 1, 6, 2, 2, 2]);
}

#[test]
fn each_other_pair_has_one_reason() {
    let mut blanks = 0;
    for entry_point in EntryPoint::ALL {
        for threat in Threat::ALL {
            let found = coverage::blanks()
                .filter(|blank| blank.entry_point == *entry_point && blank.threat == *threat)
                .count();
            match coverage::cell(*entry_point, *threat) {
                Some(Cell::Examined) => assert_eq!(found, 0, "{entry_point} {threat}"),
                Some(Cell::Blank(blank)) => {
                    assert_eq!(found, 1, "{entry_point} {threat}");
                    assert_eq!((blank.entry_point, blank.threat), (*entry_point, *threat));
                    blanks += 1;
                }
                None => panic!("{entry_point} {threat} is neither examined nor explained"),
            }
        }
    }
    assert_eq!(blanks, 110 - 34);
    assert_eq!(coverage::blanks().count(), blanks);
}

/// A reason that points at another cell points at one that is examined, and names the entry point in both languages.
#[test]
fn reasons_lead_somewhere() {
    for blank in coverage::blanks() {
        let place = format!("{} {}", blank.entry_point, blank.threat);
        match blank.because {
            Because::Within(threat) => {
                assert!(coverage::examined(blank.entry_point).contains(&threat), "{place}");
            }
            Because::Elsewhere(threat, entry_points) => {
                assert!(!entry_points.is_empty(), "{place}");
                for entry_point in entry_points {
                    assert_ne!(*entry_point, blank.entry_point, "{place}");
                    assert!(coverage::examined(*entry_point).contains(&threat), "{place}");
                    assert!(
                        blank.reason.ja.contains(entry_point.mark()),
                        "{place}: {}",
                        blank.reason.ja
                    );
                    assert!(
                        blank.reason.en.contains(entry_point.id()),
                        "{place}: {}",
                        blank.reason.en
                    );
                }
            }
            Because::Inapplicable => assert!(blank.entry_point.is_path(), "{place}"),
            Because::Requirements(ids) | Because::Tasks(ids) => assert!(!ids.is_empty(), "{place}"),
        }
    }
}
