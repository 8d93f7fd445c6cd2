mod emergency;
mod messages;
mod skills;
pub mod walk;
