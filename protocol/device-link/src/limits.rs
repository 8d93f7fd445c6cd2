//! How much may be said. Both ends know these; a device that says more is cut off, and told why where MQTT can tell.

/// The largest MQTT packet, in bytes. A discovery message of a device with a dozen entities fits.
pub const PACKET_BYTES: u32 = 16 * 1024;
/// The longest topic or topic filter, in bytes.
pub const TOPIC_BYTES: usize = 256;
/// Messages that wait for their acknowledgement, for each direction and connection.
pub const IN_FLIGHT: u16 = 16;
/// How long a device may be silent: its keep alive, in seconds. MQTT cuts it off after one and a half of it.
pub const KEEP_ALIVE_S: u16 = 30;
/// The longest keep alive that a device of the old version (3.1.1), which cannot be told ours, may have, in seconds.
pub const LONGEST_KEEP_ALIVE_S: u16 = 120;
/// The longest line of an enrolment, in bytes.
pub const ENROLMENT_BYTES: usize = 16 * 1024;
