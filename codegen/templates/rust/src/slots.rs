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
