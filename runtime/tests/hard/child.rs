//! The same test, run again as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const FOLDER: &str = "HARD_TEST_FOLDER";

/// The folder to work in, when this process is the child.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// A child that tells, line by line, what it has been promised.
pub(crate) struct Telling {
    child: Child,
    lines: mpsc::Receiver<String>,
}

fn itself(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    arguments(&mut command, test, folder);
    command
}

fn arguments(command: &mut Command, test: &str, folder: &Path) {
    command
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .env("RUST_BACKTRACE", "0");
}

impl Telling {
    /// Runs `test` in a child of its own.
    pub(crate) fn start(test: &str, folder: &Path) -> Self {
        let mut child = itself(test, folder).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The harness puts its own words in front of the first line.
                if let Some((_, told)) = line.split_once("told ")
                    && tell.send(told.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Waits for so many lines, then so long, then kills the child as `kill -9` does; returns all it has told.
    pub(crate) fn kill_after(mut self, lines: u64, span: Duration) -> Vec<String> {
        let mut told: Vec<_> = (0..lines)
            .map(|_| {
                let line = self.lines.recv_timeout(Duration::from_secs(60));
                line.expect("the child tells nothing any more")
            })
            .collect();
        thread::sleep(span);
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert!(!status.success(), "the child ended before it was killed");
        told.extend(self.lines.iter());
        told
    }
}

/// Runs `test` in a child that may write no file longer than `kib`; a longer one fails as a full disk does.
pub(crate) fn with_short_files(test: &str, folder: &Path, kib: u32) {
    // The signal that comes with it is ignored, as it is in a service, so that the write itself fails.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2);
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(std::env::current_exe().unwrap());
    arguments(&mut command, test, folder);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Tells the parent; the line is out when this returns.
pub(crate) fn tell(line: &str) {
    println!("told {line}");
}
