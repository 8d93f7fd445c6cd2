//! Signed statements that open a door (use case 2, ★★★), checked by whoever has to believe them.
//!
//! The statements themselves and their one spelling are `model/smart-home`'s `unlock`. Here are the algorithms: SHA-256,
//! WebAuthn assertions with ES256 on P-256, the roster's Ed25519 signature, the gateway's own P-256 signature. The
//! gateway uses all of it before it drives a lock; the call centre uses the same code to tell people early what the
//! gateway would refuse; `tomori audit verify` uses it years later.
//!
//! The order of belief: a pinned [`RootKey`] → a [`SignedRoster`] → three [`Assertion`]s in an [`UnlockBundle`] → an
//! [`Authority`]. Each arrow is one function that refuses by name.
//!
//! Architecture invariant: no clock, no I/O and no state. An [`Authority`] says that three people of the roster said these
//! words; whether the words are true *now* and *here* is the gateway's to decide (`system/gateway/src/unlock`).

#![forbid(unsafe_code)]

mod assertion;
mod attested;
mod authenticator;
mod authority;
mod bundle;
mod digest;
mod incident_file;
mod items;
mod registration;
pub mod rehearsal;
mod roster;

pub use assertion::{Assertion, Witnessed, check, is_on_curve};
pub use attested::{Attested, AttestedError, GatewayKey};
pub use authenticator::{Authenticator, Ceremony, Made};
pub use authority::{ARRIVAL_LIFE_MS, Authority, CLOCKS_DIFFER_MS, Counted, LONGEST_LIFE_MS, signed_by};
pub use bundle::{LARGEST_BUNDLE, Signed, UnlockBundle};
pub use digest::digest;
pub use incident_file::{Answer, IncidentFault, IncidentFile, Part, Story};
pub use registration::{
    ES256, LARGEST_ATTESTATION, LARGEST_CLIENT_DATA, NotRegistered, Registered, challenge_of, registered,
};
pub use roster::{RootKey, RootKeyError, RootSigner, RootSignerError, RosterRefused, SignedRoster};
