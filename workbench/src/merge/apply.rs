//! Writes changes into a description without touching the rest: its comments, its order, its ways of writing.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, RawString, Table, TableLike, Value};
use tomori_runtime::i18n::Lang;

use super::fault::ImportError;
use crate::table::{Edit, status};
use crate::workbook::state::{Key, STATUSES};

/// The description with the changes.
pub(super) fn apply(text: &str, wanted: &[(Key, String)], lang: Lang) -> Result<String, ImportError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| ImportError::Description { key: "TOML".to_owned() })?;
    let mut by_entry: BTreeMap<(&str, &str), Vec<(Edit, &str)>> = BTreeMap::new();
    for (key, to) in wanted {
        by_entry.entry((key.sheet, &key.id)).or_default().push((key.edit, to));
    }
    for ((sheet, id), edits) in by_entry {
        let (list, name) = match sheet {
            "tracking" => ("tracking", "threat"),
            "overrides" => ("override", "threat"),
            _ => ("measure", "id"),
        };
        let gone = {
            let entry = entry(&mut document, list, name, id)
                .ok_or_else(|| ImportError::Description { key: list.to_owned() })?;
            for (edit, to) in edits {
                set(entry, edit, to, lang);
            }
            if list == "tracking" && entry.get("status").is_none() {
                entry.insert("status", Item::Value("unchecked".into()));
            }
            // An override without metrics is none; that it has no reason either was made sure of before.
            let metrics = entry.get("set").and_then(Item::as_table_like);
            list == "override" && metrics.is_none_or(TableLike::is_empty)
        };
        if gone {
            remove(&mut document, list, name, id);
        }
    }
    Ok(document.to_string())
}

fn is(entry: &dyn TableLike, name: &str, id: &str) -> bool {
    entry.get(name).and_then(Item::as_str) == Some(id)
}

/// The entry of a list with an id, made when there is none. `None` when the list is written as something else.
fn entry<'d>(document: &'d mut DocumentMut, list: &str, name: &str, id: &str) -> Option<&'d mut dyn TableLike> {
    let item = document
        .entry(list)
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match item {
        Item::ArrayOfTables(tables) => {
            let found = tables.iter().position(|table| is(table, name, id));
            let at = match found {
                Some(at) => at,
                None => {
                    let mut table = Table::new();
                    table.insert(name, Item::Value(id.into()));
                    tables.push(table);
                    tables.len() - 1
                }
            };
            tables.get_mut(at).map(|table| table as &mut dyn TableLike)
        }
        Item::Value(Value::Array(array)) => {
            let found = array
                .iter()
                .position(|value| value.as_inline_table().is_some_and(|table| is(table, name, id)));
            let at = match found {
                Some(at) => at,
                None => {
                    let mut table = InlineTable::new();
                    table.insert(name, id.into());
                    array.push(table);
                    array.len() - 1
                }
            };
            array
                .get_mut(at)?
                .as_inline_table_mut()
                .map(|table| table as &mut dyn TableLike)
        }
        _ => None,
    }
}

fn remove(document: &mut DocumentMut, list: &str, name: &str, id: &str) {
    match document.get_mut(list) {
        Some(Item::ArrayOfTables(tables)) => tables.retain(|table| !is(table, name, id)),
        Some(Item::Value(Value::Array(array))) => {
            array.retain(|value| !value.as_inline_table().is_some_and(|table| is(table, name, id)));
        }
        _ => {}
    }
}

fn set(entry: &mut dyn TableLike, edit: Edit, to: &str, lang: Lang) {
    match edit {
        Edit::Status => {
            let known = STATUSES
                .into_iter()
                .find(|one| status(*one).of(lang) == to)
                .unwrap_or_default();
            put(entry, "status", status_code(known).into());
        }
        Edit::Who if to.is_empty() => {
            entry.remove("who");
        }
        Edit::Who => put(entry, "who", to.into()),
        Edit::Why => words(entry, "why", to, lang),
        Edit::Until => match to.parse::<toml_edit::Datetime>() {
            Ok(day) => put(entry, "until", day.into()),
            Err(_) => {
                entry.remove("until");
            }
        },
        Edit::Because => words(entry, "because", to, lang),
        Edit::Note => words(entry, "note", to, lang),
        Edit::Metric(code) => {
            if entry.get("set").is_none() {
                entry.insert("set", Item::Value(Value::InlineTable(InlineTable::new())));
            }
            if let Some(metrics) = entry.get_mut("set").and_then(Item::as_table_like_mut) {
                if to.is_empty() {
                    metrics.remove(code);
                } else {
                    put(metrics, code, to.into());
                }
            }
        }
    }
}

/// Puts a value in the place of the old one, with the spaces and the comment that were around it.
fn put(entry: &mut dyn TableLike, key: &str, mut value: Value) {
    match entry.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            // In a table on one line the last value brings the space before the brace; it is not the last any more.
            let last = entry.iter_mut().filter_map(|(_, item)| item.as_value_mut()).last();
            if let Some(last) = last
                && last
                    .decor()
                    .suffix()
                    .and_then(RawString::as_str)
                    .is_some_and(|suffix| suffix.trim().is_empty())
            {
                last.decor_mut().set_suffix("");
            }
            entry.insert(key, Item::Value(value));
        }
    }
}

/// Words: in their table only the language of the workbook; else one text for both.
fn words(entry: &mut dyn TableLike, key: &str, to: &str, lang: Lang) {
    if to.is_empty() {
        entry.remove(key);
        return;
    }
    match entry.get_mut(key).and_then(Item::as_table_like_mut) {
        Some(both) => put(both, lang.tag(), to.into()),
        None => put(entry, key, to.into()),
    }
}

const fn status_code(status: tomori_risk::description::Status) -> &'static str {
    use tomori_risk::description::Status;
    match status {
        Status::Unchecked => "unchecked",
        Status::InDiscussion => "in-discussion",
        Status::Accepted => "accepted",
        Status::InProgress => "in-progress",
        Status::Mitigated => "mitigated",
    }
}
