//! The ECHONET Lite Web API: devices and their properties in the shape that the consortium's guideline gives them.

pub(super) mod http;
mod model;
mod words;
