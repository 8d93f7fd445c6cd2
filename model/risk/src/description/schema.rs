//! The grammar for programs: a JSON schema, made of the same types that read a description.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::ServiceModel;

/// The schema (draft 2020-12). `docs/risk-model.schema.json` is this; editors read it there.
#[must_use]
pub fn schema() -> Schema {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ServiceModel>();
    schema.insert("title".to_owned(), "Tomori risk model".into());
    schema
}
