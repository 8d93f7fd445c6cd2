//! The room with real signatures, a real sealed memory, a clock that is moved by hand, and a lock that counts.

mod attacks;
mod crashes;
mod house;
mod relocking;
