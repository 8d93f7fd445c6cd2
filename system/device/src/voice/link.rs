//! The connection of a thing to its gateway: kept, and made anew when it breaks.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tomori_device_link::discovery::{Offered, offer};
use tomori_device_link::limits::KEEP_ALIVE_S;
use tomori_device_link::topic::BIRTH;
use tomori_device_link::wire::{ClientWire, Published, ToDevice};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Identity, client_config};
use tomori_smart_home::{DeviceId, DeviceKind};

use super::papers::Papers;
use super::said::{Condition, said};
use crate::appliance::Look;

/// How long until a connection that broke is tried again.
const AGAIN: Duration = Duration::from_millis(500);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How a thing stands, for its voice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stand {
    pub(crate) look: Look,
    pub(crate) condition: Condition,
    pub(crate) powered: bool,
}

/// What a voice needs of its thing.
pub(crate) struct Line {
    pub(crate) kind: DeviceKind,
    pub(crate) name: String,
    /// The address that the thing speaks from.
    pub(crate) address: Ipv4Addr,
    pub(crate) papers: watch::Receiver<Option<Papers>>,
    pub(crate) stand: watch::Receiver<Stand>,
    /// Whether the gateway hears it.
    pub(crate) heard: watch::Sender<bool>,
    pub(crate) clock: SharedClock,
}

/// Speaks for a thing until the shutdown. `obey` does what the gateway says.
pub(crate) async fn speak(mut line: Line, obey: impl Fn(&[u8]) + Send + Sync, shutdown: Shutdown) {
    while !shutdown.is_set() {
        let papers = line.papers.borrow_and_update().clone();
        let is_powered = line.stand.borrow_and_update().powered;
        let done = async {
            match papers.filter(|_| is_powered) {
                Some(papers) => {
                    let ended = talk(&mut line, &papers, &obey).await;
                    line.heard.send_replace(false);
                    if let Err(error) = ended {
                        tracing::info!(device = papers.device, %error, "a thing is not connected to its gateway");
                    }
                    tokio::time::sleep(AGAIN).await;
                }
                None => {
                    let (papers, stand) = (&mut line.papers, &mut line.stand);
                    tokio::select! {
                        changed = papers.changed() => if changed.is_err() { std::future::pending().await },
                        changed = stand.changed() => if changed.is_err() { std::future::pending().await },
                    }
                }
            }
        };
        tokio::select! {
            () = done => {}
            () = shutdown.wait() => {}
        }
    }
}

/// One connection, from hello to its end.
async fn talk(line: &mut Line, papers: &Papers, obey: &(impl Fn(&[u8]) + Send + Sync)) -> io::Result<()> {
    let device: DeviceId = papers.device.parse().map_err(io::Error::other)?;
    let offered = offer(&device, line.kind, &line.name).ok_or_else(|| io::Error::other("it has no voice"))?;
    let mut stream = connect(line, papers).await?;
    let there = |word: &[u8]| message(&offered.availability_topic, word);
    let mut wire = ClientWire::new(device.as_str(), Some(&there(b"offline")));
    let mut buffer = vec![0; 4096];
    let mut last = None;
    let mut is_in = false;
    let pause = Duration::from_secs(u64::from(KEEP_ALIVE_S) / 2);
    loop {
        let bytes = wire.to_send();
        stream.write_all(&bytes).await?;
        stream.flush().await?;
        if wire.is_over() {
            let fault = wire.fault().map(|fault| fault.to_string());
            return Err(io::Error::other(
                fault.unwrap_or_else(|| "the gateway ended it".to_owned()),
            ));
        }
        if is_in && !tell(line, &offered, &mut wire, &mut last) {
            return without_power(line, stream).await;
        }
        let bytes = wire.to_send();
        stream.write_all(&bytes).await?;
        tokio::select! {
            read = stream.read(&mut buffer) => {
                let count = read?;
                if count == 0 {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                }
                for heard in wire.hear(buffer.get(..count).unwrap_or_default()) {
                    match heard {
                        ToDevice::Answered(true) => {
                            is_in = true;
                            line.heard.send_replace(true);
                            greet(&offered, &mut wire, &there(b"online"));
                        }
                        ToDevice::Answered(false) => return Err(io::Error::other("the gateway turned it away")),
                        ToDevice::Published(published) if Some(&published.topic) == offered.command_topic.as_ref() => {
                            obey(&published.payload);
                            // Also when nothing moved: it says how it is.
                            last = None;
                        }
                        // The gateway wants to hear everything again.
                        ToDevice::Published(published) if published.topic == BIRTH => last = None,
                        ToDevice::Taken(_, false) => {
                            tracing::warn!(device = papers.device, "the gateway refused a message");
                        }
                        ToDevice::Dismissed => return Err(io::Error::other("the gateway ended it")),
                        ToDevice::Published(_) | ToDevice::Taken(_, true) | ToDevice::Subscribed(_) => {}
                    }
                }
            }
            changed = line.stand.changed() => changed.map_err(io::Error::other)?,
            // Other papers: under these nobody hears it any more.
            changed = line.papers.changed() => {
                changed.map_err(io::Error::other)?;
                wire.goodbye();
            }
            () = tokio::time::sleep(pause) => wire.ping(),
        }
    }
}

fn greet(offered: &Offered, wire: &mut ClientWire, online: &Published) {
    wire.publish(&message(&offered.topic, offered.config.as_bytes()));
    let mut filters = vec![BIRTH];
    filters.extend(offered.command_topic.as_deref());
    wire.subscribe(&filters);
    wire.publish(online);
}

/// Says how the thing stands, if that is news. `false` when it has no power to say anything.
fn tell(line: &mut Line, offered: &Offered, wire: &mut ClientWire, last: &mut Option<String>) -> bool {
    let stand = line.stand.borrow_and_update().clone();
    if !stand.powered {
        return false;
    }
    if let Some(state) = said(&stand.look, stand.condition).filter(|state| last.as_ref() != Some(state))
        && wire.publish(&message(&offered.state_topic, state.as_bytes())).is_some()
    {
        *last = Some(state);
    }
    true
}

/// Without power nothing is said, no leave is taken, and no connection closed: the gateway has to notice by itself.
async fn without_power(line: &mut Line, stream: TlsStream<TcpStream>) -> io::Result<()> {
    while !line.stand.borrow_and_update().powered {
        line.stand.changed().await.map_err(io::Error::other)?;
    }
    drop(stream);
    Ok(())
}

async fn connect(line: &Line, papers: &Papers) -> io::Result<TlsStream<TcpStream>> {
    let key = PrivateKey::from_der(&papers.key).map_err(io::Error::other)?;
    let root = papers.chain.last().ok_or_else(|| io::Error::other("no authority"))?;
    let identity = Identity {
        chain_der: papers.chain.clone(),
        key: &key,
    };
    let mut tls = client_config(root, Some(&identity), line.clock.clone()).map_err(io::Error::other)?;
    tls.alpn_protocols.clear();
    let name = ServerName::try_from(papers.name.clone()).map_err(io::Error::other)?;
    let connecting = async {
        let mut addresses = lookup_host(&papers.mqtt).await?;
        let to = addresses.find(SocketAddr::is_ipv4);
        let to = to.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((line.address, 0)))?;
        let tcp = socket.connect(to).await?;
        tcp.set_nodelay(true)?;
        TlsConnector::from(Arc::new(tls)).connect(name, tcp).await
    };
    match tokio::time::timeout(CONNECT_WITHIN, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
    }
}

fn message(topic: &str, payload: &[u8]) -> Published {
    Published {
        topic: topic.to_owned(),
        payload: payload.to_vec(),
        retain: true,
    }
}
