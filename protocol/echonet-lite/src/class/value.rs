//! Bytes to values and back.

use std::fmt::Write as _;

use thiserror::Error;
use tomori_smart_home::PropertyValue;

use super::spec::{Data, Meaning, Number, PropertySpec, State};

/// Why bytes mean nothing, or a value has no bytes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValueError {
    /// The property has another length.
    #[error("{name}: {bytes} bytes do not fit this property")]
    Length {
        /// The property.
        name: &'static str,
        /// How many there are.
        bytes: usize,
    },
    /// The bytes stand for nothing.
    #[error("{name}: {hex} has no meaning")]
    Meaningless {
        /// The property.
        name: &'static str,
        /// The bytes, hexadecimal.
        hex: String,
    },
    /// The value cannot be written.
    #[error("{name}: {given} is not a value; expected {expected}")]
    Value {
        /// The property.
        name: &'static str,
        /// What was given, cut to 60 characters.
        given: String,
        /// What is taken.
        expected: String,
    },
}

/// The word for a number above what the wire can tell.
const OVERFLOW: &str = "overflow";
/// The word for a number below what the wire can tell.
const UNDERFLOW: &str = "underflow";

impl PropertySpec {
    /// What the bytes say.
    ///
    /// # Errors
    /// When their number is wrong or they stand for nothing.
    pub fn decode(&self, edt: &[u8]) -> Result<PropertyValue, ValueError> {
        let meaningless = || ValueError::Meaningless {
            name: self.name,
            hex: hex(edt),
        };
        let length = ValueError::Length {
            name: self.name,
            bytes: edt.len(),
        };
        match self.data {
            Data::States(states) => {
                if states.iter().all(|state| usize::from(state.bytes) != edt.len()) {
                    return Err(length);
                }
                state_of(states, edt).ok_or_else(meaningless)
            }
            Data::Number(number) => {
                if let Some(value) = state_of(number.states, edt) {
                    return Ok(value);
                }
                if edt.len() != number.width.bytes() {
                    return Err(length);
                }
                number.read(edt).ok_or_else(meaningless)
            }
            Data::Level { first, most, states } => {
                let [byte] = edt else { return Err(length) };
                let step = byte.checked_sub(first).filter(|step| *step < most);
                step.map(|step| PropertyValue::Number(f64::from(step) + 1.0))
                    .or_else(|| state_of(states, edt))
                    .ok_or_else(meaningless)
            }
            Data::Bytes { least, most } => {
                if !(usize::from(least)..=usize::from(most)).contains(&edt.len()) {
                    return Err(length);
                }
                Ok(PropertyValue::Word(hex(edt)))
            }
            Data::Ascii(count) => {
                if edt.len() != usize::from(count) {
                    return Err(length);
                }
                let end = edt.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                let text = edt.get(..end).unwrap_or(edt);
                let plain = text.iter().all(|byte| (0x20..0x7f).contains(byte));
                let text = if plain {
                    String::from_utf8(text.to_vec()).ok()
                } else {
                    None
                };
                text.map(PropertyValue::Word).ok_or_else(meaningless)
            }
            Data::Time { last_hour } => {
                let [hour, minute] = *edt else { return Err(length) };
                if hour > last_hour || minute > 59 {
                    return Err(meaningless());
                }
                Ok(PropertyValue::Word(format!("{hour:02}:{minute:02}")))
            }
            Data::Date => {
                let [century, year, month, day] = *edt else {
                    return Err(length);
                };
                let year = u16::from_be_bytes([century, year]);
                if year > 9999 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
                    return Err(meaningless());
                }
                Ok(PropertyValue::Word(format!("{year:04}-{month:02}-{day:02}")))
            }
        }
    }

    /// The bytes of a value that is to be set.
    ///
    /// # Errors
    /// When the value is of another kind, outside the range, or one that is told and never set.
    pub fn encode(&self, value: &PropertyValue) -> Result<Vec<u8>, ValueError> {
        self.bytes_of(value).ok_or_else(|| ValueError::Value {
            name: self.name,
            given: value.to_string().chars().take(60).collect(),
            expected: self.expected(),
        })
    }

    fn bytes_of(&self, value: &PropertyValue) -> Option<Vec<u8>> {
        match (self.data, value) {
            (Data::States(states), _) => bytes_of_state(states, value),
            (Data::Number(number), PropertyValue::Number(wanted)) => number.write(*wanted),
            (Data::Number(number), _) => bytes_of_state(number.states, value),
            (Data::Level { first, most, .. }, PropertyValue::Number(step)) => {
                let step = whole(*step).and_then(|step| u8::try_from(step).ok())?;
                (1..=most).contains(&step).then(|| vec![first + step - 1])
            }
            (Data::Level { states, .. }, _) => bytes_of_state(states, value),
            (Data::Bytes { least, most }, PropertyValue::Word(word)) => {
                from_hex(word).filter(|bytes| (usize::from(least)..=usize::from(most)).contains(&bytes.len()))
            }
            (Data::Ascii(count), PropertyValue::Word(word)) => {
                let fits = word.len() <= usize::from(count) && word.bytes().all(|byte| (0x20..0x7f).contains(&byte));
                fits.then(|| {
                    let mut bytes = word.clone().into_bytes();
                    bytes.resize(usize::from(count), 0);
                    bytes
                })
            }
            (Data::Time { last_hour }, PropertyValue::Word(word)) => {
                let (hour, minute) = word.split_once(':')?;
                let (hour, minute) = (digits(hour)?, digits(minute)?);
                let (hour, minute) = (u8::try_from(hour).ok()?, u8::try_from(minute).ok()?);
                (hour <= last_hour && minute <= 59).then(|| vec![hour, minute])
            }
            (Data::Date, PropertyValue::Word(word)) => {
                let mut parts = word.splitn(3, '-').map(digits);
                let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
                let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
                let fits = year <= 9999 && (1..=12).contains(&month) && (1..=31).contains(&day);
                let [century, year] = year.to_be_bytes();
                fits.then(|| vec![century, year, month, day])
            }
            _ => None,
        }
    }

    /// What the property takes, in words for an error.
    #[must_use]
    pub fn expected(&self) -> String {
        let words = |states: &[State]| {
            let words: Vec<String> = states
                .iter()
                .filter(|state| state.settable)
                .map(|state| match state.meaning {
                    Meaning::Is(on) => on.to_string(),
                    Meaning::Word(word) => word.to_owned(),
                })
                .collect();
            words.join(", ")
        };
        let beside = |text: String, states: &[State]| {
            let words = words(states);
            if words.is_empty() {
                text
            } else {
                format!("{text}, or {words}")
            }
        };
        match self.data {
            Data::States(states) => words(states),
            Data::Number(number) => beside(number.expected(), number.states),
            Data::Level { most, states, .. } => beside(format!("a step from 1 to {most}"), states),
            Data::Bytes { least, most } if least == most => format!("{least} bytes in hexadecimal"),
            Data::Bytes { least, most } => format!("{least} to {most} bytes in hexadecimal"),
            Data::Ascii(count) => format!("at most {count} ASCII characters"),
            Data::Time { .. } => "HH:MM".to_owned(),
            Data::Date => "YYYY-MM-DD".to_owned(),
        }
    }
}

impl Number {
    fn read(&self, edt: &[u8]) -> Option<PropertyValue> {
        let pattern = pattern(edt)?;
        let wire = match self.width {
            super::Width::I8 => i64::from(pattern.to_be_bytes().last()?.cast_signed()),
            super::Width::I16 => i64::from(u16::try_from(pattern).ok()?.cast_signed()),
            super::Width::I32 => i64::from(pattern.cast_signed()),
            _ => i64::from(pattern),
        };
        if (self.least..=self.most).contains(&wire) {
            return Some(PropertyValue::Number(self.in_unit(wire)));
        }
        if pattern == self.width.overflow() {
            return Some(PropertyValue::word(OVERFLOW));
        }
        (pattern == self.width.underflow()).then(|| PropertyValue::word(UNDERFLOW))
    }

    fn write(&self, wanted: f64) -> Option<Vec<u8>> {
        let steps = wanted * f64::from(self.steps_per_unit);
        let nearest = steps.round();
        // 21.5 °C in tenths is 215.0 up to the noise of binary fractions; 21.53 °C is no value of the property.
        if !steps.is_finite() || (steps - nearest).abs() > 1e-6 * steps.abs().max(1.0) {
            return None;
        }
        let wire = whole(nearest).filter(|wire| (self.least..=self.most).contains(wire))?;
        let bytes = wire.to_be_bytes();
        bytes.get(bytes.len() - self.width.bytes()..).map(<[u8]>::to_vec)
    }

    /// Wire numbers have at most 32 bits, which a double holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "at most 32 bits")]
    fn in_unit(&self, wire: i64) -> f64 {
        wire as f64 / f64::from(self.steps_per_unit)
    }

    fn expected(&self) -> String {
        let (least, most) = (self.in_unit(self.least), self.in_unit(self.most));
        let steps = match self.steps_per_unit {
            1 => String::new(),
            steps => format!(" in steps of {}", 1.0 / f64::from(steps)),
        };
        format!("{least} to {most} {}{steps}", self.unit)
    }
}

/// The whole number, if it is one of at most 53 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be a whole number of at most 53 bits"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

fn digits(text: &str) -> Option<u16> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn pattern(edt: &[u8]) -> Option<u32> {
    (1..=4)
        .contains(&edt.len())
        .then(|| edt.iter().fold(0, |pattern, byte| (pattern << 8) | u32::from(*byte)))
}

fn state_of(states: &[State], edt: &[u8]) -> Option<PropertyValue> {
    let pattern = pattern(edt)?;
    states
        .iter()
        .find(|state| usize::from(state.bytes) == edt.len() && (state.first..=state.last).contains(&pattern))
        .map(|state| match state.meaning {
            Meaning::Is(on) => PropertyValue::Boolean(on),
            Meaning::Word(word) => PropertyValue::word(word),
        })
}

fn bytes_of_state(states: &[State], value: &PropertyValue) -> Option<Vec<u8>> {
    let state = states.iter().find(|state| {
        state.settable
            && match (state.meaning, value) {
                (Meaning::Is(on), PropertyValue::Boolean(wanted)) => on == *wanted,
                (Meaning::Word(word), PropertyValue::Word(wanted)) => word == wanted,
                _ => false,
            }
    })?;
    let bytes = state.first.to_be_bytes();
    bytes
        .len()
        .checked_sub(usize::from(state.bytes))
        .and_then(|from| bytes.get(from..))
        .map(<[u8]>::to_vec)
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn from_hex(word: &str) -> Option<Vec<u8>> {
    if !word.len().is_multiple_of(2) || !word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..word.len())
        .step_by(2)
        .map(|at| word.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}
