//! Objects of a node: which thing of which class a frame speaks of.

use std::fmt;

use tomori_smart_home::device::DeviceKind;

/// An ECHONET object: class group and class code, and the instance on its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Eoj {
    /// Class group code and class code, `0x0263`.
    pub class: u16,
    /// 1 to 127; 0 in a destination means every instance of the class.
    pub instance: u8,
}

impl Eoj {
    /// The node profile that every node has.
    pub const NODE_PROFILE: Self = Self::new(0x0ef0, 1);
    /// The node profile of a node that only sends.
    pub const NODE_PROFILE_TRANSMIT_ONLY: Self = Self::new(0x0ef0, 2);
    /// A controller, as the gateway introduces itself.
    pub const CONTROLLER: Self = Self::new(0x05ff, 1);

    /// An object of a class.
    #[must_use]
    pub const fn new(class: u16, instance: u8) -> Self {
        Self { class, instance }
    }

    /// An object of a kind of device.
    #[must_use]
    pub fn of_kind(kind: DeviceKind, instance: u8) -> Self {
        Self::new(kind.class_code(), instance)
    }

    /// From the three bytes of a frame.
    #[must_use]
    pub const fn from_bytes([group, class, instance]: [u8; 3]) -> Self {
        Self::new(u16::from_be_bytes([group, class]), instance)
    }

    /// The three bytes of a frame.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 3] {
        let [group, class] = self.class.to_be_bytes();
        [group, class, self.instance]
    }

    /// Whether this is a node profile.
    #[must_use]
    pub const fn is_node_profile(self) -> bool {
        self.class == Self::NODE_PROFILE.class
    }

    /// Whether a frame for `self` is for `object`: the same object, or the same class with instance 0 (all).
    #[must_use]
    pub const fn reaches(self, object: Self) -> bool {
        self.class == object.class && (self.instance == 0 || self.instance == object.instance)
    }
}

impl fmt::Display for Eoj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}{:02x}", self.class, self.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_zero_reaches_every_instance_of_its_class() {
        let all = Eoj::new(0x0263, 0);
        assert!(all.reaches(Eoj::new(0x0263, 1)));
        assert!(all.reaches(Eoj::new(0x0263, 9)));
        assert!(!all.reaches(Eoj::new(0x0290, 1)));
        assert!(!Eoj::new(0x0263, 1).reaches(Eoj::new(0x0263, 2)));
    }

    #[test]
    fn bytes_and_text() {
        let shutter = Eoj::of_kind(DeviceKind::ElectricRainDoor, 2);
        assert_eq!(shutter.to_bytes(), [0x02, 0x63, 0x02]);
        assert_eq!(Eoj::from_bytes(shutter.to_bytes()), shutter);
        assert_eq!(shutter.to_string(), "026302");
        assert!(Eoj::NODE_PROFILE_TRANSMIT_ONLY.is_node_profile());
    }
}
