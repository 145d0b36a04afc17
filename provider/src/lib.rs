//! `provider`: see docs/architecture.md.
