//! Makes ready what lives as long as the process: the settings, the keys, the client. What is
//! unusual about them is said in the log.

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::callback::{Caller, Setup};
use crate::config::{Config, ConfigError, Lookup};
use crate::log::{self, Level};
use crate::secrets::{self, SecretError};
use crate::tls::TlsError;

/// Why the dispatcher cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keys cannot be fetched.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The client cannot be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Reads the settings through `lookup`, fetches the keys, and makes the client.
pub async fn start(lookup: Lookup<'_>) -> Result<Arc<Caller>, StartError> {
    let started = try_start(lookup).await;
    if let Err(error) = &started {
        failed("cannot start", &error.to_string());
    }
    started
}

/// Logs why the process ends.
fn failed(msg: &str, reason: &str) {
    log::line(Level::Error, msg, &json!({ "reason": reason }));
}

/// Of a runtime that came to its end; logs why, if it did not mean to.
pub fn exit_code(ended: Result<(), impl Display>) -> ExitCode {
    let Err(error) = ended else {
        return ExitCode::SUCCESS;
    };
    failed("the runtime gave up", &error.to_string());
    ExitCode::FAILURE
}

/// Logs where the server listens.
pub fn ready(address: SocketAddr) {
    let said = json!({ "address": address.to_string() });
    log::line(Level::Info, "listening", &said);
}

async fn try_start(lookup: Lookup<'_>) -> Result<Arc<Caller>, StartError> {
    let fetched = secrets::fetch(lookup).await?;
    let config = Config::read(&|name| match (name, &fetched) {
        ("CB_SIGNING_KEYS", Some(keys)) => Some(keys.clone()),
        _ => lookup(name),
    })?;
    for warning in config.warnings() {
        log::line(Level::Warn, &warning, &json!({}));
    }
    Ok(Arc::new(Caller::new(config, Setup::new(unix_now))?))
}

/// The wall clock, in seconds since 1970.
pub fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
