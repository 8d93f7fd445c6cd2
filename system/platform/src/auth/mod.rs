//! Who may speak to the platform (認証サーバ): home gateways, residents and operators, servers of security companies.

pub mod companies;
mod enrolment;
pub mod gateways;
pub mod people;

pub use enrolment::EnrolmentCode;
