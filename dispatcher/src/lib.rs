//! The dispatcher: reads what Datadog put on the SNS topic and calls the URLs it names, signed.
//! One Lambda for every breaker; it holds no state and knows no breaker by name.

#[cfg(test)]
mod random;
pub mod check;
pub mod replay;
pub mod serve;
pub mod start;
pub mod handle;
pub mod callback;
pub mod secrets;
mod client;
pub mod dial;
pub mod tls;
pub mod metrics;
pub mod envelope;
pub mod trace;
pub mod config;
pub mod keys;
pub mod policy;
pub mod log;
#[cfg(target_env = "musl")]
mod memory;
