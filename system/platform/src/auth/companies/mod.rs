//! The servers of security companies: how they become a company's, stay it and cease to be (EP③; SR2-SP-5).
//!
//! The certificates come from the same authority as those of gateways and are of another kind: what they name is a
//! company, so that neither opens the other's door.

mod model;
mod service;
mod store;

pub use model::{Denied, Identity, Link};
pub use service::{CompanyError, EnrolError, Enrolled, Needs, RenewError, Renewed, Service};
