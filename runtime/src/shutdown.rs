//! One signal to stop, heard by every task that cares.

use tokio::sync::watch;

/// The end that stops everything. Dropping it stops everything too, so that nothing outlives its owner.
#[derive(Debug)]
pub struct Trigger {
    sender: watch::Sender<bool>,
}

/// The end that listens.
#[derive(Debug, Clone)]
pub struct Shutdown {
    receiver: watch::Receiver<bool>,
}

impl Trigger {
    /// Asks every listener to stop.
    pub fn stop(&self) {
        self.sender.send_replace(true);
    }
}

impl Shutdown {
    /// A pair of both ends.
    #[must_use]
    pub fn new() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (Trigger { sender }, Self { receiver })
    }

    /// Whether the signal was given.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.receiver.borrow() || self.receiver.has_changed().is_err()
    }

    /// Waits until the signal is given. Cancel-safe.
    pub async fn wait(&self) {
        let mut receiver = self.receiver.clone();
        // An error means that the trigger is gone, which is a signal as good as any.
        let _ = receiver.wait_for(|stop| *stop).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_listener_hears_it() {
        let (trigger, shutdown) = Shutdown::new();
        let other = shutdown.clone();
        assert!(!shutdown.is_set());
        trigger.stop();
        shutdown.wait().await;
        other.wait().await;
        assert!(other.is_set());
    }

    #[tokio::test]
    async fn a_dropped_trigger_stops_too() {
        let (trigger, shutdown) = Shutdown::new();
        drop(trigger);
        shutdown.wait().await;
        assert!(shutdown.is_set());
    }
}
