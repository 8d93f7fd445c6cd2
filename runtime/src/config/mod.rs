//! Configuration files: TOML, read strictly, with errors that say file, line, column, key path, fault and remedy.
//!
//! A key that nobody knows is refused rather than ignored: a misspelt `poll_every` that silently keeps its default
//! is found in the field, months later. Structures therefore carry `#[serde(deny_unknown_fields)]`.

mod error;
mod place;

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, Deserializer};

pub use error::{ConfigError, Fault, Rejection};

use crate::file::read_bounded;
use place::{Position, Step};

/// The longest configuration file that is read: 256 KiB.
pub const LONGEST: usize = 256 * 1024;

/// What a configuration must satisfy beyond its types: ranges, and keys that must fit each other.
pub trait Validate {
    /// The first thing that does not fit, by key path (`lan.port`, `houses[2].name`).
    ///
    /// # Errors
    /// A [`Rejection`], which [`load_valid`] shows at the line of its key.
    fn validate(&self) -> Result<(), Rejection>;
}

/// Reads the file at `path`.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let name = path.display().to_string();
    parse(&name, &text(path, &name, LONGEST)?)
}

/// Reads the file at `path` and has its values checked.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn load_valid<T: DeserializeOwned + Validate>(path: &Path) -> Result<T, ConfigError> {
    load_checked(path, LONGEST, T::validate)
}

/// Reads the file at `path`, of at most `longest` bytes, and has `check` look at its values: for descriptions that are
/// longer than a configuration, and whose types do not know this crate.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn load_checked<T: DeserializeOwned>(
    path: &Path,
    longest: usize,
    check: impl FnOnce(&T) -> Result<(), Rejection>,
) -> Result<T, ConfigError> {
    let name = path.display().to_string();
    parse_checked(&name, &text(path, &name, longest)?, longest, check)
}

/// Reads `text`, which errors call `name`.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, ConfigError> {
    parse_bounded(name, text, LONGEST)
}

fn parse_bounded<T: DeserializeOwned>(name: &str, text: &str, longest: usize) -> Result<T, ConfigError> {
    if text.len() > longest {
        return Err(ConfigError::too_long(name, longest));
    }
    let deserializer = Deserializer::parse(text).map_err(|error| unreadable(name, text, &error))?;
    serde_path_to_error::deserialize(deserializer).map_err(|error| misfit(name, text, error))
}

/// Reads `text`, which errors call `name`, and has its values checked.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn parse_valid<T: DeserializeOwned + Validate>(name: &str, text: &str) -> Result<T, ConfigError> {
    parse_checked(name, text, LONGEST, T::validate)
}

/// Reads `text`, of at most `longest` bytes, which errors call `name`, and has `check` look at its values.
///
/// # Errors
/// [`ConfigError`], naming the place and the remedy.
pub fn parse_checked<T: DeserializeOwned>(
    name: &str,
    text: &str,
    longest: usize,
    check: impl FnOnce(&T) -> Result<(), Rejection>,
) -> Result<T, ConfigError> {
    let config: T = parse_bounded(name, text, longest)?;
    check(&config).map_err(|rejection| {
        let steps = place::steps(&rejection.key);
        let at = DeTable::parse(text)
            .ok()
            .map_or(0, |table| place::of_value(table.get_ref(), &steps));
        ConfigError::Wrong {
            name: name.to_owned(),
            at: Position::of(text, at),
            key: rejection.key.clone(),
            fault: Box::new(Fault::Rejected(rejection)),
        }
    })?;
    Ok(config)
}

fn text(path: &Path, name: &str, longest: usize) -> Result<String, ConfigError> {
    let bytes = read_bounded(path, longest).map_err(|source| match source.kind() {
        std::io::ErrorKind::FileTooLarge => ConfigError::too_long(name, longest),
        std::io::ErrorKind::NotFound => ConfigError::Absent { name: name.to_owned() },
        _ => ConfigError::Unreadable {
            name: name.to_owned(),
            source,
        },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let good = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        ConfigError::NotUtf8 {
            name: name.to_owned(),
            at: Position::of(&good, valid),
        }
    })
}

/// The file is not TOML.
fn unreadable(name: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let span = error.span().unwrap_or(0..0);
    let (key, fault) = if error.message().contains("duplicate key") {
        (place::key_in_text(text, &span), Fault::Duplicate)
    } else {
        let what = error.message().replace('\n', ", ");
        (String::new(), Fault::Syntax { what })
    };
    ConfigError::Wrong {
        name: name.to_owned(),
        at: Position::of(text, span.start),
        key,
        fault: Box::new(fault),
    }
}

/// The file is TOML, but not what the program wants.
fn misfit(name: &str, text: &str, error: serde_path_to_error::Error<toml::de::Error>) -> ConfigError {
    let mut steps: Vec<Step> = error.path().iter().filter_map(Step::from_segment).collect();
    let inner = error.into_inner();
    let (fault, missing) = Fault::from_serde(inner.message());
    let table = DeTable::parse(text).ok();
    let at = match (&table, &inner.span(), &missing) {
        (Some(table), _, Some(_)) => place::of_key(table.get_ref(), &steps),
        (_, Some(span), None) => span.start,
        (Some(table), None, None) => place::of_value(table.get_ref(), &steps),
        (None, ..) => 0,
    };
    steps.extend(missing.map(Step::Key));
    ConfigError::Wrong {
        name: name.to_owned(),
        at: Position::of(text, at),
        key: place::path(&steps),
        fault: Box::new(fault),
    }
}

#[cfg(test)]
mod tests;
