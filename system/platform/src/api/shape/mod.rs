//! The shapes of the answers, for the description of the API. The answers themselves are the rooms' own types; a test
//! holds each answer against its shape here, member by member, in both directions.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        #[schema(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }
    )* };
}

mod access;
mod command;
mod elapi;
mod guard;
mod home;
mod problem;
mod schedule;

pub use access::*;
pub use command::*;
pub use elapi::*;
pub use guard::*;
pub use home::*;
pub use problem::*;
pub use schedule::*;

/// A property's value: true or false, a number in the property's unit, or a word.
#[derive(Debug)]
pub struct Value;

impl PartialSchema for Value {
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type| ObjectBuilder::new().schema_type(kind);
        OneOfBuilder::new()
            .item(of(Type::Boolean))
            .item(of(Type::Number))
            .item(of(Type::String))
            .description(Some(
                "A property's value: true or false, a number in the property's unit, or a word.",
            ))
            .into()
    }
}

impl ToSchema for Value {}

/// One thing that happened. What it is decides which further members there are.
#[derive(Debug)]
pub struct HistoryEntry;

impl PartialSchema for HistoryEntry {
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type, text: &str| ObjectBuilder::new().schema_type(kind).description(Some(text));
        let time = |text: &str| of(Type::String, text).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        ObjectBuilder::new()
            .description(Some(
                "One thing that happened. What it is decides which further members there are.",
            ))
            .property("number", of(Type::Integer, "Its place in the home's history."))
            .required("number")
            .property("at", time("When it happened."))
            .required("at")
            .property("storedAt", time("When the platform stored it."))
            .required("storedAt")
            .property(
                "happened",
                of(
                    Type::String,
                    "`command`, `stateChanged`, `deviceLost`, `handOperation`, …",
                ),
            )
            .required("happened")
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }
}

impl ToSchema for HistoryEntry {}
