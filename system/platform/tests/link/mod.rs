mod attacks;
mod bounds;
mod road;
