mod emergency;
mod messages;
mod photos;
mod skills;
pub mod walk;
