//! A service whose circuit breakers are opened and closed by Datadog monitors. Top layer first; a module uses those below it.

pub mod hooks;
pub mod server;
pub mod conformance;
pub mod admin;
pub mod callback;
pub mod heal;
pub mod reconcile;
pub mod outbox;
pub mod service;
pub mod hook;
pub mod guard;
pub mod snapshot;
pub mod mapping;
pub mod datadog;
pub mod store;
pub mod slots;
pub mod metrics;
pub mod config;
pub mod signature;
pub mod model;
pub mod chance;
pub mod clock;
