//! My hooks.
