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

/// Where the ids of a list go, once.
pub(super) type Place = Arc<OnceCell<BTreeSet<String>>>;
type Turns = HashMap<u64, Arc<AsyncMutex<()>>>;

/// Shared by all requests of a client.
#[derive(Default)]
pub(super) struct Ledger {
    held: Mutex<BTreeSet<String>>,
    turns: Mutex<Turns>,
    named: Mutex<HashMap<String, Place>>,
    all: Place,
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

    /// The place for the ids of the monitors that were there before the process made one of this name, and whether
    /// that list is of this name alone; else it is of everything.
    pub(super) fn before(&self, name: &str) -> (Place, bool) {
        let mut named = locked(&self.named);
        if named.len() < FEW || named.contains_key(name) {
            return (named.entry(name.to_owned()).or_default().clone(), true);
        }
        (self.all.clone(), false)
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
        let own = ["a", "b", "c", "d", "e", "a"].map(|name| ledger.before(name).1);
        assert_eq!(own, [true, true, true, false, false, true]);
        assert!(Arc::ptr_eq(&ledger.before("d").0, &ledger.before("e").0));
        assert!(Arc::ptr_eq(&ledger.before("a").0, &ledger.before("a").0));
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
