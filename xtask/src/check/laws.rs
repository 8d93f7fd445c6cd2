//! The house's laws that can be read off the source.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::languages;
use crate::tree::Tree;

/// Past this a file is split by noun.
const LONGEST_FILE: usize = 600;
const SOURCES: [&str; 10] = ["rs", "py", "js", "mjs", "css", "html", "sh", "proto", "sql", "toml"];
/// Things that are promised and not there. Written so that this file does not hold them itself.
const UNFINISHED: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X "),
    concat!("#[ig", "nore"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
];
/// Rooms are named for what is in them.
const NAMELESS: [&str; 5] = ["util", "utils", "common", "helper", "helpers"];

pub(super) fn check(tree: &Tree) -> Result<bool> {
    let files = tree.files()?;
    let mut broken = Vec::new();
    for file in &files {
        nameless(file, &mut broken);
        if file.file_name() == Some(OsStr::new("Cargo.lock")) {
            continue;
        }
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
        let Some(text) = tree.read(file) else {
            continue;
        };
        if SOURCES.contains(&extension) {
            source(file, &text, &mut broken);
        }
        let is_store = |part: Component<'_>| matches!(part.as_os_str().to_str(), Some("store" | "store.rs"));
        if extension == "rs" && file.components().any(is_store) {
            placeholders(file, &text, &mut broken);
        }
        if extension == "md" {
            links(tree, file, &text, &mut broken);
        }
    }
    decisions(tree, &files, &mut broken);
    languages::check(tree, &files, &mut broken);
    broken.sort();
    for line in &broken {
        println!("   {line}");
    }
    Ok(broken.is_empty())
}

fn nameless(file: &Path, broken: &mut Vec<String>) {
    let parts = file.components().filter_map(|part| match part {
        Component::Normal(name) => Path::new(name).file_stem().and_then(OsStr::to_str),
        _ => None,
    });
    for part in parts {
        if NAMELESS.contains(&part) {
            broken.push(format!(
                "{}: `{part}` names nothing; name the room for what is in it",
                file.display()
            ));
        }
    }
}

fn source(file: &Path, text: &str, broken: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        let why = format!("{lines} lines; split it by noun before it passes {LONGEST_FILE}");
        broken.push(format!("{}: {why}", file.display()));
    }
    for (number, line) in (1..).zip(text.lines()) {
        for word in UNFINISHED {
            if line.contains(word) {
                broken.push(format!(
                    "{}:{number}: `{word}`: do it, or open an issue",
                    file.display()
                ));
            }
        }
    }
}

/// The parameters of an SQL statement first appear in order (`$1`, `$2`, …): SQLite numbers them as they appear,
/// PostgreSQL as they are called, and this way both mean the same.
fn placeholders(file: &Path, text: &str, broken: &mut Vec<String>) {
    let mut line = 1;
    for (number, part) in text.split('"').enumerate() {
        let mut last = 0_u32;
        let numbers = part.split('$').skip(1).filter_map(|rest| {
            let end = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
            rest.get(..end)?.parse::<u32>().ok()
        });
        for named in numbers.filter(|_| number % 2 == 1) {
            if named > last + 1 {
                let why = format!(
                    "`${named}` appears before `${}`; number the parameters as they appear",
                    last + 1
                );
                broken.push(format!("{}:{line}: {why}", file.display()));
            }
            last = last.max(named);
        }
        line += part.matches('\n').count();
    }
}

/// Links to files of the tree lead somewhere.
fn links(tree: &Tree, file: &Path, text: &str, broken: &mut Vec<String>) {
    let folder = tree.root.join(file.parent().unwrap_or(Path::new("")));
    for (number, line) in (1..).zip(text.lines()) {
        for rest in line.split("](").skip(1) {
            let Some((target, _)) = rest.split_once(')') else {
                continue;
            };
            let target = target.split(['#', ' ']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !folder.join(target).exists() {
                broken.push(format!(
                    "{}:{number}: the link to {target} leads nowhere",
                    file.display()
                ));
            }
        }
    }
}

/// Every decision stands in the list of decisions.
fn decisions(tree: &Tree, files: &[PathBuf], broken: &mut Vec<String>) {
    let list = tree.read(Path::new("docs/adr/README.md")).unwrap_or_default();
    for file in files.iter().filter(|file| file.starts_with("docs/adr")) {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if name.starts_with(|first: char| first.is_ascii_digit()) && !list.contains(name) {
            broken.push(format!("{}: is not in docs/adr/README.md", file.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unfinished_files_are_named() {
        let mut broken = Vec::new();
        source(Path::new("a.rs"), &"x\n".repeat(601), &mut broken);
        source(
            Path::new("b.rs"),
            &format!("fine\n// {}: later\n", UNFINISHED[0]),
            &mut broken,
        );
        source(Path::new("c.rs"), &"x\n".repeat(600), &mut broken);
        assert_eq!(broken.len(), 2, "{broken:?}");
        assert!(broken[1].starts_with("b.rs:2:"));
    }

    #[test]
    fn parameters_that_are_not_in_order_are_named() {
        let mut broken = Vec::new();
        let text = "a(\"SELECT $1, $2,\n $1\");\nb(\"SELECT $2,\n $1\"); // $7\nc(\"$argon2id$v=19\")";
        placeholders(Path::new("store.rs"), text, &mut broken);
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].starts_with("store.rs:3: `$2`"), "{broken:?}");
    }

    #[test]
    fn rooms_without_a_name_are_found_at_any_depth() {
        let mut broken = Vec::new();
        nameless(Path::new("runtime/src/utils.rs"), &mut broken);
        nameless(Path::new("runtime/common/mod.rs"), &mut broken);
        nameless(Path::new("runtime/src/utilities_of_value.rs"), &mut broken);
        assert_eq!(broken.len(), 2, "{broken:?}");
    }
}
