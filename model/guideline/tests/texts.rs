//! Every text is there in both languages, and each language keeps to itself.

use tomori_guideline::{
    Actor, AssetClass, AssetKind, EntryPoint, Guide, Holder, Interface, Lifecycle, NonCyberThreat, Part, Phase, Place,
    Premise, Relation, Role, ServiceLevel, Subject, SystemBox, Target, Text, Threat, UseCase, asset, coverage,
    lifecycle, requirement, threat_row, use_case,
};

/// Names that are written alike in both languages.
const NAMES: [&str; 7] = [
    "Ethernet",
    "HD-PLC",
    "Wi-Fi",
    "Bluetooth",
    "ZigBee",
    "Wi-SUN",
    "LTE/LTE-Advanced",
];

fn all_texts() -> Vec<(String, Text)> {
    let mut all = Vec::new();
    macro_rules! of {
        ($($name:ident),+) => {$(
            for row in $name::ALL {
                all.push((format!("{} title", row.id()), row.title()));
                all.push((format!("{} about", row.id()), row.about()));
            }
        )+};
    }
    of!(
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
    for step in &use_case::STEPS {
        all.push((format!("{} {} title", step.use_case, step.number), step.title));
        all.push((format!("{} {} about", step.use_case, step.number), step.about));
    }
    for blank in coverage::blanks() {
        all.push((format!("blank {} {}", blank.entry_point, blank.threat), blank.reason));
    }
    for row in threat_row::threat_rows() {
        all.push((format!("{} example", row.id), row.example));
    }
    for row in requirement::requirements() {
        all.push((format!("{} title", row.id), row.title));
        all.push((format!("{} about", row.id), row.about));
        all.extend(row.unless.map(|unless| (format!("{} unless", row.id), unless)));
    }
    for task in lifecycle::tasks() {
        all.push((format!("{} title", task.id), task.title));
        all.push((format!("{} about", task.id), task.about));
    }
    for row in &asset::ASSETS {
        all.extend(row.note.map(|note| (format!("{} note", row.id), note)));
    }
    all
}

/// Kana and kanji, also full-width letters and punctuation. Stars, circled numbers and the multiplication of symbols are
/// nobody's.
fn is_japanese(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[test]
fn no_text_is_empty_or_frayed() {
    for (place, text) in all_texts() {
        for side in [text.ja, text.en] {
            assert!(!side.is_empty(), "{place}");
            assert_eq!(side, side.trim(), "{place}");
            assert!(!side.contains("  ") && !side.contains('\n'), "{place}: {side}");
        }
    }
}

#[test]
fn japanese_is_japanese() {
    for (place, text) in all_texts() {
        let name = text.ja == text.en && NAMES.contains(&text.ja);
        assert!(name || text.ja.chars().any(is_japanese), "{place}: {}", text.ja);
    }
}

#[test]
fn english_has_no_japanese() {
    for (place, text) in all_texts() {
        assert!(!text.en.chars().any(is_japanese), "{place}: {}", text.en);
    }
}

#[test]
fn sentences_end() {
    for (place, text) in all_texts().into_iter().filter(|(place, _)| !place.ends_with("title")) {
        assert!(text.ja.ends_with('。'), "{place}: {}", text.ja);
        assert!(text.en.ends_with('.'), "{place}: {}", text.en);
    }
}
