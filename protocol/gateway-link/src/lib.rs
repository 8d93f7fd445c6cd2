//! What a home gateway and the platform say to each other.
