//! `cb-gen` as a library: it writes the service side of a breaker, and verifies one. One straight line goes from the top to the
//! bottom: `cli` reads the arguments, `scaffold` checks, renders, plans and writes; `update` does the same for
//! a service that was edited since. Only `verify` talks to a network.

pub mod cli;
pub mod verify;
mod list;
pub mod update;
pub mod scaffold;
mod project;
pub mod merge;
pub mod ejected;
pub mod lint;
pub mod config;
pub mod templates;
mod template;
mod context;
pub mod licence;
pub mod lang;
pub mod disk;
pub mod error;
pub mod fault;
