//! DC-09 over UDP: one frame a datagram, one answer a datagram.

use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tomori_runtime::shutdown::Shutdown;
use tomori_sia_dc09::LONGEST_FRAME;

use super::service::Service;

/// Datagrams that are looked at or stored at the same time; further ones wait in the socket, and beyond it are lost: the
/// panel hears no answer and sends again.
const AT_ONCE: usize = 64;

pub(super) async fn serve(service: Service, socket: UdpSocket, shutdown: Shutdown) {
    let socket = Arc::new(socket);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    // One byte more than a frame may have tells a longer one.
    let mut buffer = vec![0; LONGEST_FRAME + 1];
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let received = tokio::select! {
            () = shutdown.wait() => return,
            received = socket.recv_from(&mut buffer) => received,
        };
        let (count, peer) = match received {
            Ok(received) => received,
            Err(error) => {
                // An answer of before did not arrive (ICMP); the socket goes on.
                tracing::debug!(%error, "a datagram could not be received");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            }
        };
        let frame = buffer.get(..count).unwrap_or_default().to_vec();
        let (service, socket) = (service.clone(), Arc::clone(&socket));
        tokio::spawn(async move {
            let answer = service.take(&frame, peer.ip().to_canonical()).await;
            if let Err(error) = socket.send_to(&answer.bytes, peer).await {
                tracing::debug!(%peer, %error, "an answer could not be sent");
            }
            drop(place);
        });
    }
}
