//! Everything a person sees exists in Japanese and in English: each `ja.ftl` has the keys, and in each key the
//! variables, of the `en.ftl` beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::tree::Tree;

/// Keys, attributes as `key.attribute`, with the variables each uses.
type Keys = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(tree: &Tree, files: &[PathBuf], broken: &mut Vec<String>) {
    let catalogues = files.iter().filter(|file| file.extension() == Some(OsStr::new("ftl")));
    // `pages.ja.ftl` and `pages.en.ftl` are one catalogue, `pages`; `ja.ftl` and `en.ftl` one without a name.
    let mut stems = BTreeSet::new();
    for file in catalogues {
        let name = file.to_string_lossy();
        match name.strip_suffix("ja.ftl").or_else(|| name.strip_suffix("en.ftl")) {
            Some(stem) => drop(stems.insert(stem.to_owned())),
            None => broken.push(format!("{name}: is neither ja.ftl nor en.ftl")),
        }
    }
    for stem in stems {
        let read = |language: &str| {
            tree.read(Path::new(&format!("{stem}{language}.ftl")))
                .map(|text| keys(&text))
        };
        match (read("ja"), read("en")) {
            (Some(ja), Some(en)) => {
                broken.extend(
                    differences(&ja, &en)
                        .into_iter()
                        .map(|line| format!("{stem}*.ftl: {line}")),
                );
            }
            _ => broken.push(format!("{stem}*.ftl: needs both ja and en")),
        }
    }
}

fn differences(ja: &Keys, en: &Keys) -> Vec<String> {
    let lacks = |here: &Keys, there: &Keys, language: &str| {
        let missing = there.keys().filter(|key| !here.contains_key(*key));
        missing
            .map(|key| format!("{language}.ftl lacks `{key}`"))
            .collect::<Vec<_>>()
    };
    let mut found = lacks(ja, en, "ja");
    found.extend(lacks(en, ja, "en"));
    for (key, variables) in ja {
        if en.get(key).is_some_and(|others| others != variables) {
            found.push(format!("`{key}` uses other variables in ja.ftl than in en.ftl"));
        }
    }
    found
}

fn keys(text: &str) -> Keys {
    let mut keys = Keys::new();
    let (mut message, mut key) = (String::new(), String::new());
    for line in text.lines() {
        if line.starts_with('#') {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        let name = line.split_once('=').map(|(name, _)| name.trim());
        match name {
            Some(name) if !indented && is_name(name) => {
                name.clone_into(&mut message);
                key.clone_from(&message);
                keys.entry(key.clone()).or_default();
            }
            Some(name) if indented && name.strip_prefix('.').is_some_and(is_name) => {
                key = format!("{message}{name}");
                keys.entry(key.clone()).or_default();
            }
            _ => {}
        }
        if let Some(variables) = keys.get_mut(&key) {
            variables.extend(line.split('$').skip(1).map(|rest| {
                rest.chars()
                    .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
                    .collect()
            }));
        }
    }
    keys
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '-')
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_attributes_and_variables_are_held_against_each_other() {
        let ja = keys("# x\nopen = 開く\n    .title = { $name } を開く\nonly-ja = あ\nsince = { $time } から\n");
        let en = keys("open = Open\n    .title = Open { $name }\nsince = since { $at }\n    .label = x\n");
        assert_eq!(
            differences(&ja, &en),
            [
                "ja.ftl lacks `since.label`",
                "en.ftl lacks `only-ja`",
                "`since` uses other variables in ja.ftl than in en.ftl"
            ]
        );
    }

    #[test]
    fn text_that_goes_on_over_lines_makes_no_keys() {
        let text = "count =\n    { $n ->\n        [one] one = 1\n       *[other] { $n } things\n    }\n";
        let keys = keys(text);
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["count"]);
        assert_eq!(keys["count"].iter().collect::<Vec<_>>(), ["n"]);
    }
}
