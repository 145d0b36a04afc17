//! When a request is sent again, and after how long. A decision only; the client carries it out.
//!
//! A request that may be repeated (GET, PUT, DELETE, validation) is repeated after 5xx, 429 and a broken connection.
//! A creating POST is repeated only when the server cannot have carried it out: after 429, or when no connection was made.

use async_trait::async_trait;
use std::time::Duration;

/// Requests per call, the first one counted.
const MAX_ATTEMPTS: u32 = 5;
/// The longest time one call spends waiting, over all its attempts.
const PATIENCE: Duration = Duration::from_secs(120);
/// The first pause after a 5xx; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The passing of time, given in so that tests do not wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Returns after `pause`.
    async fn sleep(&self, pause: Duration);
}

/// Wall time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

/// Why another attempt could help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The server refused unseen and said when to come back.
    After(Duration),
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
    attempts: u32,
    waited: Duration,
}

impl Patience {
    pub(super) fn new(repeatable: bool) -> Self {
        Self {
            repeatable,
            attempts: 0,
            waited: Duration::ZERO,
        }
    }

    /// Counts an attempt that is about to be made and returns its number, from 1.
    pub(super) fn attempt(&mut self) -> u32 {
        self.attempts += 1;
        self.attempts
    }

    /// The pause before the next attempt, or `None` when there must be none.
    pub(super) fn pause(&mut self, again: Again) -> Option<Duration> {
        if self.attempts >= MAX_ATTEMPTS || self.in_doubt(again) {
            return None;
        }
        let pause = match again {
            Again::After(reset) => reset.max(FIRST_PAUSE),
            Again::Backoff { at_least, .. } => {
                let doubled = FIRST_PAUSE * 2_u32.pow(self.attempts.saturating_sub(1));
                at_least.unwrap_or_default().max(doubled)
            }
        };
        self.waited = self.waited.saturating_add(pause);
        (self.waited <= PATIENCE).then_some(pause)
    }

    /// True when the request may have been carried out and repeating it could carry it out twice.
    pub(super) fn in_doubt(&self, again: Again) -> bool {
        !self.repeatable
            && matches!(
                again,
                Again::Backoff {
                    processed: true,
                    ..
                }
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Again = Again::Backoff {
        at_least: None,
        processed: true,
    };

    fn pauses(repeatable: bool, again: Again) -> Vec<u64> {
        let mut patience = Patience::new(repeatable);
        let mut pauses = Vec::new();
        loop {
            patience.attempt();
            match patience.pause(again) {
                Some(pause) => pauses.push(pause.as_secs()),
                None => return pauses,
            }
        }
    }

    #[test]
    fn repeatable_requests_back_off_and_end() {
        assert_eq!(pauses(true, FAILED), [1, 2, 4, 8]);
        let asked = Again::Backoff {
            at_least: Some(Duration::from_secs(3)),
            processed: true,
        };
        assert_eq!(pauses(true, asked), [3, 3, 4, 8]);
    }

    #[test]
    fn a_create_is_repeated_only_when_it_cannot_have_happened() {
        assert_eq!(pauses(false, FAILED), [0; 0]);
        let unsent = Again::Backoff {
            at_least: None,
            processed: false,
        };
        assert_eq!(pauses(false, unsent), [1, 2, 4, 8]);
        assert_eq!(
            pauses(false, Again::After(Duration::from_secs(7))),
            [7, 7, 7, 7]
        );
    }

    #[test]
    fn the_reset_of_a_rate_limit_is_honoured_within_bounds() {
        assert_eq!(
            pauses(true, Again::After(Duration::from_secs(50))),
            [50, 50]
        );
        assert_eq!(
            pauses(true, Again::After(Duration::from_secs(3600))),
            [0; 0]
        );
        assert_eq!(pauses(true, Again::After(Duration::ZERO)), [1, 1, 1, 1]);
    }
}
