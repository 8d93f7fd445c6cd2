mod accounts;
mod attacks;
mod tokens;
