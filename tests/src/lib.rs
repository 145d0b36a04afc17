//! What the stories and the demo are built of: real processes, and small clients to talk to them.
//!
//! Nothing here re-implements a part of the product: each module starts the real thing and asks it.
//! `tidy` stands apart: the house rules, read from the source tree.

pub mod tidy;
pub mod schema_provider;
pub mod demo;
pub mod closed_loop;
pub mod bench;
pub mod bench_dispatcher;
pub mod chain;
pub mod terraform;
pub mod service;
pub mod sandbox;
pub mod callback_target;
pub mod redis;
pub mod process;
pub mod http;
pub mod tools;
pub mod wait;
