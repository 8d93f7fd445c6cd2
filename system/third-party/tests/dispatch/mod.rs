mod skills;
pub mod walk;
