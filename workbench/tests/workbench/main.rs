//! The reports of the two sample services, and the way back from an edited workbook.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod hostile;
mod merge;
mod page;
mod sample;
mod tables;
mod workbook;
