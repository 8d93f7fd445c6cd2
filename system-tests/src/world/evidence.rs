//! What the devices felt: the frames that set something, counted where they arrived.

use std::collections::HashSet;

use anyhow::Result;
use jiff::Timestamp;
use tomori_device::{ReceivedSet, VirtualHouse};

/// 0xE0, open, close, stop.
pub const OPERATION: u8 = 0xe0;
/// 0xE1, the degree of opening.
pub const DEGREE: u8 = 0xe1;

/// The Sets that reached one node.
#[derive(Debug, Clone)]
pub struct Evidence {
    sets: Vec<ReceivedSet>,
}

impl Evidence {
    /// Of a node of a house.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn of(house: &VirtualHouse, node: &str) -> Result<Self> {
        Ok(Self {
            sets: house.received_sets(node)?,
        })
    }

    /// The frames that drove the shutter, in any way: with what. A frame that the network doubled counts once.
    #[must_use]
    pub fn drives(&self) -> Vec<(u8, u8)> {
        let mut seen = HashSet::new();
        let mut driving = |set: &ReceivedSet| {
            let given = |code| set.data(code).and_then(|data| data.first().copied());
            let operation = given(OPERATION).map(|value| (OPERATION, value));
            let drive = operation.or_else(|| given(DEGREE).map(|value| (DEGREE, value)))?;
            seen.insert((set.from, set.tid, drive)).then_some(drive)
        };
        self.sets.iter().filter_map(&mut driving).collect()
    }

    /// How often the shutter was driven to a degree.
    #[must_use]
    pub fn drives_to(&self, degree: u8) -> usize {
        self.drives().iter().filter(|drive| **drive == (DEGREE, degree)).count()
    }

    /// When frames that drove the shutter to a degree reached it, by the time of the world.
    #[must_use]
    pub fn moments_of(&self, degree: u8) -> Vec<Timestamp> {
        let to_it = |set: &&ReceivedSet| set.data(DEGREE) == Some(&[degree]);
        self.sets.iter().filter(to_it).map(|set| set.at).collect()
    }
}
