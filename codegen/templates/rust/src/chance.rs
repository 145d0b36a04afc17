//! Seeded randomness without a lock, for the guard's shares and the poller's jitter. Nothing here is fit for secrets.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A counter that is mixed into an even spread: each caller gets its own number, whatever the thread.
pub struct Chance(AtomicU64);

impl Chance {
    /// The same seed gives the same sequence.
    pub fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number in `0.0..1.0`.
    pub fn draw(&self) -> f64 {
        unit(self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Relaxed))
    }
}

/// A stable number in `0.0..1.0` for `key`: the same caller falls on the same side of a percentage.
pub fn of_key(key: impl Hash) -> f64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    unit(hasher.finish())
}

/// The finaliser of SplitMix64, cut to the 53 bits a float holds.
fn unit(mut z: u64) -> f64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
