//! Law 4: each server owns its tables; no room speaks SQL about another's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::tree::Tree;

/// After these words SQL names a table.
const VERBS: [&str; 4] = ["FROM ", "INTO ", "UPDATE ", "JOIN "];

/// Every table that is spoken of outside the room that creates it.
pub(super) fn foreign(tree: &Tree) -> Result<Vec<String>> {
    let mut sources = Vec::new();
    for file in tree.files()? {
        let is_source = file
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "sql");
        if file.starts_with("system") && is_source {
            sources.extend(tree.read(&file).map(|text| (file, text)));
        }
    }
    Ok(strangers(&sources))
}

fn strangers(sources: &[(PathBuf, String)]) -> Vec<String> {
    let mut owners: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for (file, text) in sources {
        for table in names_after(text, "CREATE TABLE ") {
            owners.entry(table).or_default().insert(room(file));
        }
    }
    let mut found = BTreeSet::new();
    for (file, text) in sources {
        for table in VERBS.iter().flat_map(|verb| names_after(text, verb)) {
            let Some(rooms) = owners.get(&table) else {
                continue;
            };
            if !rooms.iter().any(|room| file.starts_with(room)) {
                let rooms: Vec<_> = rooms.iter().map(|room| room.display().to_string()).collect();
                found.insert(format!(
                    "{}: the table `{table}` belongs to {}",
                    file.display(),
                    rooms.join(" and ")
                ));
            }
        }
    }
    found.into_iter().collect()
}

/// The folder that a schema speaks for: `…/people` for `…/people/store/0001.sql`.
fn room(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    let inner = folder
        .file_name()
        .is_some_and(|name| name == "store" || name == "migrations");
    if inner { room(folder) } else { folder.to_path_buf() }
}

fn names_after(text: &str, verb: &str) -> BTreeSet<String> {
    text.split(verb)
        .skip(1)
        .map(|rest| rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest))
        .map(|rest| {
            rest.chars()
                .take_while(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || *it == '_')
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_reads_anothers_table_is_named() {
        let sources = [
            (
                "system/p/src/one/store/0001_a.sql",
                "CREATE TABLE IF NOT EXISTS item (id TEXT);",
            ),
            (
                "system/p/src/one/store.rs",
                "SELECT x FROM item ON CONFLICT DO UPDATE SET x = 1",
            ),
            ("system/p/src/two/store.rs", "SELECT x FROM part JOIN item ON 1"),
            ("system/p/src/two/schema.rs", "CREATE TABLE part (id TEXT)"),
        ];
        let sources = sources.map(|(file, text)| (PathBuf::from(file), text.to_owned()));
        let found = strangers(&sources);
        assert_eq!(
            found,
            ["system/p/src/two/store.rs: the table `item` belongs to system/p/src/one"]
        );
    }
}
