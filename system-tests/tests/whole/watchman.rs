//! Worlds side by side, each on a thread of its own: what one waits for, another uses; and when one has failed, nobody plays
//! on for nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Runtime;

/// Whether a world has failed.
pub struct Watchman(Arc<AtomicBool>);

impl Watchman {
    /// Whether one has failed by now.
    pub fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Watchman {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// Plays so many worlds, by their number; what became of each, or that it failed.
pub fn side_by_side<T: Send + 'static>(
    worlds: usize,
    play: impl Fn(&Arc<Runtime>, usize, &Watchman) -> T + Clone + Send + 'static,
) -> Vec<std::thread::Result<T>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let (runtime, failed) = (Arc::new(runtime.unwrap()), Arc::new(AtomicBool::new(false)));
    let playing: Vec<_> = (0..worlds)
        .map(|number| {
            let (runtime, failed, play) = (Arc::clone(&runtime), Arc::clone(&failed), play.clone());
            std::thread::spawn(move || play(&runtime, number, &Watchman(failed)))
        })
        .collect();
    playing.into_iter().map(std::thread::JoinHandle::join).collect()
}
