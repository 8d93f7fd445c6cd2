mod messages;
mod skills;
pub mod walk;
