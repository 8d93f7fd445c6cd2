//! Installing what stages need and the machine lacks: Debian packages by apt when we are root, packages of PyPI and npm
//! into `target/peers`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::stage::{Stage, is_root};
use crate::process::{exists, output};
use crate::tree::Tree;

/// What is there after installing, and what could not be had, each with the reason.
pub(super) struct Supplies {
    python: PathBuf,
    js: PathBuf,
    lacking: Vec<(String, String)>,
}

/// Installs what the stages ask for. What cannot be had is remembered for the stages that asked for it.
pub(super) fn supply(tree: &Tree, stages: &[&Stage], offline: bool) -> Result<Supplies> {
    let peers = tree.workshop("peers")?;
    let mut supplies = Supplies {
        python: peers.join("py"),
        js: peers.join("js"),
        lacking: Vec::new(),
    };
    let all = |of: fn(&Stage) -> &Vec<String>| {
        stages
            .iter()
            .flat_map(|stage| of(stage).iter().cloned())
            .collect::<BTreeSet<_>>()
    };
    let (apt, pip, npm) = (
        all(|stage| &stage.apt),
        all(|stage| &stage.pip),
        all(|stage| &stage.npm),
    );
    let mut take = |wanted: BTreeSet<String>, install: &dyn Fn(&[String]) -> Result<()>| {
        if wanted.is_empty() {
            return;
        }
        let wanted: Vec<String> = wanted.into_iter().collect();
        // All at once is quickest, one by one tells which it is that cannot be had.
        let batches = match wanted.as_slice() {
            _ if offline => Vec::new(),
            many if install(many).is_ok() => return,
            many => many.chunks(1).collect(),
        };
        for one in &batches {
            if let Err(error) = install(one) {
                supplies
                    .lacking
                    .extend(one.iter().map(|one| (one.clone(), format!("{error:#}"))));
            }
        }
        if offline {
            let why = "--offline installs nothing";
            supplies
                .lacking
                .extend(wanted.into_iter().map(|one| (one, why.to_owned())));
        }
    };
    let missing = |wanted: &BTreeSet<String>, has: &dyn Fn(&str) -> bool| {
        wanted.iter().filter(|one| !has(one)).cloned().collect::<BTreeSet<_>>()
    };
    take(missing(&apt, &has_debian), &install_debian);
    let (python, js) = (peers.join("py"), peers.join("js"));
    let stamped = |folder: &Path| std::fs::read_to_string(folder.join("installed.txt")).unwrap_or_default();
    let (in_python, in_js) = (stamped(&python), stamped(&js));
    take(
        missing(&pip, &|one| in_python.lines().any(|line| line == one)),
        &|wanted| install_python(&python, wanted),
    );
    take(missing(&npm, &|one| in_js.lines().any(|line| line == one)), &|wanted| {
        install_js(&js, wanted)
    });
    Ok(supplies)
}

impl Supplies {
    /// What this stage asked for and could not get, with the reason.
    pub(super) fn lacking(&self, stage: &Stage) -> Vec<String> {
        let asked = || stage.apt.iter().chain(&stage.pip).chain(&stage.npm);
        let found = self.lacking.iter().filter(|(name, _)| asked().any(|one| one == name));
        found.map(|(name, why)| format!("{name} ({why})")).collect()
    }

    /// Puts what was installed where the stage finds it.
    pub(super) fn equip(&self, command: &mut Command) {
        let mut path = vec![self.python.join("bin"), self.js.join("node_modules/.bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        if let Ok(path) = std::env::join_paths(path) {
            command.env("PATH", path);
        }
        let venv = self.python.join("bin/python3");
        command
            .env("TOMORI_PYTHON", if venv.is_file() { venv } else { "python3".into() })
            .env("TOMORI_JS", &self.js)
            .env("NODE_PATH", self.js.join("node_modules"));
    }
}

/// A Debian package that is wanted and not needed: what stands in its way, if anything does.
pub(crate) fn want_debian(wanted: &str) -> Result<()> {
    if has_debian(wanted) {
        return Ok(());
    }
    install_debian(&[wanted.to_owned()])
}

/// `package` or `package=program`.
fn has_debian(wanted: &str) -> bool {
    let (package, program) = wanted
        .split_once('=')
        .map_or((wanted, None), |(package, program)| (package, Some(program)));
    if program.is_some_and(exists) {
        return true;
    }
    let status = Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", package])
        .output();
    status.is_ok_and(|output| output.stdout.ends_with(b" installed"))
}

fn install_debian(wanted: &[String]) -> Result<()> {
    let packages: Vec<_> = wanted.iter().map(|one| one.split('=').next().unwrap_or(one)).collect();
    if !is_root() {
        bail!("run `sudo apt-get install {}` first", packages.join(" "));
    }
    println!("   installing {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        output(&mut command)
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments).map(|_| ())
}

fn install_python(folder: &Path, wanted: &[String]) -> Result<()> {
    println!("   installing {} into {}", wanted.join(" "), folder.display());
    if !folder.join("bin/pip").is_file() {
        let make = || output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
        if make().is_err() {
            // Debian's Python comes without.
            install_debian(&["python3-venv".to_owned()])?;
            make()?;
        }
    }
    let pip = folder.join("bin/pip");
    output(
        Command::new(pip)
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(wanted),
    )?;
    stamp(folder, wanted)
}

fn install_js(folder: &Path, wanted: &[String]) -> Result<()> {
    println!("   installing {} into {}", wanted.join(" "), folder.display());
    if !exists("npm") {
        install_debian(&["npm".to_owned()])?;
    }
    std::fs::create_dir_all(folder)?;
    let manifest = folder.join("package.json");
    if !manifest.is_file() {
        std::fs::write(manifest, "{ \"private\": true }\n")?;
    }
    // No install scripts of others run.
    let options = [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
        "--save-exact",
    ];
    output(Command::new("npm").args(options).args(wanted).current_dir(folder))?;
    stamp(folder, wanted)
}

fn stamp(folder: &Path, wanted: &[String]) -> Result<()> {
    let path = folder.join("installed.txt");
    let mut lines: BTreeSet<String> = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    lines.extend(wanted.iter().cloned());
    let text = lines.into_iter().fold(String::new(), |text, line| text + &line + "\n");
    Ok(std::fs::write(path, text)?)
}
