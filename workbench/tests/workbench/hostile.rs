//! What nobody should bring: formulas in texts, archives that unfold without end, files that are no workbook.

use std::io::{Cursor, Write as _};

use tomori_risk::description::Words;
use tomori_runtime::i18n::Lang;
use tomori_workbench::merge::{ImportError, import};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::sample::{Open, Sample, sample};

const EVIL: [&str; 8] = [
    "=cmd|'/C calc'!A0",
    "+1+cmd|'/C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "＝HYPERLINK(\"http://example.test\")",
    "{=1+1}",
];

fn refused(sample: &Sample, bytes: &[u8]) -> ImportError {
    import(bytes, None, &sample.text, &sample.model).expect_err("refused")
}

#[test]
fn formula_injection_in_any_text_stays_text() {
    for evil in EVIL {
        let mut sample = sample("shutter-service");
        let words = Words::new(evil, evil);
        sample.analysis.service.name = words.clone();
        sample
            .analysis
            .assets
            .iter_mut()
            .for_each(|asset| asset.name = words.clone());
        sample
            .analysis
            .threats
            .iter_mut()
            .for_each(|threat| threat.example = words.clone());
        sample
            .analysis
            .measures
            .iter_mut()
            .for_each(|measure| measure.note = Some(words.clone()));
        let bytes = sample.xlsx(Lang::Ja);
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            if name.starts_with("xl/worksheets/") {
                let mut text = String::new();
                std::io::Read::read_to_string(&mut file, &mut text).unwrap();
                assert!(
                    !text.contains("<f>") && !text.contains("<f "),
                    "{evil}: a formula in {name}"
                );
                assert!(!text.contains("<hyperlink"), "{evil}");
            }
        }
        let shown = Open::new(&bytes).text("脅威", 1, 3);
        assert_eq!(shown.trim(), evil.trim(), "the text itself is kept");
        for file in tomori_workbench::csv(&sample.analysis, Lang::Ja) {
            let text = String::from_utf8(file.bytes).unwrap();
            for start in ["\"=", "\"+", "\"-", "\"@", "\"\t", "\"\r", "\"＝"] {
                let begins = |before: &str| text.contains(&format!("{before}{start}"));
                assert!(
                    !begins(",") && !begins("\n") && !begins("\u{feff}"),
                    "{evil}: {} has a field that begins with {start:?}",
                    file.name
                );
            }
        }
    }
}

#[test]
fn what_is_no_workbook_is_told_and_never_a_crash() {
    let sample = sample("shutter-service");
    let good = sample.xlsx(Lang::Ja);
    for bytes in [
        &b""[..],
        b"PK",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"id,threat\r\n1,2\r\n",
        &good[..good.len() / 2],
    ] {
        let error = refused(&sample, bytes);
        assert!(matches!(error, ImportError::NotXlsx { .. }), "{error:?}");
        assert!(error.message(Lang::Ja).contains("XLSX") && error.message(Lang::En).contains("XLSX"));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("hello.txt", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"hello").unwrap();
    let zip = writer.finish().unwrap().into_inner();
    assert!(matches!(refused(&sample, &zip), ImportError::NotXlsx { .. }));
}

#[test]
fn a_flipped_byte_anywhere_is_an_error_or_no_change_of_meaning() {
    let sample = sample("shutter-service");
    let good = sample.xlsx(Lang::Ja);
    let mut taken = 0;
    for place in (0..good.len()).step_by(good.len() / 50) {
        let mut bytes = good.clone();
        bytes[place] ^= 0x20;
        if let Ok(merged) = import(&bytes, None, &sample.text, &sample.model) {
            assert_eq!(merged.text, sample.text, "byte {place}");
            taken += 1;
        }
    }
    assert!(taken < 50, "a checksum is looked at");
}

fn bomb(files: usize, size: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let zeros = vec![b' '; 1024 * 1024];
    for file in 0..files {
        writer
            .start_file(format!("xl/{file}.xml"), SimpleFileOptions::default())
            .unwrap();
        for _ in 0..size {
            writer.write_all(&zeros).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_stopped_at_the_bound() {
    let sample = sample("shutter-service");
    let bytes = bomb(1, 200);
    assert!(bytes.len() < 1024 * 1024, "it is small");
    assert!(matches!(refused(&sample, &bytes), ImportError::TooLarge { .. }));
    assert!(matches!(
        refused(&sample, &bomb(3_000, 0)),
        ImportError::TooLarge { .. }
    ));
    assert!(matches!(
        refused(&sample, &vec![0; 33 * 1024 * 1024]),
        ImportError::TooLarge { .. }
    ));
}

#[test]
fn a_cell_in_the_last_corner_takes_no_room() {
    let sample = sample("shutter-service");
    let mut book = Open::new(&sample.xlsx(Lang::Ja));
    book.set("リスクの追跡", 1_048_575, 16_383, "遠い");
    match refused(&sample, &book.save()) {
        ImportError::Cells(faults) => assert_eq!(faults[0].cell, "XFD1048576"),
        other => panic!("{other:?}"),
    }
}
