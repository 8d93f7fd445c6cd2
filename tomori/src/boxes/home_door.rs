//! The door inside the house: the residents' app over TLS, straight from the gateway (EP⑩).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tomori_gateway::{DoorIdentity, House};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::http::{Door, serve};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Identity, Limits, server_config};

const BACKLOG: u32 = 64;
/// How often an address that somebody else holds is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A house has few phones; a flood from its network must not take the gateway's memory.
const LIMITS: Limits = Limits {
    handshake_timeout: Duration::from_secs(5),
    connections: 64,
    handshakes: 8,
    per_address: 16,
};

/// Serves the app until the shutdown, with the gateway's certificate for the house, also after it is renewed.
pub(super) async fn keep_open(listen: SocketAddr, house: House, app: Router, wall: SharedClock, shutdown: Shutdown) {
    let mut identity = house.door();
    while !shutdown.is_set() {
        let present = identity.borrow_and_update().clone();
        let config = present.and_then(|identity| configured(&identity, wall.clone()));
        let (stop, inner) = Shutdown::new();
        let serving = async {
            // Not enrolled yet: there is no certificate, so there is no door.
            let Some(config) = config else {
                return inner.wait().await;
            };
            let listener = tokio::select! {
                listener = bind(listen, TRY_AGAIN) => listener,
                () = inner.wait() => return,
            };
            tracing::info!(%listen, "the app inside the house is served");
            let door = Door {
                listener,
                tls: Some(config),
                limits: LIMITS,
            };
            serve(door, app.clone(), inner).await;
        };
        tokio::pin!(serving);
        tokio::select! {
            () = serving.as_mut() => (),
            () = shutdown.wait() => {
                stop.stop();
                serving.await;
                return;
            }
            changed = identity.changed() => {
                stop.stop();
                serving.await;
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

fn configured(identity: &DoorIdentity, wall: SharedClock) -> Option<Arc<rustls::ServerConfig>> {
    let unusable = |error: &dyn std::error::Error| {
        tracing::error!(%error, "the certificate for the door inside the house cannot be used");
    };
    let key = identity.key().inspect_err(|error| unusable(error)).ok()?;
    let identity = Identity {
        chain_der: identity.chain_der.clone(),
        key: &key,
    };
    server_config(&identity, wall)
        .inspect_err(|error| unusable(error))
        .ok()
        .map(Arc::new)
}

/// Listens, as soon as the address can be had: whoever holds it may go, and the house waits for nobody.
async fn bind(listen: SocketAddr, again: Duration) -> TcpListener {
    let mut is_told = false;
    loop {
        match bind_now(listen) {
            Ok(listener) => return listener,
            Err(error) if !is_told => {
                tracing::error!(%listen, %error, "nothing can listen for the app inside the house; stop the program that holds the address, or change home.listen");
                is_told = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(again).await;
    }
}

fn bind_now(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if listen.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_door_whose_address_is_held_opens_when_it_is_let_go() {
        let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = holder.local_addr().unwrap();
        let waiting = tokio::spawn(bind(address, Duration::from_millis(20)));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished(), "somebody else holds it");
        drop(holder);
        let listener = tokio::time::timeout(Duration::from_secs(30), waiting)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(listener.local_addr().unwrap(), address);
    }
}
