mod attacks;
pub mod company;
pub mod house;
mod passkeys;
mod rosters;
mod signing;
