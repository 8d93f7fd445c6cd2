mod attacks;
mod bounds;
mod road;
mod unlocks;
