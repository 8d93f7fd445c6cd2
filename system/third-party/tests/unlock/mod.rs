pub mod company;
mod passkeys;
mod rosters;
