mod attacks;
mod password;
mod people;
mod roles;
