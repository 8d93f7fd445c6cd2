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
    fn rooms_without_a_name_are_found_at_any_depth() {
        let mut broken = Vec::new();
        nameless(Path::new("runtime/src/utils.rs"), &mut broken);
        nameless(Path::new("runtime/common/mod.rs"), &mut broken);
        nameless(Path::new("runtime/src/utilities_of_value.rs"), &mut broken);
        assert_eq!(broken.len(), 2, "{broken:?}");
    }
}
