//! The one clock every timer follows: the time it is made with plus an offset that only the conformance port moves. No timer
//! lives here.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// Milliseconds since 1970, shiftable; signatures alone are checked against the wall clock.
pub struct Clock {
    time: fn() -> i64,
    offset: AtomicI64,
    moved: watch::Sender<()>,
}

impl Default for Clock {
    /// The system's time.
    fn default() -> Self {
        Self::new(|| {
            let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)
        })
    }
}

impl Clock {
    /// A clock that goes by `time`, in milliseconds since 1970; tokio's timers must go by it too.
    pub fn new(time: fn() -> i64) -> Self {
        Self { time, offset: AtomicI64::new(0), moved: watch::Sender::new(()) }
    }

    /// Now, in milliseconds. Lock-free: the guard calls it on every request.
    pub fn now(&self) -> i64 {
        (self.time)().saturating_add(self.offset.load(SeqCst))
    }

    /// Moves the clock forward and wakes every sleeper, so that whatever became due happens now.
    pub fn advance(&self, ms: u32) {
        self.offset.fetch_add(ms.into(), SeqCst);
        self.moved.send_replace(());
    }

    /// Returns once `now()` has reached `at`.
    pub async fn sleep_until(&self, at: i64) {
        let mut moved = self.moved.subscribe();
        while let Ok(left @ 1..) = u64::try_from(at - self.now()) {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(left)) => {}
                _ = moved.changed() => {}
            }
        }
    }

    /// Sleeps for `ms` of this clock's time.
    pub async fn sleep(&self, ms: i64) {
        self.sleep_until(self.now() + ms).await;
    }
}
