//! The two sockets of a node: one for what is sent to it alone, one for what is sent to the group.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::{LanConfig, LanError};

/// Room for a burst while the room is busy; the system may give less.
const RECEIVE_BUFFER: usize = 1 << 20;

/// Both sockets.
#[derive(Debug)]
pub(super) struct Sockets {
    /// Ours alone: our address and the ECHONET Lite port. Everything is sent from here.
    pub unicast: UdpSocket,
    /// The group's: hears what is sent to everybody.
    pub group: UdpSocket,
}

impl Sockets {
    /// Opens both.
    ///
    /// # Errors
    /// When the address is not ours, the port is taken or forbidden, or the group cannot be joined.
    pub(super) fn open(config: &LanConfig) -> Result<Self, LanError> {
        let named = |source| socket_error(config, source);
        let unicast = new_socket().map_err(named)?;
        // No SO_REUSEADDR: a second program at this port would take half of the answers.
        bind(&unicast, config.address, config.port).map_err(named)?;
        unicast.set_multicast_if_v4(&config.address).map_err(named)?;
        unicast.set_multicast_ttl_v4(1).map_err(named)?;
        // Virtual devices on the same computer are heard, too; what we say ourselves is told apart by its address.
        unicast.set_multicast_loop_v4(true).map_err(named)?;

        let group = new_socket().map_err(named)?;
        group.set_reuse_address(true).map_err(named)?;
        bind(&group, config.multicast, config.port).map_err(named)?;
        // Only the group on our own network, not what other programs have joined elsewhere.
        group.set_multicast_all_v4(false).map_err(named)?;
        let joined = group.join_multicast_v4(&config.multicast, &config.address);
        joined.map_err(|source| LanError::Group {
            group: config.multicast,
            address: config.address,
            source,
        })?;
        Ok(Self {
            unicast: UdpSocket::from_std(unicast.into()).map_err(named)?,
            group: UdpSocket::from_std(group.into()).map_err(named)?,
        })
    }

    /// Joins the group again, should the network interface have gone and come back meanwhile.
    pub(super) fn join_again(&self, config: &LanConfig) {
        // Being a member already is answered with an error, which is the usual case.
        let _ = self.group.join_multicast_v4(config.multicast, config.address);
    }
}

fn new_socket() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // A smaller buffer than wished for is no reason not to start.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    Ok(socket)
}

fn bind(socket: &Socket, address: Ipv4Addr, port: u16) -> io::Result<()> {
    socket.bind(&SocketAddrV4::new(address, port).into())
}

fn socket_error(config: &LanConfig, source: io::Error) -> LanError {
    let (address, port) = (config.address, config.port);
    match source.kind() {
        io::ErrorKind::AddrNotAvailable => LanError::AddressNotOurs { address },
        io::ErrorKind::AddrInUse => LanError::PortInUse { address, port },
        io::ErrorKind::PermissionDenied => LanError::PortForbidden { port },
        _ => LanError::Socket { address, port, source },
    }
}
