//! Coalescing: while one monitor is being read, later callers wait and share the next reading.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;

/// A reading serves a caller only if it began after the caller came: an earlier one may have missed the cause.
#[derive(Default)]
struct Slot<T> {
    tickets: AtomicU64,
    /// The last ticket that the last reading serves, and its result.
    done: Mutex<Option<(u64, T)>>,
}

/// One slot a key.
pub struct Slots<T>(std::sync::Mutex<HashMap<String, Arc<Slot<T>>>>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(std::sync::Mutex::default())
    }
}

impl<T: Clone> Slots<T> {
    /// Runs `read` for `key`, or shares the result of another caller's run that began after this call.
    pub async fn share(&self, key: &str, read: impl Future<Output = T>) -> T {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Slot { tickets: AtomicU64::new(0), done: Mutex::new(None) };
            slots.entry(key.to_owned()).or_insert_with(|| Arc::new(fresh())).clone()
        };
        let ticket = slot.tickets.fetch_add(1, SeqCst) + 1;
        let mut done = slot.done.lock().await;
        if let Some((_, result)) = done.as_ref().filter(|(served, _)| *served >= ticket) {
            return result.clone();
        }
        let serves = slot.tickets.load(SeqCst);
        let result = read.await;
        *done = Some((serves, result.clone()));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn callers_share_a_reading_that_began_after_they_came() {
        let (slots, reads, gate) = (Slots::default(), AtomicU32::new(0), Semaphore::new(0));
        let read = || async {
            let reading = reads.fetch_add(1, SeqCst) + 1;
            gate.acquire().await.unwrap().forget();
            reading
        };
        // `join!` polls in order: one reads, two and three queue, another key is read at once, then the gate opens.
        let (one, two, three, other, ()) = tokio::join!(
            slots.share("11", read()),
            slots.share("11", read()),
            slots.share("11", read()),
            slots.share("12", async { 100 }),
            async { gate.add_permits(10) },
        );
        assert_eq!((one, two, three, other), (1, 2, 2, 100));
        assert_eq!(slots.share("11", read()).await, 3, "a later caller reads anew");
    }
}
