//! Any description of a service: it is analysed whole, or refused with a place and a remedy.

#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use tomori_risk::Vector;
use tomori_risk::analysis::{Question, analyse};
use tomori_risk::description::ServiceModel;
use tomori_runtime::config::{Rejection, parse_checked};

const LONGEST: usize = 64 * 1024;

fuzz_target!(|text: &str| {
    let check = |model: &ServiceModel| {
        model
            .check()
            .map_err(|flaw| Rejection::new(&flaw.key, flaw.text.en, flaw.text.ja))
    };
    let model = match parse_checked("file.toml", text, LONGEST, check) {
        Ok(model) => model,
        Err(error) => {
            assert!(
                error.to_string().starts_with("file.toml"),
                "an error says where: {error}"
            );
            return;
        }
    };
    let question = Question {
        as_of: date(2026, 11, 25),
        below: None,
    };
    let analysis = analyse(&model, &question).expect("what holds together is analysed");
    for row in &analysis.coverage {
        for cell in &row.cells {
            assert!(
                !cell.threats.is_empty() || !cell.blanks.is_empty(),
                "a blank has a reason"
            );
        }
    }
    for threat in &analysis.threats {
        let vector: Vector = threat.after.vector.parse().expect("a vector that is told can be read");
        assert!(
            vector.base.life_property >= vector.after_measures().life_property,
            "a measure only lowers"
        );
        assert!(
            vector.modified.information_importance.is_none(),
            "information stays as important as it is"
        );
    }
});
