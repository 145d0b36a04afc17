//! Virtual time: milliseconds that pass only when every task waits. One schedule runs on one thread, which keeps its own.

use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

thread_local!(static START: Cell<Option<Instant>> = const { Cell::new(None) });

/// 2026-01-01, the moment at which each schedule starts: the service's clock is a wall clock.
const EPOCH: i64 = 1_767_225_600_000;

/// The service's clock: milliseconds since 1970.
pub(crate) fn wall() -> i64 {
    EPOCH + now()
}

/// The service's clock at a moment of the schedule.
pub(crate) fn wall_at(at: i64) -> i64 {
    EPOCH + at
}

/// Milliseconds since the schedule's start.
pub(crate) fn now() -> i64 {
    let start = START.get().unwrap_or_else(Instant::now);
    i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// Returns at `at`, or at once if that has passed.
pub(crate) async fn sleep_until(at: i64) {
    sleep(at - now()).await;
}

/// Returns after `ms`.
pub(crate) async fn sleep(ms: i64) {
    tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
}

/// Runs one schedule's future in a time of its own that starts at 0.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(async {
        START.set(Some(Instant::now()));
        future.await
    }))
}
