//! The directory where a program keeps what it must not lose: private, writable, and used by one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use crate::file::{lock_patiently, sync_parent};
use crate::i18n::Lang;

const LOCK: &str = "lock";
const PROBE: &str = ".probe";
/// Enough to need a block of its own on common file systems, so a full disk shows.
const PROBE_BYTES: usize = 16 * 1024;

/// A data directory that this process holds. Clones hold it together; dropping the last one lets it go.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
    /// Keeps the lock for as long as it lives.
    _lock: Arc<File>,
}

/// Why a data directory cannot be used.
#[derive(Debug, Error)]
pub enum DataDirError {
    /// Another process holds it.
    #[error("{}: in use by {}; stop it, or choose another data directory", path.display(), holder(*pid))]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The process that holds it, when it could be told.
        pid: Option<u32>,
    },
    /// The file system is mounted read-only.
    #[error("{}: on a read-only file system; mount it writable, or choose another data directory", path.display())]
    ReadOnly {
        /// The directory.
        path: PathBuf,
    },
    /// No space is left.
    #[error("{}: the disk is full; free some space, or choose a data directory on another disk", path.display())]
    Full {
        /// The directory.
        path: PathBuf,
    },
    /// The user that runs the program may not use it.
    #[error("{}: no permission; make it belong to the user that runs this program (chown), or choose another data directory", path.display())]
    Forbidden {
        /// The directory.
        path: PathBuf,
    },
    /// Something that is not a directory has its name.
    #[error("{}: not a directory; remove it, or choose another data directory", path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// It holds foreign files and others may read it; closing it to them could break what they belong to.
    #[error("{}: open to other users (mode {mode:03o}) and not made by this program; choose a new directory, or run chmod 700 on it", path.display())]
    TooOpen {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Anything else the file system says.
    #[error("{}: cannot be used as data directory", path.display())]
    Io {
        /// The path at which it failed.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where `app` keeps its data unless told otherwise: the user's data directory
/// (`$XDG_DATA_HOME` or `~/.local/share`; `~/Library/Application Support` on macOS), or `/var/lib` for a service
/// without a home.
#[must_use]
pub fn default_dir(app: &str) -> PathBuf {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    user_data_dir(absolute("XDG_DATA_HOME"), absolute("HOME")).join(app)
}

fn user_data_dir(xdg: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    let under_home = if cfg!(target_os = "macos") {
        "Library/Application Support"
    } else {
        ".local/share"
    };
    xdg.or_else(|| home.map(|home| home.join(under_home)))
        .unwrap_or_else(|| PathBuf::from("/var/lib"))
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

impl DataDir {
    /// Makes the directory when it is missing (0700, with its parents), takes it for this process, and proves that
    /// it can be written to.
    ///
    /// # Errors
    /// [`DataDirError`], with the remedy.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let failed = |source| DataDirError::from_io(path, source);
        let fresh = !path.try_exists().map_err(failed)?;
        if fresh {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(failed)?;
            sync_parent(path).map_err(failed)?;
        } else if !path.is_dir() {
            return Err(DataDirError::NotADirectory { path: path.to_owned() });
        }
        let root = path.canonicalize().map_err(failed)?;
        close_to_others(&root)?;
        let lock = lock(&root)?;
        probe(&root).map_err(failed)?;
        Ok(Self {
            root,
            _lock: Arc::new(lock),
        })
    }

    /// The path of the file or directory `name` in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The directory itself, absolute.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Takes away what others may do in a directory that is ours or empty. A directory with foreign files in it is left
/// alone and refused: somebody who mistypes `--data /tmp` must not have `/tmp` closed to everybody.
fn close_to_others(root: &Path) -> Result<(), DataDirError> {
    let failed = |source| DataDirError::from_io(root, source);
    let mode = fs::metadata(root).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let ours = root.join(LOCK).is_file() || fs::read_dir(root).map_err(failed)?.next().is_none();
    if !ours {
        return Err(DataDirError::TooOpen {
            path: root.to_owned(),
            mode,
        });
    }
    tracing::warn!(path = %root.display(), mode = format!("{mode:03o}"), "data directory was open to others; closed it");
    fs::set_permissions(root, Permissions::from_mode(0o700)).map_err(failed)
}

fn lock(root: &Path) -> Result<File, DataDirError> {
    let path = root.join(LOCK);
    let failed = |source| DataDirError::from_io(root, source);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    match lock_patiently(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file
                .take(20)
                .read_to_string(&mut text)
                .ok()
                .and_then(|_| text.trim().parse().ok());
            return Err(DataDirError::InUse {
                path: root.to_owned(),
                pid,
            });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    // The number is only for people; what holds the directory is the lock, which the kernel drops with the process.
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(failed)?;
    Ok(file)
}

fn probe(root: &Path) -> io::Result<()> {
    let path = root.join(PROBE);
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(&[0; PROBE_BYTES]).and_then(|()| file.sync_all()));
    let removed = fs::remove_file(&path);
    written.and(removed)
}

impl DataDirError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return match self {
                Self::Io { source, .. } => format!("{self}: {source}"),
                other => other.to_string(),
            };
        }
        let (path, what) = match self {
            Self::InUse { path, pid: Some(pid) } => (
                path,
                format!("プロセス {pid} が使用中です。それを止めるか、別のデータディレクトリを選んでください"),
            ),
            Self::InUse { path, pid: None } => (
                path,
                "別のプロセスが使用中です。それを止めるか、別のデータディレクトリを選んでください".to_owned(),
            ),
            Self::ReadOnly { path } => (
                path,
                "読み取り専用のファイルシステムです。書き込めるようにマウントし直すか、別のデータディレクトリを選んでください".to_owned(),
            ),
            Self::Full { path } => (
                path,
                "ディスクに空きがありません。空きを作るか、別のディスクのデータディレクトリを選んでください".to_owned(),
            ),
            Self::Forbidden { path } => (
                path,
                "権限がありません。このプログラムを動かすユーザーの所有にする（chown）か、別のデータディレクトリを選んでください".to_owned(),
            ),
            Self::NotADirectory { path } => (
                path,
                "ディレクトリではありません。取り除くか、別のデータディレクトリを選んでください".to_owned(),
            ),
            Self::TooOpen { path, mode } => (
                path,
                format!("ほかのユーザーに開かれた（モード {mode:03o}）、このプログラムのものではないディレクトリです。新しいディレクトリを選ぶか、chmod 700 を実行してください"),
            ),
            Self::Io { path, source } => (path, format!("データディレクトリとして使えません（{source}）")),
        };
        format!("{}: {what}", path.display())
    }

    fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { path }
            }
            io::ErrorKind::PermissionDenied => Self::Forbidden { path },
            io::ErrorKind::NotADirectory => Self::NotADirectory { path },
            _ => Self::Io { path, source },
        }
    }
}

#[cfg(test)]
mod tests;
