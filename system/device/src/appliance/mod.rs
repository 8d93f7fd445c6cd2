//! What the things of a house do by themselves, as pure models: state and time in, state out.

pub mod air_conditioner;
pub mod contact;
pub mod light;
pub mod lock;
pub mod sensor;
pub mod shutter;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::DeviceKind;

pub use air_conditioner::AirConditioner;
pub use contact::Contact;
pub use light::Light;
pub use lock::Lock;
pub use sensor::{Detector, Thermometer};
pub use shutter::Shutter;

/// Property codes of one appliance, beyond what every device has.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// Announced when they change.
    pub announce: &'static [u8],
    /// Set by others.
    pub set: &'static [u8],
    /// Read by others.
    pub get: &'static [u8],
}

/// What somebody does to a thing with their own hands, standing before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", content = "value", rename_all = "camelCase")]
pub enum Hand {
    /// Presses the wall switch of a shutter: open; opens a window.
    Open,
    /// Presses the wall switch of a shutter: close; closes a window.
    Close,
    /// Presses the wall switch of a shutter: stop.
    Stop,
    /// Switches on.
    On,
    /// Switches off.
    Off,
    /// Turns the key: locked.
    Lock,
    /// Turns the key: unlocked.
    Unlock,
    /// Opens a door or closes it.
    Door(bool),
    /// Makes it warmer or colder where the sensor hangs, in °C.
    Temperature(f64),
    /// Walks into what a sensor watches, presses the button, makes smoke (`true`), or puts an end to it (`false`).
    Detected(bool),
}

/// A thing of the house.
pub trait Appliance: Send {
    /// What it is.
    fn kind(&self) -> DeviceKind;

    /// Its own properties.
    fn codes(&self) -> Codes;

    /// Reads one of its own properties.
    fn get(&self, epc: u8, now: Timestamp) -> Option<Vec<u8>>;

    /// Sets one of its own properties; `false` refuses.
    fn set(&mut self, epc: u8, edt: &[u8], now: Timestamp) -> bool;

    /// Brings the state up to now.
    fn pass(&mut self, now: Timestamp);

    /// When it changes by itself next, if it does.
    fn next_change(&self) -> Option<Timestamp> {
        None
    }

    /// Whether a change of this property is not worth an announcement now: the position of a moving shutter
    /// changes all the time.
    fn is_quiet(&self, _epc: u8) -> bool {
        false
    }

    /// The present fault (0x89), if there is one.
    fn fault(&self) -> Option<u16> {
        None
    }

    /// Whether it lets itself be operated through a public network.
    fn permits_remote(&self) -> bool {
        true
    }

    /// Somebody permits or prohibits remote operation at the thing; `false` when it has no such switch.
    fn permit_remote(&mut self, _permitted: bool) -> bool {
        false
    }

    /// Somebody operates it by hand; `false` when it has nothing to operate so.
    fn by_hand(&mut self, hand: Hand, now: Timestamp) -> bool;

    /// Something blocks its way, or no longer does; `false` when it has no way.
    fn jam(&mut self, _jammed: bool, _now: Timestamp) -> bool {
        false
    }

    /// The power goes.
    fn power_off(&mut self, _now: Timestamp) {}

    /// How it looks.
    fn look(&self, now: Timestamp) -> Look;

    /// Takes up where it was left, after the program was started again.
    fn recall(&mut self, look: &Look);
}

/// How a thing looks to somebody who stands before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Look {
    /// A shutter.
    Shutter {
        /// How far it is open, 0 to 100 %, to a hundredth.
        open: f64,
        /// Where it is moving to, 0 to 100 %, if it moves.
        moving_to: Option<f64>,
        /// How long the whole way takes, in milliseconds.
        travel_millis: u64,
        /// Whether something blocks its way.
        jammed: bool,
        /// Whether it lets itself be operated through a public network.
        remote_permitted: bool,
    },
    /// A light.
    Light {
        /// Whether it is on.
        on: bool,
        /// How bright it would be, 0 to 100 %.
        level: u8,
    },
    /// An air conditioner.
    AirConditioner {
        /// Whether it is on.
        on: bool,
        /// What it does when on.
        mode: air_conditioner::Mode,
        /// The wanted temperature, °C.
        target: u8,
        /// The temperature of the room, °C.
        room: f64,
    },
    /// A temperature sensor.
    Thermometer {
        /// What it measures, °C.
        temperature: f64,
    },
    /// A sensor that detects somebody, a burglar, a call for help or fire.
    Detector {
        /// Whether it has detected it.
        detected: bool,
    },
    /// The contact of a window or a door.
    Contact {
        /// Whether it is open.
        open: bool,
    },
    /// An electric lock.
    Lock {
        /// Whether it is locked.
        locked: bool,
        /// Whether the door is open.
        door_open: bool,
        /// Whether the bolt is stuck.
        #[serde(default)]
        jammed: bool,
    },
}
