//! The store of one process, for a laptop: the rules of `apply.lua` on maps. A restart forgets it; the known monitors heal it.

use super::{Contents, Item, Outcome, Store, StoreError, Update, fresh, override_field, wanted};
use crate::clock::Clock;
use crate::model::{Change, Entry, Event, Level, Mode, Override};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

pub struct MemoryStore {
    inner: Mutex<Inner>,
    clock: Arc<Clock>,
    hint: Notify,
}

#[derive(Default)]
struct Inner {
    seq: u64,
    contents: Contents,
    /// Event and the moment it was last handed out.
    pending: BTreeMap<u64, (Event, i64)>,
    emitted: u64,
}

impl Inner {
    fn emit(&mut self, event: Event, now: i64) -> Item {
        self.emitted += 1;
        self.pending.insert(self.emitted, (event.clone(), now));
        Item { id: self.emitted.to_string(), event }
    }

    /// One group's entry: a changed level is announced, and the lease is renewed either way.
    fn put(&mut self, update: &Update, group: &str, (mut entry, level): (Entry, Level), items: &mut Vec<Item>) {
        if level != entry.level {
            (entry.was, entry.level, entry.since) = (entry.level, level, update.now);
            let (breaker, monitor) = (update.breaker.clone(), update.monitor.clone());
            let change = Change { breaker, monitor, group: group.into(), from: entry.was, to: level, at: update.now };
            items.push(self.emit(Event::Change(change), update.now));
        }
        entry.lease = update.now + update.lease;
        if let Some(monitor) = self.contents.monitors.get_mut(&update.monitor) {
            monitor.groups.insert(group.into(), entry);
        }
    }
}

/// What an absent entry becomes: held, then closed, at last dropped.
fn absent(update: &Update, mut entry: Entry) -> Option<(Entry, Level)> {
    let since = *entry.absent.get_or_insert(update.now);
    match entry.level {
        level if update.now - since < update.absent_after => Some((entry, level)),
        Level::Closed => None,
        _ => Some((Entry { absent: Some(update.now), ..entry }, Level::Closed)),
    }
}

impl MemoryStore {
    pub fn new(clock: Arc<Clock>) -> Self {
        Self { inner: Mutex::default(), clock, hint: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn fence(&self) -> Result<u64, StoreError> {
        let mut inner = self.lock();
        inner.seq = (inner.seq + 1).max(u64::try_from(self.clock.now()).unwrap_or_default() * 1000);
        Ok(inner.seq)
    }

    async fn mark_dirty(&self, monitor: &str, now: i64) -> Result<(), StoreError> {
        self.lock().contents.monitors.entry(monitor.into()).or_default().dirty = now;
        Ok(())
    }

    async fn apply(&self, update: &Update) -> Result<Outcome, StoreError> {
        let (mut inner, mut items) = (self.lock(), Vec::new());
        let state = inner.contents.monitors.entry(update.monitor.clone()).or_default();
        state.tried = update.now;
        if update.seq <= state.applied {
            state.dirty = update.now;
            return Ok(Outcome { applied: false, items });
        }
        if state.breaker != update.breaker {
            state.groups.clear();
        }
        (state.applied, state.breaker, state.fails) = (update.seq, update.breaker.clone(), 0);
        state.source = update.source.clone();
        let mut stored = state.groups.clone();
        for (group, want) in &update.groups {
            let entry = Entry { absent: None, ..stored.remove(group).unwrap_or_else(|| fresh(update.now)) };
            let level = wanted(*want, entry.level);
            inner.put(update, group, (entry, level), &mut items);
        }
        for (group, entry) in stored.into_iter().filter(|_| update.complete) {
            match absent(update, entry) {
                Some(kept) => inner.put(update, &group, kept, &mut items),
                None => {
                    inner.contents.monitors.entry(update.monitor.clone()).or_default().groups.retain(|g, _| *g != group)
                }
            }
        }
        self.hint.notify_one();
        Ok(Outcome { applied: true, items })
    }

    async fn failed(&self, monitor: &str, now: i64, why: &str) -> Result<(), StoreError> {
        let mut inner = self.lock();
        let state = inner.contents.monitors.entry(monitor.into()).or_default();
        (state.tried, state.fails, state.source) = (now, state.fails + 1, why.into());
        self.hint.notify_one();
        Ok(())
    }

    async fn forget(&self, monitor: &str) -> Result<(), StoreError> {
        self.lock().contents.monitors.remove(monitor);
        self.hint.notify_one();
        Ok(())
    }

    async fn emit(&self, event: &Event) -> Result<Item, StoreError> {
        Ok(self.lock().emit(event.clone(), self.clock.now()))
    }

    async fn ack(&self, id: &str) -> Result<(), StoreError> {
        self.lock().pending.retain(|pending, _| pending.to_string() != id);
        Ok(())
    }

    async fn orphans(&self, idle: i64) -> Result<Vec<Item>, StoreError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let due = inner.pending.iter_mut().filter(|(_, (_, since))| now - *since >= idle);
        Ok(due
            .map(|(id, (event, since))| (*since = now, Item { id: id.to_string(), event: event.clone() }).1)
            .collect())
    }

    async fn set_override(&self, new: &Override) -> Result<Item, StoreError> {
        let mut inner = self.lock();
        match new.mode {
            Mode::Clear => inner.contents.overrides.remove(&override_field(new)),
            _ => inner.contents.overrides.insert(override_field(new), new.clone()),
        };
        self.hint.notify_one();
        Ok(inner.emit(Event::Override(new.clone()), self.clock.now()))
    }

    async fn load(&self) -> Result<Contents, StoreError> {
        Ok(self.lock().contents.clone())
    }

    async fn lead(&self, _ttl: i64) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn changed(&self) {
        self.hint.notified().await;
    }
}
