//! Edit in a spreadsheet, bring it back.

use tomori_risk::description::{ServiceModel, Status};
use tomori_runtime::i18n::Lang;
use tomori_workbench::merge::{Fault, ImportError, Merged, import};

use crate::sample::{Open, SAMPLES, Sample, of, sample};

fn model(text: &str) -> ServiceModel {
    let model: ServiceModel = toml::from_str(text).unwrap();
    model.check().unwrap_or_else(|flaw| panic!("{flaw}"));
    model
}

fn brought_back(sample: &Sample, edited: &[u8]) -> Merged {
    import(edited, None, &sample.text, &sample.model).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn refused(sample: &Sample, edited: &[u8]) -> ImportError {
    import(edited, None, &sample.text, &sample.model).expect_err("refused")
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.trim_start().starts_with('#')).collect()
}

#[test]
fn a_workbook_that_nobody_edited_changes_not_a_byte() {
    for name in SAMPLES {
        let sample = sample(name);
        for lang in Lang::ALL {
            let bytes = sample.xlsx(lang);
            for edited in [bytes.clone(), Open::new(&bytes).save()] {
                let merged = brought_back(&sample, &edited);
                assert_eq!(merged.text, sample.text);
                assert_eq!(
                    (merged.taken.len(), merged.conflicts.len(), merged.foreign.len()),
                    (0, 0, 0)
                );
            }
        }
    }
}

#[test]
fn edits_come_back_and_comments_stay() {
    let sample = sample("dispatch-security-service");
    let free = sample
        .analysis
        .threats
        .iter()
        .find(|threat| !sample.model.tracking.iter().any(|one| one.threat == threat.id));
    let id = free.unwrap().id.clone();
    let measure = sample.model.measures[0].id.clone();
    let mut book = Open::new(&sample.xlsx(Lang::Ja));
    book.edit("リスクの追跡", &id, "状態", "受容");
    book.edit("リスクの追跡", &id, "担当", "=佐藤");
    book.edit("リスクの追跡", &id, "理由", "期間限定の\n運用のため");
    book.edit("リスクの追跡", &id, "期限", "2027/03/31");
    book.edit("評価の上書き", &id, "AV", "p");
    book.edit("評価の上書き", &id, "上書きの理由", "手で触れる所にしかない");
    book.edit("対策", &measure, "メモ", "\"二重\"の点検 'も' \\ 含む");
    let merged = brought_back(&sample, &book.save());
    assert_eq!(
        (merged.taken.len(), merged.conflicts.len()),
        (7, 0),
        "{:?}",
        merged.taken
    );
    assert_eq!(comments(&merged.text), comments(&sample.text));
    let model = model(&merged.text);
    let tracking = model.tracking.iter().find(|one| one.threat == id).unwrap();
    assert_eq!(
        (tracking.status, tracking.who.as_deref()),
        (Status::Accepted, Some("=佐藤"))
    );
    assert_eq!(tracking.why.as_ref().unwrap().ja, "期間限定の\n運用のため");
    assert_eq!(tracking.until.unwrap().to_string(), "2027-03-31");
    let set = model.overrides.iter().find(|one| one.threat == id).unwrap();
    assert_eq!(
        (set.set["AV"].as_str(), set.because.ja.as_str()),
        ("P", "手で触れる所にしかない")
    );
    assert_eq!(
        model.measures[0].note.as_ref().unwrap().ja,
        "\"二重\"の点検 'も' \\ 含む"
    );
    assert!(!merged.text.contains(" ,"), "a comma stands behind what it ends");
    for line in sample
        .text
        .lines()
        .filter(|line| !line.starts_with("note") && !line.is_empty())
        // The measure with the new note stands on one line, which is another now.
        .filter(|line| !line.contains(&format!("\"{measure}\"")))
    {
        assert!(merged.text.contains(line), "{line} is gone");
    }

    // Bringing the same workbook back once more changes nothing; taking everything away again removes it.
    let again = of(merged.text.clone());
    assert_eq!(brought_back(&again, &book.save()).taken, []);
    let mut book = Open::new(&again.xlsx(Lang::En));
    for heading in ["Who", "Why", "Until"] {
        book.edit("Risk tracking", &id, heading, "");
    }
    book.edit("Risk tracking", &id, "Status", "unchecked");
    book.edit("Overrides", &id, "AV", "");
    book.edit("Overrides", &id, "Why the rules do not fit", "");
    let merged = brought_back(&again, &book.save());
    let model = self::model(&merged.text);
    assert!(!model.overrides.iter().any(|one| one.threat == id));
    assert_eq!(
        model.tracking.iter().find(|one| one.threat == id).unwrap().status,
        Status::Unchecked
    );
}

#[test]
fn a_sorted_sheet_and_a_sheet_of_ones_own_are_no_harm() {
    let sample = sample("shutter-service");
    let mut book = Open::new(&sample.xlsx(Lang::Ja));
    let rows = u32::try_from(sample.analysis.threats.len()).unwrap();
    let sheet = book.sheets.get_mut("リスクの追跡").unwrap();
    let turned = std::mem::take(sheet).into_iter();
    *sheet = turned
        .map(|((row, column), data)| ((if row == 0 { 0 } else { rows + 1 - row }, column), data))
        .collect();
    let id = sample.analysis.threats[0].id.clone();
    book.edit("リスクの追跡", &id, "担当", "鈴木");
    book.order.push("集計".to_owned());
    book.sheets.insert("集計".to_owned(), std::collections::BTreeMap::new());
    book.set("集計", 3, 3, "=SUM(A1)");
    let merged = brought_back(&sample, &book.save());
    assert_eq!(merged.foreign, ["集計"]);
    assert_eq!(merged.taken.len(), 1);
    assert_eq!(
        model(&merged.text)
            .tracking
            .iter()
            .find(|one| one.threat == id)
            .unwrap()
            .who
            .as_deref(),
        Some("鈴木")
    );
}

#[test]
fn both_sides_changing_one_thing_is_a_conflict_and_nothing_is_taken() {
    let sample = sample("dispatch-security-service");
    let tracked = sample.model.tracking.iter().find(|one| one.who.is_some()).unwrap();
    let (id, who) = (tracked.threat.clone(), tracked.who.clone().unwrap());
    let other = sample
        .analysis
        .threats
        .iter()
        .find(|threat| threat.id != id)
        .unwrap()
        .id
        .clone();
    let mut book = Open::new(&sample.xlsx(Lang::Ja));
    book.edit("リスクの追跡", &id, "担当", "田中");
    book.edit("リスクの追跡", &other, "担当", "中村");
    let edited = book.save();

    let now = of(sample.text.replace(&format!("\"{who}\""), "\"山本\""));
    assert_ne!(now.text, sample.text);
    let merged = import(&edited, None, &now.text, &now.model).unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    let conflict = &merged.conflicts[0];
    assert_eq!(
        [&conflict.id, &conflict.base, &conflict.model, &conflict.workbook].map(String::as_str),
        [id.as_str(), who.as_str(), "山本", "田中"]
    );
    assert_eq!(merged.text, now.text, "nothing is taken");

    // The same change on both sides is none, and a change of the description alone stays.
    let now = of(sample.text.replace(&format!("\"{who}\""), "\"田中\""));
    let merged = import(&edited, None, &now.text, &now.model).unwrap();
    assert_eq!((merged.taken.len(), merged.conflicts.len()), (1, 0));
    assert!(merged.text.contains("田中") && merged.text.contains("中村"));
}

#[test]
fn a_workbook_that_lost_its_copy_takes_it_from_the_exported_one() {
    let sample = sample("shutter-service");
    let exported = sample.xlsx(Lang::Ja);
    let mut book = Open::new(&exported);
    let id = sample.analysis.threats[1].id.clone();
    book.edit("リスクの追跡", &id, "状態", "検討中");
    book.order.retain(|name| name != "tomori-base");
    let edited = book.save();
    assert_eq!(refused(&sample, &edited), ImportError::NotOurs);
    let merged = import(&edited, Some(&exported), &sample.text, &sample.model).unwrap();
    assert_eq!(merged.taken.len(), 1);
}

#[test]
fn forbidden_edits_name_sheet_and_cell() {
    let sample = sample("dispatch-security-service");
    let id = sample.analysis.threats[0].id.clone();
    let exported = sample.xlsx(Lang::Ja);
    let fresh = || Open::new(&exported);
    let first = |book: &Open| match refused(&sample, &book.save()) {
        ImportError::Cells(faults) => faults[0].clone(),
        other => panic!("{other:?}"),
    };

    let mut book = fresh();
    book.set("脅威", 2, 3, "書き換え");
    let fault = first(&book);
    assert_eq!((fault.sheet.as_str(), fault.cell.as_str()), ("脅威", "D3"));
    assert!(matches!(fault.fault, Fault::Forbidden { .. }));
    assert!(
        fault.message(Lang::Ja).contains("シート「脅威」セル D3"),
        "{}",
        fault.message(Lang::Ja)
    );

    let mut book = fresh();
    book.set("対策前後", 1, 3, "0.0");
    assert_eq!(first(&book).cell, "D2");

    let mut book = fresh();
    book.set("リスクの追跡", 1, 4, "なし");
    let fault = first(&book);
    assert_eq!((fault.sheet.as_str(), fault.cell.as_str()), ("リスクの追跡", "E2"));

    let mut book = fresh();
    book.set("要件", 2, 9, "横に書いたメモ");
    let fault = first(&book);
    assert!(matches!(fault.fault, Fault::Outside { .. }));
    assert_eq!(fault.cell, "J3");

    let mut book = fresh();
    book.edit("リスクの追跡", &id, "状態", "たぶん");
    assert!(matches!(first(&book).fault, Fault::Bad { .. }));

    let mut book = fresh();
    book.edit("リスクの追跡", &id, "期限", "来年");
    assert!(first(&book).message(Lang::Ja).contains("2027-03-31"));

    let mut book = fresh();
    book.edit("評価の上書き", &id, "AV", "Z");
    assert!(matches!(first(&book).fault, Fault::Bad { .. }));

    let mut book = fresh();
    book.edit("評価の上書き", &id, "AV", "P");
    assert_eq!(first(&book).fault, Fault::OverrideNeedsReason);

    let mut book = fresh();
    book.edit("リスクの追跡", &id, "状態", "受容");
    assert_eq!(first(&book).fault, Fault::AcceptanceNeeds);

    let mut book = fresh();
    book.sheets
        .get_mut("リスクの追跡")
        .unwrap()
        .retain(|(row, _), _| *row != 2);
    assert!(matches!(first(&book).fault, Fault::NoSuchRow { .. }));

    let mut book = fresh();
    let twin = book.text("リスクの追跡", 1, 0);
    book.set("リスクの追跡", 2, 0, &twin);
    assert_eq!(first(&book).fault, Fault::Twice { id: twin });

    let mut book = fresh();
    book.order.retain(|name| name != "資産");
    assert_eq!(first(&book).fault, Fault::SheetGone);

    let unnamed = sample.analysis.measures.iter().find(|measure| measure.status.is_none());
    if let Some(measure) = unnamed {
        let mut book = fresh();
        book.edit("対策", &measure.id, "メモ", "これから");
        assert_eq!(first(&book).fault, Fault::MeasureNotInModel);
    }
}

#[test]
fn a_workbook_of_another_service_is_refused() {
    let edited = sample("shutter-service").xlsx(Lang::Ja);
    assert!(matches!(
        refused(&sample("dispatch-security-service"), &edited),
        ImportError::OtherService { .. }
    ));
}

#[test]
fn a_description_in_inline_tables_is_edited_in_place_too() {
    let text = sample("shutter-service").text;
    let id = sample("shutter-service").analysis.threats[0].id.clone();
    let mut table: toml::Table = toml::from_str(&text).unwrap();
    table.remove("tracking");
    let text = format!(
        "tracking = [\n  # why we wait\n  {{ threat = \"{id}\", status = \"in-progress\", why = {{ ja = \"古い\", en = \"old\" }} }}, # end\n]\n{}",
        toml::to_string(&table).unwrap()
    );
    let sample = of(text);
    let mut book = Open::new(&sample.xlsx(Lang::Ja));
    book.edit("リスクの追跡", &id, "理由", "新しい");
    let merged = brought_back(&sample, &book.save());
    assert!(merged.text.contains("# why we wait") && merged.text.contains("# end"));
    let why = model(&merged.text).tracking[0].why.clone().unwrap();
    assert_eq!(
        (why.ja.as_str(), why.en.as_str()),
        ("新しい", "old"),
        "only the workbook's language changes"
    );
}
