//! Photos that guards take at a house: part of their report, seen by the people of the case alone. What is kept is never
//! what was sent: only the pixels go on, into a JPEG that this server makes ([ADR 0170](../../../../docs/adr/0170-only-the-pixels-of-a-photo.md)).

pub mod picture;
mod service;
mod store;

pub use picture::{LARGEST_FILE, MOST_PIXELS, NotAPicture};
pub use service::{MOST_PHOTOS, Needs, Photo, PhotoError, Service};
