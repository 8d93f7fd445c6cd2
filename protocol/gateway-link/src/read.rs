//! Reading single fields.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use tomori_smart_home::{PropertyName, PropertyValue};

use crate::error::ContractError;
use crate::v1;

pub(crate) fn id<T>(field: &str, text: &str) -> Result<T, ContractError>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|error| ContractError::new(field, error))
}

pub(crate) fn time(field: &str, microseconds: i64) -> Result<Timestamp, ContractError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| {
        ContractError::new(
            field,
            format!("{microseconds} µs is no time between the years -9999 and 9999"),
        )
    })
}

/// Exactly `2026-11-23`: the parser alone would take other spellings too.
pub(crate) fn date(field: &str, text: &str) -> Result<Date, ContractError> {
    text.parse::<Date>()
        .ok()
        .filter(|date| date.to_string() == text)
        .ok_or_else(|| ContractError::new(field, "give a date as 2026-11-23"))
}

pub(crate) fn property(field: &str, name: String) -> Result<PropertyName, ContractError> {
    PropertyName::new(name).map_err(|error| ContractError::new(field, error))
}

pub(crate) fn value(field: &str, value: Option<v1::Value>) -> Result<PropertyValue, ContractError> {
    let value = value.ok_or_else(|| ContractError::new(field, "absent"))?;
    PropertyValue::try_from(value).map_err(|error| error.within(field))
}

pub(crate) fn present<T>(field: &str, message: Option<T>) -> Result<T, ContractError> {
    message.ok_or_else(|| ContractError::new(field, "absent"))
}

pub(crate) fn text(field: &str, text: &str, least: usize, most: usize) -> Result<(), ContractError> {
    if text.chars().any(char::is_control) {
        return Err(ContractError::new(field, "control characters have no place here"));
    }
    if (least..=most).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(ContractError::new(field, format!("give {least} to {most} characters")))
    }
}

pub(crate) fn bytes(field: &str, length: usize, most: usize) -> Result<(), ContractError> {
    if (1..=most).contains(&length) {
        Ok(())
    } else {
        Err(ContractError::new(field, format!("{length} bytes; give 1 to {most}")))
    }
}
