//! CSV, Markdown, JSON.

use tomori_runtime::i18n::Lang;

use crate::sample::{SAMPLES, sample};

/// A CSV reader after RFC 4180.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => record.push(std::mem::take(&mut field)),
            (false, '\r') => {}
            (false, '\n') => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (_, other) => field.push(other),
        }
    }
    records
}

#[test]
fn csv_is_rectangular_has_a_byte_order_mark_and_every_threat() {
    for name in SAMPLES {
        let sample = sample(name);
        for lang in Lang::ALL {
            let files = tomori_workbench::csv(&sample.analysis, lang);
            assert_eq!(files, tomori_workbench::csv(&sample.analysis, lang));
            for file in &files {
                let text = std::str::from_utf8(&file.bytes).unwrap();
                let body = text
                    .strip_prefix('\u{feff}')
                    .unwrap_or_else(|| panic!("{} lacks the mark", file.name));
                let records = records(body);
                assert!(
                    records.iter().all(|record| record.len() == records[0].len()),
                    "{}",
                    file.name
                );
                if file.name == "threats.csv" {
                    let ids: Vec<&String> = records.iter().skip(1).map(|record| &record[0]).collect();
                    let wanted: Vec<&String> = sample.analysis.threats.iter().map(|threat| &threat.id).collect();
                    assert_eq!(ids, wanted);
                }
            }
        }
    }
}

#[test]
fn markdown_tables_are_rectangular() {
    let sample = sample("dispatch-security-service");
    for lang in Lang::ALL {
        let text = tomori_workbench::markdown(&sample.analysis, lang);
        let mut width = None;
        for line in text.lines() {
            if !line.starts_with('|') {
                width = None;
                continue;
            }
            let bars = line.matches('|').count() - line.matches("\\|").count();
            assert_eq!(*width.get_or_insert(bars), bars, "{line}");
        }
        assert!(sample.analysis.threats.iter().all(|threat| text.contains(&threat.id)));
    }
}

#[test]
fn json_has_what_the_analysis_has() {
    let sample = sample("shutter-service");
    let json: serde_json::Value = serde_json::from_str(&tomori_workbench::json(&sample.analysis).unwrap()).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["threats"].as_array().unwrap().len(), sample.analysis.threats.len());
}

/// The document names every key of the first two levels, and no other.
#[test]
fn the_document_of_the_form_is_complete() {
    let document = include_str!("../../../docs/risk-report.md");
    let json = serde_json::to_value(&sample("dispatch-security-service").analysis).unwrap();
    let mut missing = Vec::new();
    for (key, value) in json.as_object().unwrap() {
        let mut names = vec![key.clone()];
        let inner = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        names.extend(inner.as_object().into_iter().flatten().map(|(inner, _)| inner.clone()));
        missing.extend(
            names
                .into_iter()
                .filter(|name| !document.contains(&format!("`{name}`"))),
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}
