//! Where the boxes of a test stand: addresses of 127.0.0.0/8, ports, multicast groups and files that nobody else has.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, ensure};

/// Addresses of an ordinary plot.
pub const ADDRESSES: u32 = 16;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A piece of ground: addresses, a port that this process has for itself, a multicast group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot {
    number: u32,
    addresses: u32,
}

impl Plot {
    /// The next one that nobody has taken in this process, with sixteen addresses.
    #[must_use]
    pub fn next() -> Self {
        Self::with(ADDRESSES)
    }

    /// The next one, with so many addresses or a few more.
    #[must_use]
    pub fn with(addresses: u32) -> Self {
        let width = addresses.div_ceil(ADDRESSES).max(1);
        Self {
            number: NEXT.fetch_add(width, Ordering::Relaxed),
            addresses: width * ADDRESSES,
        }
    }

    /// Its number, from 0.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// One of its addresses, from 0.
    #[must_use]
    pub fn address(self, which: u32) -> Ipv4Addr {
        let [_, x, y, z] = (self.number * ADDRESSES + which % self.addresses).to_be_bytes();
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

/// Lets this process, and those it starts, open as many files as the system lets it, which must be `files` at least.
///
/// # Errors
/// When fewer are allowed, with the remedy.
pub fn allow_files(files: usize) -> Result<()> {
    let ask = |arguments: &[&str]| -> Result<String> {
        let pid = std::process::id().to_string();
        let output = Command::new("prlimit").args(["--pid", &pid]).args(arguments).output();
        let output = output.context("prlimit (of util-linux) is needed to open so many files")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let hard = ask(&["--nofile", "--noheadings", "--raw", "--output", "HARD"])?;
    ask(&[&format!("--nofile={hard}:{hard}")])?;
    let allowed: usize = hard.parse().unwrap_or(usize::MAX);
    ensure!(
        allowed >= files,
        "{files} open files are needed, and {allowed} are allowed; raise `ulimit -Hn`"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_plots_share_anything() {
        let (wide, one, other) = (Plot::with(50), Plot::next(), Plot::next());
        assert!((0..50).all(|at| (0..ADDRESSES).all(|to| wide.address(at) != one.address(to))));
        assert_ne!(wide.address(49), wide.address(1));
        assert_ne!(one.group(), other.group());
        assert!((0..ADDRESSES).all(|at| (0..ADDRESSES).all(|to| one.address(at) != other.address(to))));
        assert!(one.address(15).is_loopback() && one.group().is_multicast());
        assert!((20_000..32_000).contains(&one.port()));
    }
}
