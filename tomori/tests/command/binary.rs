//! The program itself, started so that it cannot do what it was asked.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes longer when it works.
const PATIENCE: Duration = Duration::from_secs(60);

/// A box and where it lives.
pub struct Case {
    pub kind: &'static str,
    pub folder: tempfile::TempDir,
    config: PathBuf,
}

/// What is done to the data folder before the program sees it, in a mount namespace of its own.
#[derive(Debug, Clone, Copy)]
pub enum Disk {
    /// Eight kibibytes in all.
    Full,
    /// Nobody can write to it.
    ReadOnly,
}

pub const LANGUAGES: [&str; 2] = ["ja", "en"];
pub const KINDS: [&str; 3] = ["platform", "gateway", "device"];

impl Case {
    /// A box with a configuration that fits.
    pub fn new(kind: &'static str) -> Self {
        Self::with(kind, &fitting(kind))
    }

    pub fn with(kind: &'static str, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("{kind}.toml"));
        std::fs::write(&path, config).unwrap();
        Self {
            kind,
            folder,
            config: path,
        }
    }

    /// Where the box keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(self.kind)
    }

    fn arguments(&self, lang: &str) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        [
            self.kind,
            "--config",
            &path(&self.config),
            "--data",
            &path(self.folder.path()),
            "--lang",
            lang,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// What the program says when it cannot start.
    pub fn complaint(&self, lang: &str) -> String {
        complaint(program(), &self.arguments(lang))
    }

    /// The same on another disk.
    pub fn complaint_on(&self, disk: Disk, lang: &str) -> String {
        let data = self.data().display().to_string();
        std::fs::create_dir_all(&data).unwrap();
        let mount = match disk {
            Disk::Full => format!("mount -t tmpfs -o size=8k,mode=700 none '{data}'"),
            Disk::ReadOnly => format!("mount --bind '{data}' '{data}' && mount -o remount,bind,ro '{data}'"),
        };
        let script = format!(
            "{{ {mount}; }} || {{ echo 'this test needs leave to mount: run it as root, or allow user namespaces' >&2; exit 1; }}; exec \"$@\""
        );
        let mut command = Command::new("unshare");
        if !is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "sh", "-c", &script, "sh", env!("CARGO_BIN_EXE_tomori")]);
        complaint(command, &self.arguments(lang))
    }

    /// Lets the box run until `ready`, and stops it.
    pub fn run_until(&self, ready: impl Fn() -> bool) {
        let mut child = program()
            .args(self.arguments("en"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while !ready() {
            assert!(child.try_wait().unwrap().is_none(), "it does not run");
            if began.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("it is not ready");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = child.wait().unwrap();
        // It may be asked before it listens for that.
        let was_asked = std::os::unix::process::ExitStatusExt::signal(&status) == Some(15);
        assert!(status.success() || was_asked, "{status}");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tomori"));
    // The log is English and for those who look after the machine; a complaint is for whoever typed the command.
    command.env("RUST_LOG", "off");
    command
}

/// Runs a command that must fail, and what it says.
pub fn complaint(mut command: Command, arguments: &[String]) -> String {
    let mut child: Child = command
        .env("RUST_LOG", "off")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            let said = child.wait_with_output().unwrap();
            panic!("it runs: {arguments:?} {said:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let said = child.wait_with_output().unwrap();
    assert!(!said.status.success(), "it succeeds: {arguments:?} {said:?}");
    String::from_utf8(said.stderr).unwrap()
}

/// Japanese to whoever reads Japanese, English to the others, in one line, and everything that has to be in it.
#[track_caller]
pub fn says(text: &str, lang: &str, wanted: &[&str]) {
    let kana = text.chars().any(|letter| ('ぁ'..='ヿ').contains(&letter));
    assert_eq!(kana, lang == "ja", "{lang}: {text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{lang}: {text}");
    for word in wanted {
        assert!(text.contains(word), "{lang}: `{word}` is not in: {text}");
    }
}

/// Of two texts the one for the language.
pub fn of<'a>(lang: &str, ja: &'a str, en: &'a str) -> &'a str {
    if lang == "ja" { ja } else { en }
}

pub fn fitting(kind: &str) -> String {
    match kind {
        "platform" => "[link]\nlisten = \"127.0.0.1:0\"\n[enrolment]\nlisten = \"127.0.0.1:0\"\n\
             [partner]\nlisten = \"127.0.0.1:0\"\n[web]\nlisten = \"127.0.0.1:0\"\n"
            .to_owned(),
        "gateway" => format!("[lan]\naddress = \"127.0.77.1\"\nport = {}\n", udp_port()),
        _ => format!(
            "listen = \"127.0.0.1:0\"\n[house]\nport = {}\nname = {{ ja = \"家\", en = \"House\" }}\n[[house.node]]\nid = \"shutter\"\n\
             address = \"127.0.77.2\"\nkind = \"electricRainDoor\"\nname = {{ ja = \"南\", en = \"South\" }}\nroom = {{ ja = \"居間\", en = \"Living\" }}\n",
            udp_port()
        ),
    }
}

/// A port that is free on the addresses of these boxes.
pub fn udp_port() -> u16 {
    let socket = UdpSocket::bind((Ipv4Addr::new(127, 0, 77, 1), 0)).unwrap();
    socket.local_addr().unwrap().port()
}
