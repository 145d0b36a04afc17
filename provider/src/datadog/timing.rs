//! Time and chance, both given in, so that tests neither wait nor guess; and how long the client may take.

use async_trait::async_trait;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The passing of time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now; never earlier than what it said before.
    fn now(&self) -> Instant;
    /// Returns after `pause`.
    async fn sleep(&self, pause: Duration);
}

/// Wall time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

/// Numbers nobody can foresee, for pauses that must not fall together. Nothing here is fit for secrets.
pub trait Chance: Send + Sync {
    /// The next number from 0 to 1, both included.
    fn draw(&self) -> f64;
}

/// The chance of the standard library's hash maps, whose keys differ from call to call.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn draw(&self) -> f64 {
        let bits = RandomState::new().hash_one(());
        // The 32 upper bits: more than any pause can tell apart.
        f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
    }
}

/// What decides how long a request may take.
#[derive(Clone)]
pub struct Timing {
    /// Measures and waits.
    pub clock: Arc<dyn Clock>,
    /// Spreads repeated requests.
    pub chance: Arc<dyn Chance>,
    /// From sending one request to the last byte of its answer.
    pub request_timeout: Duration,
    /// How long rate limits may let nothing at all through before requests fail; also the longest wait for one.
    pub patience: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_stay_within_bounds() {
        let draws: Vec<f64> = (0..100).map(|_| SystemChance.draw()).collect();
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
        assert!(draws.iter().any(|draw| *draw < 0.5) && draws.iter().any(|draw| *draw > 0.5));
    }
}
