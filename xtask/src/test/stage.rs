//! Stages: executables in `system-tests/stages`, run in the order of their names.
//!
//! A stage is written in whatever fits (sh, Python, JavaScript). What it needs it says in comments among its first
//! lines, and it is there when the stage starts:
//!
//! ```text
//! # about: our gateway against foreign shutters
//! # apt: iproute2 chromium=chromium        Debian packages; `package=program` if the program is called otherwise
//! # pip: uecho==1.2.0                      in a virtual environment whose `python3` comes first on the path
//! # npm: echonet-lite@2.0.0                below $TOMORI_JS; `createRequire(process.env.TOMORI_JS + '/')`
//! # root                                   runs as root only, for network namespaces
//! # timeout: 300                           seconds; 600 if it does not say
//! ```
//!
//! It runs in the root of the source with these in its environment: `TOMORI_ROOT`, `TOMORI_BIN` and
//! `TOMORI_GATEWAY_BIN` (built programs), `TOMORI_EXAMPLES` (where the built examples are), `TOMORI_PYTHON`, `TOMORI_JS`,
//! and `TOMORI_WORK` (an empty folder of its own). It builds nothing itself. It says how it went by its exit code and, best, a last line
//! `N passed, N failed, N skipped`. Two run at a time, since most of them wait: it takes ports that are free, and nothing
//! outside its folder is its own.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::install::Supplies;
use super::tally::Tally;
use crate::process::{self, cargo};
use crate::tree::Tree;

const FOLDER: &str = "system-tests/stages";
/// How far into a stage its needs are read, in lines.
const HEADER_LINES: usize = 30;
const TIMEOUT_SECONDS: u32 = 600;

/// One stage and what it needs.
pub(super) struct Stage {
    /// Its file name without the extension: `20-calendar-oracle`.
    pub(super) name: String,
    path: PathBuf,
    about: String,
    pub(super) apt: Vec<String>,
    pub(super) pip: Vec<String>,
    pub(super) npm: Vec<String>,
    root: bool,
    pub(super) timeout_seconds: u32,
}

/// Every stage, in the order of names.
pub(super) fn find(tree: &Tree) -> Result<Vec<Stage>> {
    let folder = tree.root.join(FOLDER);
    let mut stages = Vec::new();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Ok(stages);
    };
    for entry in entries {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        if !text.starts_with("#!") {
            continue;
        }
        if path.metadata()?.permissions().mode() & 0o111 == 0 {
            bail!("{} is a stage that cannot be executed; chmod +x it", path.display());
        }
        stages.push(Stage::read(path, &text)?);
    }
    stages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(stages)
}

/// Builds the programs that stages run; whether they build.
pub(super) fn build_binaries(tree: &Tree) -> Result<bool> {
    println!("── building the programs that the stages run");
    process::succeeds(
        cargo()
            // What the tests were built with: any other choice of packages chooses other features, and builds anew.
            .args(["test", "--workspace", "--no-run", "--locked", "--quiet"])
            .current_dir(&tree.root),
    )
}

impl Stage {
    fn read(path: PathBuf, text: &str) -> Result<Self> {
        let mut stage = Self {
            name: path.file_stem().and_then(OsStr::to_str).unwrap_or_default().to_owned(),
            path,
            about: String::new(),
            apt: Vec::new(),
            pip: Vec::new(),
            npm: Vec::new(),
            root: false,
            timeout_seconds: TIMEOUT_SECONDS,
        };
        for line in text.lines().skip(1).take(HEADER_LINES) {
            let Some(comment) = line.strip_prefix('#').or_else(|| line.strip_prefix("//")) else {
                continue;
            };
            let (key, value) = comment.split_once(':').unwrap_or((comment, ""));
            let words = || value.split_whitespace().map(str::to_owned);
            match key.trim() {
                "about" => value.trim().clone_into(&mut stage.about),
                "apt" => stage.apt.extend(words()),
                "pip" => stage.pip.extend(words()),
                "npm" => stage.npm.extend(words()),
                "root" => stage.root = true,
                "timeout" => {
                    let seconds = value.trim().parse();
                    stage.timeout_seconds = seconds.with_context(|| format!("{}: timeout: {value}", stage.name))?;
                }
                _ => {}
            }
        }
        Ok(stage)
    }

    /// Runs it; its output goes to the log. The text is for whoever waits: what is lacking, or how the log ends when it
    /// failed.
    pub(super) fn run(&self, tree: &Tree, supplies: &Supplies, offline: bool, log: &Path) -> Result<(Tally, String)> {
        let mut lacking = supplies.lacking(self);
        if self.root && !is_root() {
            lacking.push("to be run as root (it makes network namespaces)".to_owned());
        }
        if !lacking.is_empty() {
            let tally = if offline { Tally::skipped() } else { Tally::failed() };
            return Ok((tally, format!("   lacks {}\n", lacking.join("; "))));
        }
        let work = tree.target.join("test").join(&self.name);
        let _ = std::fs::remove_dir_all(&work);
        std::fs::create_dir_all(&work)?;
        // `timeout` ends the whole group, and after ten seconds more without asking.
        let mut command = Command::new("timeout");
        command
            .arg("--kill-after=10")
            .arg(self.timeout_seconds.to_string())
            .arg(&self.path)
            .current_dir(&tree.root)
            .env("TOMORI_ROOT", &tree.root)
            .env("TOMORI_BIN", tree.target.join("debug/tomori"))
            .env("TOMORI_GATEWAY_BIN", tree.target.join("debug/tomori-gateway"))
            .env("TOMORI_EXAMPLES", tree.target.join("debug/examples"))
            .env("TOMORI_WORK", &work);
        supplies.equip(&mut command);
        let succeeded = process::logged(&mut command, log)?;
        let text = process::read(log);
        let mut tally = text.lines().rev().find_map(Tally::of_closing_line).unwrap_or(Tally {
            passed: usize::from(succeeded),
            ..Tally::default()
        });
        let mut told = String::new();
        if !succeeded {
            tally.failed = tally.failed.max(1);
            told = format!("{}\n   … all of it: {}\n", process::tail(&text, 60), log.display());
        }
        Ok((tally, told))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.name, self.about)?;
        for (what, names) in [("apt", &self.apt), ("pip", &self.pip), ("npm", &self.npm)] {
            if !names.is_empty() {
                write!(f, "  [{what}: {}]", names.join(" "))?;
            }
        }
        if self.root { f.write_str("  [root]") } else { Ok(()) }
    }
}

/// Whether we may make network namespaces and install packages.
pub(super) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_says_what_it_needs() {
        let text = "#!/bin/sh\n# about: foreign nodes: ours against theirs\n# apt: iproute2 chromium=chrome\n\
                    # pip: uecho==1.2\n# npm: a@1 b@2\n# root\n# timeout: 30\nset -eu\n# A comment. root is not meant here\n";
        let stage = Stage::read("stages/30-peers.sh".into(), text).unwrap();
        assert_eq!(stage.name, "30-peers");
        assert_eq!(stage.about, "foreign nodes: ours against theirs");
        assert_eq!(stage.apt, ["iproute2", "chromium=chrome"]);
        assert_eq!(stage.npm, ["a@1", "b@2"]);
        assert!(stage.root);
        assert_eq!(stage.timeout_seconds, 30);
        assert!(Stage::read("x".into(), "#!/bin/sh\n# timeout: soon\n").is_err());
    }
}
