//! Any bytes as an edited workbook, and any cells in a workbook that is one.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tomori_risk::analysis::{Analysis, Question, analyse};
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;
use tomori_workbench::merge::import;

const TEXT: &str = include_str!("../../examples/shutter-service.toml");

static SAMPLE: LazyLock<(ServiceModel, Vec<u8>)> = LazyLock::new(|| {
    let model: ServiceModel = toml::from_str(TEXT).unwrap();
    let question = Question {
        as_of: "2026-11-25".parse().unwrap(),
        below: None,
    };
    let analysis: Analysis = analyse(&model, &question).unwrap();
    let bytes = tomori_workbench::xlsx(&analysis, &model, Lang::Ja).unwrap();
    (model, bytes)
});

fuzz_target!(|data: &[u8]| {
    let (model, exported) = &*SAMPLE;
    // As it is.
    let _ = import(data, Some(exported), TEXT, model);
    // As patches of a good workbook: place (3 bytes), value.
    let mut bytes = exported.clone();
    for patch in data.chunks_exact(4) {
        let place = usize::from(patch[0]) << 16 | usize::from(patch[1]) << 8 | usize::from(patch[2]);
        let place = place % bytes.len();
        bytes[place] = patch[3];
    }
    if let Ok(merged) = import(&bytes, None, TEXT, model) {
        let _: toml::Table = toml::from_str(&merged.text).unwrap();
    }
});
