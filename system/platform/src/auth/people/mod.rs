//! People: residents and operators, how they prove who they are, and what that opens (SR2-SP-2, SR2-SP-3, SR2-A-1).
//!
//! This room holds ids, hashes and sealed second factors. Names and addresses live in `personal_info`; whoever steals
//! these tables learns nobody's name and opens no session.

pub mod model;

mod service;
mod store;

pub use model::{Lifetime, Person, Proof, Purpose, Role, Scope, SessionTimes, Viewer};
pub use service::{
    Acceptance, AccountState, Founder, GrantSummary, Invited, IssuedGrant, IssuedToken, MOST_GRANTS,
    MOST_KNOWN_DEVICES, MOST_RESIDENTS, MOST_SESSIONS, MOST_TOKENS, Needs, NewPerson, NewToken, OpenInvitation,
    PeopleError, PersonSummary, Service, SessionSummary, SignIn, SignInError, SignedIn, TokenSummary, Tries,
};
pub use tomori_runtime::sign_in::{Login, LoginError, hashing, lockout, password, secret, totp};
