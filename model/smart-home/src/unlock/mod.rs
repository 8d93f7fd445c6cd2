//! What is said before a door opens from afar (use case 2, table 2-5): typed statements and their one spelling.
//!
//! No single server can open the door. Authority is carried by statements that people sign with their own passkeys
//! and that the last box before the lock checks by itself; the boxes between carry bytes (T3-10 EP①, EP③, EP⑤).
//!
//! | Statement | Who signs | With |
//! |---|---|---|
//! | [`IncidentOpened`] | the gateway | its identity key |
//! | [`Arrival`] | the guard | a passkey |
//! | [`UnlockRequest`] | the operator | a passkey |
//! | [`UnlockApproval`] | the supervisor | a passkey |
//! | [`Roster`] | the security company | its offline root |
//! | [`Receipt`], [`RefusalNotice`] | the gateway | its identity key |
//!
//! Architecture invariant: a statement has exactly one spelling. [`Statement::to_bytes`] writes it, and
//! [`Statement::from_bytes`] reads that and nothing else, so that "the hash of the statement" means one thing.
//!
//! Hashing and signatures are not here: this crate is pure and knows no algorithm. `protocol/unlock` has them.

pub mod cbor;
mod people;
mod receipt;
mod refusal;
mod roster;
mod statement;
mod statements;
mod words;

pub use people::{NotThreePeople, Role, Trio};
pub use receipt::{Outcome, Receipt, RefusalNotice};
pub use refusal::{Doubt, Refusal};
pub use roster::{CredentialId, Member, Passkey, PasskeyState, PublicPoint, Roster};
pub use statement::{Statement, Unreadable};
pub use statements::{Arrival, IncidentOpened, UnlockApproval, UnlockRequest};
pub use words::{Attestation, Digest, GatewayCode, UnixMillis};
