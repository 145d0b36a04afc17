//! The dispatcher: reads what Datadog put on the SNS topic and calls the URLs it names, signed.
//! One Lambda for every breaker; it holds no state and knows no breaker by name.

pub mod check;
pub mod handle;
pub mod callback;
mod client;
mod dial;
pub mod envelope;
pub mod config;
pub mod policy;
pub mod log;
