//! The shutter service (T2-4 steps 1 and 2): residents' schedules, and instructing the house when they come due.

pub mod model;
