//! Waiting for a condition. No other module of the tests may sleep.

use std::time::{Duration, Instant};

/// How long a condition may take before the wait gives up: long, because it only guards against a
/// hang and must not fail on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `condition` until it answers `Some`, and returns what it answered.
///
/// # Errors
/// After [`PATIENCE`]: what was waited for.
pub fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return Ok(value);
        }
        if start.elapsed() > PATIENCE {
            anyhow::bail!("waited {PATIENCE:?} in vain for: {what}");
        }
        std::thread::sleep(Duration::from_millis(15));
    }
}
