//! What is personal. Pure.

use std::fmt;

/// What is personal about a home.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HomeInfo {
    /// How its residents call it, 1 to 60 characters.
    pub name: String,
    /// Postal address, at most 200 characters; may be empty.
    pub address: String,
}

/// What is personal about a resident.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ResidentInfo {
    /// How the resident is called, 1 to 60 characters.
    pub name: String,
    /// E-mail address, at most 254 characters; may be empty.
    pub email: String,
}

// Personal information stays out of logs (SR3-SP-12): a debug print says only that there is some.
impl fmt::Debug for HomeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HomeInfo(…)")
    }
}

impl fmt::Debug for ResidentInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentInfo(…)")
    }
}
