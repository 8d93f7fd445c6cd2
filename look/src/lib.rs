//! The design system: tokens, components and page shell every screen shares.
