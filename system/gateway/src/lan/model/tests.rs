mod adoption;
mod attacks;
mod house;
mod random;
mod requests;
mod truth;
