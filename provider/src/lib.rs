//! The Terraform provider `circuitbreaker/circuitbreaker`: monitors whose message carries circuit breaker callbacks.
//! Modules from the top layer down. Terraform's protocol lives in `tfplugin`, the message's format in `contract`.

mod provider;
mod functions;
mod data_sources;
mod monitor;
mod reach;
mod config;
mod validated;
mod timeouts;
mod names;
pub mod datadog;

pub use provider::{ADDRESS, CircuitBreaker};
