mod attacks;
pub mod company;
pub mod house;
mod line;
mod passkeys;
mod rosters;
mod signing;
