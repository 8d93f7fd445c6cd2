//! The sockets of a house: one for each node at its address, and one that hears the multicast group.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

/// One byte more than the longest frame that a real thing takes, so that a longer datagram shows by filling it.
pub(crate) const RECEIVE_BYTES: usize = 1_473;

/// The socket of a node: bound to its address, so that what it sends comes from there and from the port.
pub(crate) fn node(address: Ipv4Addr, port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_multicast_if_v4(&address)?;
    socket.set_multicast_ttl_v4(1)?;
    socket.set_multicast_loop_v4(true)?;
    finish(socket, SocketAddrV4::new(address, port))
}

/// The socket that hears the group. Several houses and gateways on one machine may each have one.
pub(crate) fn ear(group: Ipv4Addr, port: u16, interface: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.join_multicast_v4(&group, &interface)?;
    finish(socket, SocketAddrV4::new(group, port))
}

fn finish(socket: Socket, address: SocketAddrV4) -> io::Result<UdpSocket> {
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket.into())
}
