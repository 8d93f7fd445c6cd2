//! How much either side may say. The receiver holds the sender to these; whoever exceeds one broke the contract.

/// Events in one batch.
pub const BATCH_EVENTS: usize = 500;
/// Bytes of one batch as encoded.
pub const BATCH_BYTES: usize = 256 * 1024;
/// Bytes of any message as encoded; what the gRPC layer is set to, both when sending and when receiving.
pub const MESSAGE_BYTES: usize = 1024 * 1024;
/// Characters of the name and version of a gateway's software.
pub const SOFTWARE_CHARS: usize = 80;
/// Characters of a gateway's maker, model and serial number.
pub const HARDWARE_CHARS: usize = 120;
/// Characters of the secret part of an enrolment code.
pub const CODE_CHARS: usize = 64;
/// Bytes of a certificate request.
pub const CSR_BYTES: usize = 8 * 1024;
/// Bytes of one certificate.
pub const CERTIFICATE_BYTES: usize = 8 * 1024;
/// Certificates in one chain.
pub const CHAIN_CERTIFICATES: usize = 4;
/// Characters of an address in the house or of the platform.
pub const ADDRESS_CHARS: usize = 128;
/// Characters of the detail of a goodbye.
pub const DETAIL_CHARS: usize = 400;
/// The longest time a goodbye may keep a gateway away, in milliseconds: one hour.
pub const RETRY_AFTER_MS: u32 = 3_600_000;
/// Batches that may be under way unacknowledged.
pub const BATCHES_IN_FLIGHT: usize = 4;
/// Commands that may be under way to one gateway.
pub const COMMANDS_IN_FLIGHT: usize = 64;
/// Names and addresses of a gateway inside the house.
pub const LOCAL_NAMES: usize = 8;
/// Bytes of a bundle that asks for a lock to be opened.
pub const UNLOCK_BUNDLE_BYTES: usize = 16 * 1024;
/// Bytes of a security company's signed roster.
pub const ROSTER_BYTES: usize = 512 * 1024;
