//! DC-09 over TCP: frames one after the other, each answered before the next.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Accepted, Acceptor};
use tomori_sia_dc09::{Found, Scanner};

use super::service::{Answer, Service};

/// A panel that says nothing for so long is cut off; it comes again when it has something to say.
const LONGEST_SILENCE: Duration = Duration::from_secs(300);
/// Once a frame has begun, the rest of it comes within this time.
const LONGEST_FRAME: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: Duration = Duration::from_secs(5);

pub(super) async fn serve(service: Service, acceptor: Acceptor, shutdown: Shutdown) {
    let ending = shutdown.clone();
    acceptor
        .run(shutdown, move |accepted| {
            let (service, ending) = (service.clone(), ending.clone());
            async move {
                tokio::select! {
                    () = ending.wait() => {}
                    () = speak(service, accepted) => {}
                }
            }
        })
        .await;
}

async fn speak(service: Service, mut accepted: Accepted) {
    let from = accepted.peer.ip().to_canonical();
    let mut scanner = Scanner::default();
    let mut buffer = [0; 1024];
    loop {
        let patience = if scanner.is_inside() {
            LONGEST_FRAME
        } else {
            LONGEST_SILENCE
        };
        let read = tokio::time::timeout(patience, accepted.stream.read(&mut buffer)).await;
        let Ok(Ok(count)) = read else { return };
        if count == 0 {
            return;
        }
        for found in scanner.take(buffer.get(..count).unwrap_or_default()) {
            let answer = match found {
                Found::Frame(frame) => service.take(&frame, from).await,
                Found::TooLong => service.too_long(from).await,
            };
            let Answer { bytes, is_last } = answer;
            let sent = tokio::time::timeout(LONGEST_ANSWER, accepted.stream.write_all(&bytes)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return;
            }
            if is_last {
                // The answer is on its way; what was not read yet would turn the end into a reset that overtakes it.
                let _ = tokio::time::timeout(LONGEST_ANSWER, accepted.stream.shutdown()).await;
                return;
            }
        }
    }
}
