//! Whole systems in one test.
