//! The one command, and the only place where the boxes of the system are put together: the demo, each box alone,
//! the residents' app over the platform and over the gateway, and the tools for audit logs.

pub mod cli;
pub mod words;
