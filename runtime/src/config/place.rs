//! Where in the text something stands.

use std::fmt;
use std::ops::Range;

use serde_path_to_error::Segment;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place in a file: both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// One step of a key path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// The key path `lan.ports[2]`, step by step.
pub(super) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        steps.extend(
            pieces
                .next()
                .filter(|key| !key.is_empty())
                .map(|key| Step::Key(key.to_owned())),
        );
        steps.extend(
            pieces
                .filter_map(|piece| piece.strip_suffix(']')?.parse().ok())
                .map(Step::Index),
        );
    }
    steps
}

/// The steps as a key path.
pub(super) fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.extend([".", key]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// Where the value at the end of `steps` stands: the value itself when it is plain, its key when it is a table or
/// absent; as deep as the path is known.
pub(super) fn of_value(table: &DeTable<'_>, steps: &[Step]) -> usize {
    let (key, value) = walk(table, steps);
    match value {
        Some(plain) if !matches!(plain.get_ref(), DeValue::Table(_) | DeValue::Array(_)) => plain.span().start,
        _ => key,
    }
}

/// Where the key at the end of `steps` stands, as deep as the path is known.
pub(super) fn of_key(table: &DeTable<'_>, steps: &[Step]) -> usize {
    walk(table, steps).0
}

/// The byte where the deepest known key of `steps` stands, and the value when all of the path is known.
fn walk<'t, 'i>(table: &'t DeTable<'i>, steps: &[Step]) -> (usize, Option<&'t Spanned<DeValue<'i>>>) {
    let mut at = 0;
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for (depth, step) in steps.iter().enumerate() {
        let next = match (step, value.map(Spanned::get_ref)) {
            (Step::Key(key), None) if depth == 0 => entry(table, key),
            (Step::Key(key), Some(DeValue::Table(table))) => entry(table, key),
            (Step::Index(index), Some(DeValue::Array(array))) => {
                array.get(*index).map(|value| (value.span().start, value))
            }
            _ => None,
        };
        let Some((start, found)) = next else {
            return (at, None);
        };
        (at, value) = (start, Some(found));
    }
    (at, value)
}

fn entry<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<(usize, &'t Spanned<DeValue<'i>>)> {
    let (key, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    Some((key.span().start, value))
}

/// The path of the key that stands at `span` of a text that could not be read as a whole: the last table header
/// above it, and its own name.
pub(super) fn key_in_text(text: &str, span: &Range<usize>) -> String {
    let own = text.get(span.clone()).unwrap_or_default().trim();
    let above = text.get(..span.start).unwrap_or_default();
    let (whole_lines, line) = above.rsplit_once('\n').unwrap_or(("", above));
    if let Some(parents) = line.trim_start().strip_prefix('[') {
        return format!("{}{own}", parents.trim_start_matches('['));
    }
    let header = whole_lines.lines().rev().map(str::trim).find_map(|line| {
        let name = line.strip_prefix('[')?.split(']').next()?;
        Some(name.trim_start_matches('[').trim())
    });
    match header {
        Some(header) => format!("{header}.{own}"),
        None => own.to_owned(),
    }
}

/// The known word that `given` was probably meant to be, if one is near enough: at most a third of its letters
/// wrong, missing, extra or swapped with their neighbour.
pub(super) fn nearest<'k>(given: &str, known: &'k [String]) -> Option<&'k str> {
    let most = given.chars().count().max(3) / 3;
    known
        .iter()
        .map(|word| (distance(given, word), word.as_str()))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Optimal string alignment distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (index, letter) in one.chars().take(64).enumerate() {
        let mut next = vec![index + 1];
        let mut left = index + 1;
        for (column, against) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let swapped = column > 0 && last == Some(*against) && other.get(column - 1) == Some(&letter);
            let mut best = (at(&row, column) + usize::from(letter != *against))
                .min(at(&row, column + 1) + 1)
                .min(left + 1);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
            left = best;
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

impl Step {
    pub(super) fn from_segment(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Map { key } => Some(Self::Key(key.clone())),
            Segment::Enum { variant } => Some(Self::Key(variant.clone())),
            Segment::Unknown => None,
        }
    }
}

impl Position {
    /// Where byte `at` of `text` stands.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let above = text.get(..at).unwrap_or(text);
        let line = above.rsplit_once('\n').map_or(above, |(_, line)| line);
        Self {
            line: above.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
