//! What this process knows of monitors by their ids: which its resources hold, which were there before it made any,
//! and whose turn it is to make the next of several equal ones. No rule about adopting is here; see `create`.

use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, OnceCell, OwnedMutexGuard};

/// So many names are looked up one by one, as an apply of a few monitors does in an organization of many. After them,
/// one list of everything is cheaper.
const FEW: usize = 3;

/// Ids of monitors, shared by those who wait for the same list.
pub(super) type Ids = Arc<BTreeSet<String>>;
type Turns = HashMap<u64, Arc<AsyncMutex<()>>>;

/// Shared by all requests of a client.
#[derive(Default)]
pub(super) struct Ledger {
    held: Mutex<BTreeSet<String>>,
    turns: Mutex<Turns>,
    first: Mutex<BTreeSet<String>>,
    named: Mutex<HashMap<String, Arc<OnceCell<Ids>>>>,
    all: OnceCell<Option<Ids>>,
}

impl Ledger {
    /// Notes that a resource holds the monitor. False when one did before.
    pub(super) fn claim(&self, id: &str) -> bool {
        locked(&self.held).insert(id.to_owned())
    }

    /// Whether a resource holds the monitor.
    pub(super) fn is_held(&self, id: &str) -> bool {
        locked(&self.held).contains(id)
    }

    /// Waits until no other create of this process can make a monitor that equals this one, and keeps it so until the
    /// guard is dropped. Bodies that Datadog stores alike share these three texts; a chance collision only costs time.
    pub(super) async fn turn(&self, body: &Value) -> OwnedMutexGuard<()> {
        let mut hasher = DefaultHasher::new();
        for field in ["name", "query", "message"] {
            body[field].as_str().map(str::trim).hash(&mut hasher);
        }
        let turn = locked(&self.turns)
            .entry(hasher.finish())
            .or_default()
            .clone();
        turn.lock_owned().await
    }

    /// Whether the name is one of the first few; see [`FEW`].
    pub(super) fn is_of_few(&self, name: &str) -> bool {
        let mut first = locked(&self.first);
        let room = first.len() < FEW;
        first.contains(name) || (room && first.insert(name.to_owned()))
    }

    /// The place for the ids of all monitors; `None` in it when there are too many.
    pub(super) fn all(&self) -> &OnceCell<Option<Ids>> {
        &self.all
    }

    /// The place for the ids of the monitors of this name.
    pub(super) fn of_name(&self, name: &str) -> Arc<OnceCell<Ids>> {
        locked(&self.named)
            .entry(name.to_owned())
            .or_default()
            .clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_monitor_is_claimed_once() {
        let ledger = Ledger::default();
        assert!(!ledger.is_held("1"));
        assert!(ledger.claim("1") && !ledger.claim("1"));
        assert!(ledger.is_held("1") && !ledger.is_held("2"));
    }

    #[test]
    fn few_names_have_their_own_list_and_many_share_one() {
        let ledger = Ledger::default();
        let few = ["a", "b", "c", "d", "e", "a"].map(|name| ledger.is_of_few(name));
        assert_eq!(few, [true, true, true, false, false, true]);
        assert!(Arc::ptr_eq(&ledger.of_name("a"), &ledger.of_name("a")));
        assert!(!Arc::ptr_eq(&ledger.of_name("a"), &ledger.of_name("b")));
    }

    #[tokio::test]
    async fn only_equal_bodies_wait_for_each_other() {
        let ledger = Ledger::default();
        let body = |name: &str, tag: &str| json!({"name": name, "query": "q", "message": "m", "tags": [tag]});
        let held = ledger.turn(&body("a", "x")).await;
        let _other = ledger.turn(&body("b", "x")).await;
        let like = body(" a ", "y");
        let mut waiting = std::pin::pin!(ledger.turn(&like));
        let first = std::future::poll_fn(|cx| std::task::Poll::Ready(waiting.as_mut().poll(cx)));
        assert!(first.await.is_pending());
        drop(held);
        waiting.await;
    }
}
