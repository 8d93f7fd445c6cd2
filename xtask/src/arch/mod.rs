//! `cargo xtask arch`: which crate may know which, after the laws of the house, and the picture of it.

mod diagram;
mod graph;
mod tables;
mod words;

use anyhow::Result;
use clap::Args;

use crate::tree::Tree;

/// What to do with the picture.
#[derive(Args)]
pub(crate) struct Options {
    /// Writes the diagram into ARCHITECTURE.md instead of comparing it.
    #[arg(long)]
    write: bool,
}

/// Checks the arrows and the words, and checks or writes the diagram.
pub(crate) fn run(tree: &Tree, options: &Options) -> Result<bool> {
    let graph = graph::Graph::read(&tree.metadata, &tree.root);
    let mut broken = graph.broken();
    broken.extend(words::foreign(tree)?);
    broken.extend(tables::foreign(tree)?);
    for line in &broken {
        println!("   {line}");
    }
    let drawn = if options.write {
        diagram::write(tree, &graph)?;
        true
    } else {
        diagram::is_current(tree, &graph)?
    };
    Ok(broken.is_empty() && drawn)
}

/// The step of `cargo xtask check`.
pub(crate) fn check(tree: &Tree) -> Result<bool> {
    run(tree, &Options { write: false })
}
