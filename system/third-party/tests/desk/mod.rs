mod attacks;
mod people;
mod roles;
