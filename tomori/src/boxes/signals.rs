//! Ctrl-C and the service manager's wish to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Waits until somebody asks the program to stop (SIGINT, SIGTERM).
pub async fn until_asked() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        tracing::error!("signals cannot be heard; the program stops only when it is killed");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
}
