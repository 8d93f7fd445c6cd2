//! The published schema.

use tomori_risk::description::schema;

/// `docs/risk-model.schema.json` is what the types say; `UPDATE_GOLDEN=1 cargo test` writes it anew. That a validator
/// which is not ours judges by it as the reader does is a stage of `cargo xtask test`.
#[test]
fn the_published_schema_is_that_of_the_reader() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/risk-model.schema.json");
    let mut text = serde_json::to_string_pretty(&schema()).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        text == published,
        "{path} changed; look at it and run with UPDATE_GOLDEN=1"
    );
}
