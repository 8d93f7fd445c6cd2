//! How a box is started: as which process, on what disk, with which configuration.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::mpsc::channel;

use jiff::Timestamp;
use tomori_system_tests::world::World;

use super::{BOX, CLOCK, CONFIG, DATA, PREFIX, Running};

/// Which box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Platform,
    Gateway,
    Company,
}

/// What a box's data directory stands on. Other than its own place, it is in a mount namespace of the box's own, and gone
/// with the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// The test's own folder.
    Own,
    /// A copy of it in memory, with so much room.
    Small { mebibytes: u32 },
    /// The test's own folder, which nobody can write to.
    ReadOnly,
}

/// How a box is started, again and again.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub kind: Kind,
    pub config: PathBuf,
    pub data: PathBuf,
    pub disk: Disk,
    /// Where it logs; each run goes on behind the last.
    pub log: PathBuf,
    /// The anchor of [`Dial::anchored`], what the clock showed then, and how fast it runs.
    pub clock: (Timestamp, Timestamp, f64),
}

impl Disk {
    /// A program that makes the disk and becomes what its further arguments say.
    fn process(self) -> Process {
        let make = match self {
            Self::Own => return Process::new("env"),
            Self::Small { mebibytes } => format!(
                "cp -a \"$DATA\" \"$DATA.seed\" && mount -t tmpfs -o size={mebibytes}m,mode=700 none \"$DATA\" && \
                 cp -a \"$DATA.seed/.\" \"$DATA\""
            ),
            Self::ReadOnly => "mount --bind \"$DATA\" \"$DATA\" && mount -o remount,bind,ro \"$DATA\"".to_owned(),
        };
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut process = Process::new("unshare");
        if !is_root {
            process.args(["--user", "--map-root-user"]);
        }
        let script = format!(
            "DATA=\"$TOMORI_BOX_DATA\"; {{ {make}; }} || {{ echo 'this test needs leave to mount: run it as root, or allow user \
             namespaces (unshare --user --mount)' >&2; exit 1; }}; exec \"$@\""
        );
        process.args(["--mount", "sh", "-c", &script, "sh"]);
        process
    }
}

impl Recipe {
    pub fn start(&self) -> Running {
        let (anchor, start, speed) = self.clock;
        let mut child = self
            .disk
            .process()
            .arg(std::env::current_exe().unwrap())
            .args(["boxes::box_entry", "--exact", "--nocapture", "--test-threads=1"])
            .env(
                BOX,
                match self.kind {
                    Kind::Platform => "platform",
                    Kind::Gateway => "gateway",
                    Kind::Company => "company",
                },
            )
            .env(CONFIG, &self.config)
            .env(DATA, &self.data)
            .env(CLOCK, format!("{anchor} {start} {speed}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&self.log)
                    .unwrap(),
            )
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some((_, said)) = line.split_once(PREFIX)
                    && told.send(said.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        Running {
            stdin: child.stdin.take(),
            child,
            lines,
        }
    }

    /// The platform of a world and the gateway of its first house, as processes on the same addresses and data. Both
    /// must not run in the test's own process.
    pub fn of(world: &World, clock: (Timestamp, Timestamp, f64)) -> (Self, Self) {
        let folder = world.folder.path();
        let house = world.house(0).unwrap();
        let recipe = |kind, name: &str, text: &str, data: &Path| {
            let config = folder.join(format!("{name}.toml"));
            std::fs::write(&config, text).unwrap();
            let (data, log) = (data.to_owned(), folder.join(format!("{name}.log")));
            Self {
                kind,
                config,
                data,
                disk: Disk::Own,
                log,
                clock,
            }
        };
        (
            recipe(
                Kind::Platform,
                "platform",
                &world.platform.toml(),
                world.platform.path(),
            ),
            recipe(Kind::Gateway, "gateway", &house.toml(), house.path()),
        )
    }

    /// A security company's server in the world's folder.
    pub fn company(world: &World, clock: (Timestamp, Timestamp, f64)) -> Self {
        let folder = world.folder.path();
        let config = folder.join("company.toml");
        let text = "[web]\nlisten = \"127.0.0.1:0\"\n[receiver]\ntcp = \"127.0.0.1:0\"\nudp = \"127.0.0.1:0\"\n\
                    [platform]\nbeat_s = 1\nsilent_after_s = 3\n";
        std::fs::write(&config, text).unwrap();
        Self {
            kind: Kind::Company,
            config,
            data: folder.join("company"),
            disk: Disk::Own,
            log: folder.join("company.log"),
            clock,
        }
    }

    /// The same on another disk.
    pub fn on(&self, disk: Disk) -> Self {
        Self { disk, ..self.clone() }
    }

    /// What the box has logged so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}
