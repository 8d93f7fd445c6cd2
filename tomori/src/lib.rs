//! The one command.
