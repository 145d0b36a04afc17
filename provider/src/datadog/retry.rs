//! When a request is sent again, and after how long. A decision only; the client carries it out.
//!
//! A request that may be repeated (GET, PUT, DELETE, validation) is repeated after 5xx, an HTML page and a broken
//! connection. A creating POST is repeated only when the server cannot have carried it out: when no connection was
//! made. What a rate limit refused was not carried out, so it is repeated whatever it is, as long as the process as a
//! whole gets on (`pacer`).

use std::time::Duration;

/// Requests per call that may fail, the first one counted; those that a rate limit refused are not.
const MAX_FAILURES: u32 = 5;
/// The longest time one call spends waiting after failures.
const PATIENCE: Duration = Duration::from_secs(120);
/// The first pause at its longest; each later one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after a 429 that does not say when its limit resets.
const UNTOLD_RESET: Duration = Duration::from_secs(30);

/// Why another attempt could help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// A rate limit refused the request unseen, and may have said when it resets.
    Limited(Option<Duration>),
    /// The server or the way to it failed; `processed`: the request may have been carried out.
    Backoff {
        at_least: Option<Duration>,
        processed: bool,
    },
}

/// How one call has fared so far.
#[derive(Debug)]
pub(super) struct Patience {
    repeatable: bool,
    failures: u32,
    refusals: u32,
    waited: Duration,
}

impl Patience {
    pub(super) fn new(repeatable: bool) -> Self {
        Self {
            repeatable,
            failures: 0,
            refusals: 0,
            waited: Duration::ZERO,
        }
    }

    /// The pause before the next attempt, or `None` when there must be none. `draw` is from 0 to 1: full jitter.
    pub(super) fn pause(&mut self, again: Again, draw: f64) -> Option<Duration> {
        let Again::Backoff { at_least, .. } = again else {
            return Some(self.limited(again, draw));
        };
        self.failures += 1;
        if self.failures >= MAX_FAILURES || self.in_doubt(again) {
            return None;
        }
        let ceiling = FIRST_PAUSE * 2_u32.pow(self.failures - 1);
        let pause = at_least.unwrap_or_default().max(ceiling.mul_f64(draw));
        self.waited = self.waited.saturating_add(pause);
        (self.waited <= PATIENCE).then_some(pause)
    }

    /// Until the limit resets; without word of that, at least a second and ever longer.
    fn limited(&mut self, again: Again, draw: f64) -> Duration {
        if let Again::Limited(Some(reset)) = again {
            return reset.max(FIRST_PAUSE);
        }
        let ceiling = FIRST_PAUSE * 2_u32.saturating_pow(self.refusals.saturating_add(1));
        self.refusals = self.refusals.saturating_add(1);
        ceiling.min(UNTOLD_RESET).mul_f64(draw).max(FIRST_PAUSE)
    }

    /// True when the request may have been carried out and repeating it could carry it out twice.
    pub(super) fn in_doubt(&self, again: Again) -> bool {
        let processed = matches!(
            again,
            Again::Backoff {
                processed: true,
                ..
            }
        );
        !self.repeatable && processed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Again = Again::Backoff {
        at_least: None,
        processed: true,
    };

    /// The first six pauses, in milliseconds.
    fn pauses(repeatable: bool, again: Again, draw: f64) -> Vec<u128> {
        let mut patience = Patience::new(repeatable);
        let pauses = std::iter::from_fn(|| patience.pause(again, draw));
        pauses.take(6).map(|pause| pause.as_millis()).collect()
    }

    #[test]
    fn repeatable_requests_back_off_with_full_jitter_and_end() {
        assert_eq!(pauses(true, FAILED, 1.0), [1000, 2000, 4000, 8000]);
        assert_eq!(pauses(true, FAILED, 0.25), [250, 500, 1000, 2000]);
        assert_eq!(pauses(true, FAILED, 0.0), [0; 4]);
        let asked = |seconds| Again::Backoff {
            at_least: Some(Duration::from_secs(seconds)),
            processed: true,
        };
        assert_eq!(pauses(true, asked(3), 1.0), [3000, 3000, 4000, 8000]);
        assert_eq!(pauses(true, asked(50), 1.0), [50_000, 50_000]);
    }

    #[test]
    fn a_create_is_repeated_only_when_it_cannot_have_happened() {
        assert_eq!(pauses(false, FAILED, 1.0), [0; 0]);
        let unsent = Again::Backoff {
            at_least: None,
            processed: false,
        };
        assert_eq!(pauses(false, unsent, 1.0), [1000, 2000, 4000, 8000]);
        let limited = Again::Limited(Some(Duration::from_secs(7)));
        assert_eq!(pauses(false, limited, 1.0), [7000; 6]);
    }

    #[test]
    fn a_rate_limit_is_waited_out_told_or_not() {
        let told = |seconds| Again::Limited(Some(Duration::from_secs(seconds)));
        assert_eq!(pauses(true, told(50), 0.0), [50_000; 6]);
        assert_eq!(pauses(true, told(0), 0.0), [1000; 6]);
        let untold = Again::Limited(None);
        let longest = [2000, 4000, 8000, 16_000, 30_000, 30_000];
        assert_eq!(pauses(true, untold, 1.0), longest);
        assert_eq!(pauses(true, untold, 0.0), [1000; 6]);
    }
}
