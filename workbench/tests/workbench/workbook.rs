//! The workbook as other programs see it.

use std::io::{Cursor, Read as _};

use calamine::{Reader as _, SheetVisible, Xlsx};
use tomori_runtime::i18n::Lang;

use crate::sample::{Open, SAMPLES, sample};

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    for name in SAMPLES {
        let sample = sample(name);
        for lang in Lang::ALL {
            assert_eq!(sample.xlsx(lang), sample.xlsx(lang), "{name}");
        }
    }
}

#[test]
fn the_sheets_are_those_of_the_report_and_all_names_fit() {
    let sample = sample("dispatch-security-service");
    for (lang, wanted) in [
        (
            Lang::Ja,
            ["概要", "資産", "脅威", "対策前後", "対策", "要件", "改訂履歴"],
        ),
        (
            Lang::En,
            [
                "Summary",
                "Assets",
                "Threats",
                "Before and after",
                "Measures",
                "Requirements",
                "Revisions",
            ],
        ),
    ] {
        let book: Xlsx<_> = Xlsx::new(Cursor::new(sample.xlsx(lang))).unwrap();
        let sheets = book.sheets_metadata().to_vec();
        for name in wanted {
            assert!(sheets.iter().any(|sheet| sheet.name == name), "{name}");
        }
        for sheet in &sheets {
            assert!(sheet.name.encode_utf16().count() <= 31, "{}", sheet.name);
            assert_eq!(
                sheet.visible == SheetVisible::Visible,
                sheet.name != "tomori-base",
                "{}",
                sheet.name
            );
        }
    }
}

#[test]
fn every_threat_is_there_with_its_values_as_numbers() {
    let sample = sample("dispatch-security-service");
    let book = Open::new(&sample.xlsx(Lang::Ja));
    let (before, after) = (book.column("対策前後", "対策前"), book.column("対策前後", "対策後"));
    assert_eq!(
        sample.analysis.threats.len(),
        book.sheets["対策前後"]
            .keys()
            .filter(|(row, column)| *row > 0 && *column == 0)
            .count()
    );
    for threat in &sample.analysis.threats {
        let row = book.row("対策前後", &threat.id);
        for (column, rating) in [(before, &threat.before), (after, &threat.after)] {
            let calamine::Data::Float(value) = book.sheets["対策前後"][&(row, column)] else {
                panic!("{} is no number", threat.id);
            };
            assert_eq!(format!("{value:.1}"), rating.value);
        }
    }
}

/// Reads a part of the archive.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn sheets_have_frozen_heads_filters_and_widths() {
    let bytes = sample("shutter-service").xlsx(Lang::Ja);
    for number in 1..=18 {
        let sheet = part(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
        for feature in ["state=\"frozen\"", "<autoFilter", "<cols>", "orientation=\"landscape\""] {
            assert!(sheet.contains(feature), "sheet {number} lacks {feature}");
        }
    }
    assert!(
        part(&bytes, "docProps/core.xml").contains("2026-11-25T00:00:00Z"),
        "the creation date is the analysis's"
    );
}
