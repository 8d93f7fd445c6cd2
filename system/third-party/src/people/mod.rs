//! The people of the security company: operators, supervisors, guards, administrators, and how they prove who they are
//! (SR2-SP-2, SR2-SP-3, SR2-A-1). Names and addresses are sealed under a key that is not in the database.

pub mod model;
mod service;
mod store;

pub use model::{Purpose, Role, Viewer};
pub use service::{
    Acceptance, Founder, Invited, MOST_STAFF, Needs, NewStaff, OpenInvitation, PasswordChange, PeopleError, Service,
    SignIn, SignedIn, StaffState, StaffSummary,
};
