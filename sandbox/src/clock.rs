//! Time: the wall clock that real processes read, and the virtual clock that drives the sandbox's own delays.
//! The only module that reads a clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One instant on both clocks, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// What a real process reads: headers, timestamps of monitors and groups.
    pub(crate) wall_ms: u64,
    /// `start + wall elapsed × speed + advanced`: due times of retries, and nothing else.
    pub(crate) virtual_ms: u64,
}

impl Moment {
    /// Wall time in whole seconds, the unit of Datadog's group timestamps.
    pub(crate) fn wall_s(self) -> u64 {
        self.wall_ms / 1000
    }
}

/// The pair of clocks. Both start at the wall time at which it was made.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    start_ms: u64,
    speed: f64,
    advanced_ms: AtomicU64,
    /// Both clocks stand still here while a run is played again.
    held: Mutex<Option<Moment>>,
}

impl Clock {
    /// A clock whose virtual side runs `speed` times as fast as the wall (`speed` > 0).
    pub(crate) fn start(speed: f64) -> Self {
        let start = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            start_ms: whole_ms(start),
            speed,
            advanced_ms: AtomicU64::new(0),
            held: Mutex::new(None),
        }
    }

    /// Now, on both clocks.
    pub(crate) fn now(&self) -> Moment {
        if let Some(held) = *self.held.lock().unwrap_or_else(PoisonError::into_inner) {
            return held;
        }
        let elapsed = self.started.elapsed();
        let advanced = self.advanced_ms.load(Ordering::Relaxed);
        Moment {
            wall_ms: self.start_ms + whole_ms(elapsed),
            virtual_ms: self.start_ms + whole_ms(elapsed.mul_f64(self.speed)) + advanced,
        }
    }

    /// Lets both clocks stand still at a moment, from now on.
    pub(crate) fn hold(&self, at: Moment) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Moves the virtual clock forward; whoever waits for a due time must be woken afterwards.
    pub(crate) fn advance(&self, ms: u64) {
        self.advanced_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// How long to wait, in wall time, until the virtual clock shows `due_ms`.
    pub(crate) fn until(&self, due_ms: u64) -> Duration {
        let left = due_ms.saturating_sub(self.now().virtual_ms);
        Duration::from_millis(left).div_f64(self.speed)
    }

    /// The factor between the two clocks.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// Milliseconds added by [`Clock::advance`] so far.
    pub(crate) fn advanced_ms(&self) -> u64 {
        self.advanced_ms.load(Ordering::Relaxed)
    }
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn utc(ms: u64) -> OffsetDateTime {
    let nanos = i128::from(ms) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `2025-12-11T15:09:20.778000+00:00`: Datadog's `created` and `modified`.
pub(crate) fn iso_micros(ms: u64) -> String {
    let t = utc(ms);
    format!(
        "{}T{:02}:{:02}:{:02}.{:06}+00:00",
        t.date(),
        t.hour(),
        t.minute(),
        t.second(),
        t.microsecond()
    )
}

/// `2025-12-11T15:09:20+00:00`: Datadog's `overall_state_modified`.
pub(crate) fn iso_seconds(ms: u64) -> String {
    let t = utc(ms);
    format!(
        "{}T{:02}:{:02}:{:02}+00:00",
        t.date(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// `2025-12-11T15:09:20.778Z`: the `Timestamp` of an SNS record.
pub(crate) fn iso_millis_z(ms: u64) -> String {
    let t = utc(ms);
    format!(
        "{}T{:02}:{:02}:{:02}.{:03}Z",
        t.date(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    )
}

/// `Thu Dec 11 2025 15:09:20 UTC`: the time in Datadog's sentences.
pub(crate) fn sentence(ms: u64) -> String {
    let t = utc(ms);
    let (weekday, month) = (t.weekday().to_string(), t.month().to_string());
    format!(
        "{:.3} {:.3} {:02} {} {:02}:{:02}:{:02} UTC",
        weekday,
        month,
        t.day(),
        t.year(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_services_write_them() {
        let ms = 1_765_465_760_778;
        assert_eq!(iso_micros(ms), "2025-12-11T15:09:20.778000+00:00");
        assert_eq!(iso_seconds(ms), "2025-12-11T15:09:20+00:00");
        assert_eq!(iso_millis_z(ms), "2025-12-11T15:09:20.778Z");
        assert_eq!(sentence(ms), "Thu Dec 11 2025 15:09:20 UTC");
    }

    #[test]
    fn advancing_moves_the_virtual_clock_only() {
        let clock = Clock::start(1.0);
        let before = clock.now();
        clock.advance(60_000);
        let after = clock.now();
        assert!(after.virtual_ms - before.virtual_ms >= 60_000);
        assert!(after.virtual_ms - after.wall_ms >= 60_000);
        assert_eq!(clock.until(after.virtual_ms), Duration::ZERO);
    }

    #[test]
    fn a_faster_clock_waits_less() {
        let clock = Clock::start(1000.0);
        assert!(clock.until(clock.now().virtual_ms + 60_000) <= Duration::from_millis(60));
    }
}
