//! The ECHONET Lite Web API: devices and their properties in the shape that the consortium's guideline gives them.

pub mod model;
mod words;
