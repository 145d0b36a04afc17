//! The user's own.
