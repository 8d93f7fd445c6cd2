//! Where the boxes of a test stand: addresses of 127.0.0.0/8, ports and multicast groups that nobody else has.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

/// Addresses of one plot.
pub const ADDRESSES: u32 = 16;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A piece of ground: sixteen addresses, a port that this process has for itself, a multicast group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot {
    number: u32,
}

impl Plot {
    /// The next one that nobody has taken in this process.
    #[must_use]
    pub fn next() -> Self {
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Its number, from 0.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// One of its addresses, 0 to 15.
    #[must_use]
    pub fn address(self, which: u32) -> Ipv4Addr {
        let [_, x, y, z] = (self.number * ADDRESSES + which % ADDRESSES).to_be_bytes();
        // 127.64.0.0 and after it: clear of what people run on 127.0.0.x by hand.
        Ipv4Addr::new(127, 64 + x % 128, y, z)
    }

    /// Its port, the same for the whole process: two runs on one machine do not hear each other. Below the ports
    /// that systems hand out for outgoing connections.
    #[must_use]
    pub fn port(self) -> u16 {
        20_000 + u16::try_from(std::process::id() % 12_000).unwrap_or(0)
    }

    /// A listening address on the plot.
    #[must_use]
    pub fn listen(self, which: u32) -> SocketAddr {
        (self.address(which), self.port()).into()
    }

    /// Its multicast group, of those for local use.
    #[must_use]
    pub fn group(self) -> Ipv4Addr {
        let [_, x, y, z] = self.number.to_be_bytes();
        Ipv4Addr::new(239, 192 + x % 4, y, z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_plots_share_anything() {
        let (one, other) = (Plot::next(), Plot::next());
        assert_ne!(one.group(), other.group());
        assert!((0..ADDRESSES).all(|at| (0..ADDRESSES).all(|to| one.address(at) != other.address(to))));
        assert!(one.address(15).is_loopback() && one.group().is_multicast());
        assert!((20_000..32_000).contains(&one.port()));
    }
}
