//! Law 3: plumbing knows no domain word. A pipe that knows what a shutter is will soon carry nothing else.

use std::path::Path;

use anyhow::Result;

use crate::tree::Tree;

const DOMAIN: [&str; 10] = [
    "device",
    "dwelling",
    "echonet",
    "equipment",
    "gateway",
    "home",
    "house",
    "resident",
    "schedule",
    "shutter",
];

/// Words that mean something else where they stand.
const INNOCENT: [(&str, &str, &str); 1] = [(
    "runtime/src/data_dir",
    "home",
    "the directory of the machine's user, $HOME",
)];

/// Every domain word in an identifier of `runtime/src`. Tests may tell stories.
pub(super) fn foreign(tree: &Tree) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in tree.files()? {
        let tests = file
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
        let source = file.starts_with("runtime/src") && file.extension().is_some_and(|extension| extension == "rs");
        if tests || !source {
            continue;
        }
        if let Some(text) = tree.read(&file) {
            found.extend(words_in(&file, &text));
        }
    }
    Ok(found)
}

fn words_in(file: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, identifier) in identifiers(text) {
        let parts = split(&identifier);
        let innocent = |word: &str| {
            INNOCENT
                .iter()
                .any(|(place, known, _)| *known == word && file.starts_with(place))
        };
        let told = |word: &&&str| parts.iter().any(|part| part == *word) && !innocent(word);
        if let Some(word) = DOMAIN.iter().find(told) {
            let why = format!("`{identifier}`: runtime knows no `{word}`");
            found.push(format!("{}:{number}: {why}", file.display()));
        }
    }
    found
}

/// Identifiers with their lines; comments, texts and characters are passed over.
fn identifiers(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut characters = text.chars().peekable();
    let (mut line, mut word) = (1, String::new());
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        if !word.is_empty() {
            found.push((line, std::mem::take(&mut word)));
        }
        match character {
            '\n' => line += 1,
            '/' if characters.peek() == Some(&'/') => {
                // The end of the line stays, to be counted.
                while characters.peek().is_some_and(|next| *next != '\n') {
                    characters.next();
                }
            }
            '"' => {
                while let Some(inner) = characters.next() {
                    match inner {
                        '\\' => line += usize::from(characters.next() == Some('\n')),
                        '\n' => line += 1,
                        '"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// `HomeGateway` and `home_gateway` to `home`, `gateway`.
fn split(identifier: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower_before = false;
    for character in identifier.chars() {
        if character == '_' || (character.is_uppercase() && lower_before) {
            parts.push(String::new());
        }
        lower_before = character.is_lowercase();
        if character != '_'
            && let Some(last) = parts.last_mut()
        {
            last.extend(character.to_lowercase());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_words_are_found_in_identifiers_only() {
        let text =
            "// a home\nlet path = \"home \\\" gateway\";\nfn home_path() {}\nstruct TheGateway;\nlet chrome = 1;\n";
        let found = words_in(Path::new("x.rs"), text);
        assert_eq!(
            found,
            [
                "x.rs:3: `home_path`: runtime knows no `home`",
                "x.rs:4: `TheGateway`: runtime knows no `gateway`"
            ]
        );
    }
}
