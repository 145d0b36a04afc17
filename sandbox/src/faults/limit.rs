//! Datadog's rate limit: so many requests in each window of time, counted over all routes.

use serde::{Deserialize, Serialize};

use super::FaultError;

/// A limit, and how much of it is used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    limit: u64,
    /// The length of a window, in seconds of wall time.
    period_s: u64,
    /// The current window, counted from the epoch, and its requests.
    #[serde(skip)]
    used: (u64, u64),
}

/// What the five headers of an answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) limit: u64,
    pub(crate) period_s: u64,
    pub(crate) remaining: u64,
    /// Seconds until the window ends, rounded up.
    pub(crate) reset_s: u64,
    /// The limit was used up before this request.
    pub(crate) refused: bool,
}

impl RateLimit {
    pub(super) fn check(&self) -> Result<(), FaultError> {
        match (self.limit, self.period_s) {
            (0, _) | (_, 0) => Err(FaultError::Limit),
            _ => Ok(()),
        }
    }

    /// Counts a request. One that is refused uses up nothing.
    pub(crate) fn take(&mut self, wall_ms: u64) -> Quota {
        let period_ms = self.period_s.saturating_mul(1000);
        let window = wall_ms / period_ms;
        if self.used.0 != window {
            self.used = (window, 0);
        }
        let refused = self.used.1 >= self.limit;
        if !refused {
            self.used.1 += 1;
        }
        Quota {
            limit: self.limit,
            period_s: self.period_s,
            remaining: self.limit - self.used.1,
            reset_s: (period_ms - wall_ms % period_ms).div_ceil(1000),
            refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_so_many_through_and_the_next_as_many_again() {
        let mut limit = RateLimit {
            limit: 2,
            period_s: 10,
            used: (0, 0),
        };
        let taken = [50_000, 53_500, 59_999, 60_000].map(|ms| {
            let quota = limit.take(ms);
            (quota.remaining, quota.reset_s, quota.refused)
        });
        assert_eq!(
            taken,
            [(1, 10, false), (0, 7, false), (0, 1, true), (1, 10, false)]
        );
    }
}
