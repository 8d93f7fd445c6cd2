//! The tasks of a server: they run until the shutdown, and none that ends before it goes unseen.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::shutdown::Shutdown;

/// Named tasks. Dropping them ends them.
#[derive(Debug, Default)]
pub struct Tasks {
    set: JoinSet<&'static str>,
}

impl Tasks {
    /// Starts one.
    pub fn spawn(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.set.spawn(async move {
            work.await;
            name
        });
    }

    /// Waits for the shutdown, and then for the tasks' own ends, `patience` at most. The name of a task that ended before
    /// anybody asked for it, which ends all the others.
    pub async fn finish(mut self, shutdown: &Shutdown, patience: Duration) -> Option<&'static str> {
        let ended = tokio::select! {
            () = shutdown.wait() => None,
            Some(ended) = self.set.join_next() => Some(ended),
        };
        // The shutdown may have been given in the same moment, and a task that heard it first be the one that ended: the
        // others still have their leave to take.
        if shutdown.is_set() {
            let rest = async { while self.set.join_next().await.is_some() {} };
            if tokio::time::timeout(patience, rest).await.is_err() {
                tracing::warn!("some tasks took too long to end");
            }
        }
        match ended? {
            Ok(_) if shutdown.is_set() => None,
            Ok(name) => Some(name),
            Err(error) => {
                tracing::error!(%error, "a task failed");
                Some("a task")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    fn waiting(tasks: &mut Tasks, shutdown: &Shutdown) {
        let shutdown = shutdown.clone();
        tasks.spawn("waits", async move { shutdown.wait().await });
    }

    #[tokio::test]
    async fn who_ends_before_the_shutdown_is_named() {
        let (_trigger, shutdown) = Shutdown::new();
        let mut tasks = Tasks::default();
        waiting(&mut tasks, &shutdown);
        tasks.spawn("hurries", async {});
        assert_eq!(tasks.finish(&shutdown, PATIENCE).await, Some("hurries"));
    }

    #[tokio::test]
    async fn after_the_shutdown_everybody_has_a_little_time() {
        let (trigger, shutdown) = Shutdown::new();
        let mut tasks = Tasks::default();
        waiting(&mut tasks, &shutdown);
        tasks.spawn("sleeps", std::future::pending());
        trigger.stop();
        assert_eq!(tasks.finish(&shutdown, PATIENCE).await, None);
    }

    #[tokio::test]
    async fn a_task_that_panics_is_seen() {
        let (_trigger, shutdown) = Shutdown::new();
        let mut tasks = Tasks::default();
        tasks.spawn("breaks", async { panic!("broken on purpose") });
        assert_eq!(tasks.finish(&shutdown, PATIENCE).await, Some("a task"));
    }
}
