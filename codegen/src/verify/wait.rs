//! Waiting for a condition, with a bound. No other module of the suite may sleep.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::error::Failure;

const STEP: Duration = Duration::from_millis(15);

/// Returns when a schedule says so; at once if that is past.
pub(super) async fn at(due: Instant) {
    sleep_until(due).await;
}

/// Asks `condition` until it answers `Some`, and returns what it answered. `patience` only guards against a hang: what comes, comes
/// at once.
///
/// # Errors
/// What the condition fails with, or after `patience` what was waited for.
pub(super) async fn until<T>(
    patience: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let start = Instant::now();
    loop {
        if let Some(value) = condition().await? {
            return Ok(value);
        }
        if start.elapsed() > patience {
            return Err(Failure(format!("waited {patience:?} in vain: {what}")));
        }
        sleep(STEP).await;
    }
}
