//! The picture of the arrows, between two marks in ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::graph::Graph;
use crate::tree::Tree;

const FILE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- arch:begin (written by `cargo xtask arch --write`) -->";
const END: &str = "<!-- arch:end -->";

pub(super) fn is_current(tree: &Tree, graph: &Graph) -> Result<bool> {
    let text = std::fs::read_to_string(tree.root.join(FILE)).context(FILE)?;
    let current = replaced(&text, &draw(graph))? == text;
    if !current {
        println!("   the diagram in {FILE} is not that of the crates; run `cargo xtask arch --write`");
    }
    Ok(current)
}

pub(super) fn write(tree: &Tree, graph: &Graph) -> Result<()> {
    let path = tree.root.join(FILE);
    let text = std::fs::read_to_string(&path).context(FILE)?;
    std::fs::write(&path, replaced(&text, &draw(graph))?).context(FILE)
}

fn replaced(text: &str, diagram: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("{FILE} lacks the mark {BEGIN}"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{FILE} lacks the mark {END}"))?;
    Ok(format!("{before}{BEGIN}\n```mermaid\n{diagram}```\n{END}{after}"))
}

/// Arrows that follow from others are left out, or nobody could read it; so are the crates that test and build.
fn draw(graph: &Graph) -> String {
    let shown = |part: &str| !matches!(part, "xtask" | "system-tests" | "fuzz");
    let mut text = "flowchart TD\n".to_owned();
    let parts: BTreeSet<_> = graph
        .0
        .values()
        .map(|one| one.part.as_str())
        .filter(|part| shown(part))
        .collect();
    for part in parts {
        let _ = writeln!(text, "    subgraph {part}-part[\"{part}/\"]");
        for (name, _) in graph.0.iter().filter(|(_, one)| one.part == part) {
            let label = graph.0.get(name).map_or("", |one| one.path.as_str());
            let _ = writeln!(text, "        {name}[\"{label}\"]");
        }
        text.push_str("    end\n");
    }
    for (name, one) in graph.0.iter().filter(|(_, one)| shown(&one.part)) {
        for other in &one.uses {
            let by_another = one
                .uses
                .iter()
                .any(|between| between != other && reaches(graph, between, other));
            if !by_another {
                let _ = writeln!(text, "    {name} --> {other}");
            }
        }
    }
    text
}

fn reaches(graph: &Graph, from: &str, to: &str) -> bool {
    graph
        .0
        .get(from)
        .is_some_and(|one| one.uses.iter().any(|next| next == to || reaches(graph, next, to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let new = replaced(&text, "flowchart TD\n").unwrap();
        assert_eq!(
            new,
            format!("above\n{BEGIN}\n```mermaid\nflowchart TD\n```\n{END}\nbelow\n")
        );
        assert_eq!(replaced(&new, "flowchart TD\n").unwrap(), new);
        assert!(replaced("no marks", "").is_err());
    }
}
