//! The store of one process, for a laptop: the rules of `apply.lua` on maps. A restart forgets it; the known monitors heal it.

use super::{Contents, Item, Op, Outcome, Store, StoreError, Update};
use crate::clock::Clock;
use crate::model::{Change, Entry, Event, Level, Mode, Override, Want};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
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
    emitted: u64,
    /// What no hook has acknowledged, and when it was last handed out.
    pending: BTreeMap<u64, (Event, i64)>,
}

impl MemoryStore {
    pub fn new(clock: Arc<Clock>) -> Self {
        Self { inner: Mutex::default(), clock, hint: Notify::new() }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn run(&self, op: Op) -> Result<Value, StoreError> {
        // Reading is no change: the reader waits for one, and would wake itself.
        let changes = matches!(op, Op::Apply(_) | Op::Failed { .. } | Op::Forget { .. } | Op::Override(_));
        let answer = self.inner.lock().unwrap_or_else(PoisonError::into_inner).run(op, self.clock.now());
        if changes {
            self.hint.notify_one();
        }
        answer.map_err(|error| StoreError(error.to_string()))
    }

    async fn changed(&self) {
        self.hint.notified().await;
    }
}

impl Inner {
    fn run(&mut self, op: Op, now: i64) -> serde_json::Result<Value> {
        let monitors = &mut self.contents.monitors;
        match op {
            Op::Fence => {
                self.seq = (self.seq + 1).max(u64::try_from(now).unwrap_or_default() * 1000);
                return Ok(json!(self.seq));
            }
            Op::Dirty { monitor, now } => monitors.entry(monitor).or_default().dirty = now,
            Op::Failed { monitor, now, why } => {
                let state = monitors.entry(monitor).or_default();
                (state.tried, state.fails, state.source) = (now, state.fails + 1, why);
            }
            Op::Forget { monitor } => drop(monitors.remove(&monitor)),
            Op::Apply(update) => return Ok(json!(self.apply(&update))),
            Op::Emit { event } => return Ok(json!(self.emit(serde_json::from_str(&event)?, now))),
            Op::Ack { id } => self.pending.retain(|pending, _| pending.to_string() != id),
            Op::Orphans { idle } => return Ok(json!(self.orphans(idle, now))),
            Op::Override(new) => return Ok(json!(self.set_override(new, now))),
            Op::Load => return Ok(json!(self.contents)),
            Op::Lead { ttl } => return Ok(json!(ttl > 0)),
        }
        Ok(Value::Null)
    }

    fn emit(&mut self, event: Event, now: i64) -> Item {
        self.emitted += 1;
        self.pending.insert(self.emitted, (event.clone(), now));
        Item { id: self.emitted.to_string(), event }
    }

    fn orphans(&mut self, idle: i64, now: i64) -> Vec<Item> {
        let due = self.pending.iter_mut().filter(|(_, (_, since))| now - *since >= idle);
        due.map(|(id, (event, since))| (*since = now, Item { id: id.to_string(), event: event.clone() }).1).collect()
    }

    fn set_override(&mut self, new: Override, now: i64) -> Item {
        let (field, overrides) = (format!("{} {}", new.breaker, new.group), &mut self.contents.overrides);
        match new.mode {
            Mode::Clear => overrides.remove(&field),
            _ => overrides.insert(field, new.clone()),
        };
        self.emit(Event::Override(new), now)
    }

    fn apply(&mut self, update: &Update) -> Outcome {
        let state = self.contents.monitors.entry(update.monitor.clone()).or_default();
        state.tried = update.now;
        if update.seq <= state.applied {
            state.dirty = update.now;
            return Outcome { applied: false, items: Vec::new() };
        }
        if state.breaker != update.breaker {
            state.groups.clear();
        }
        (state.applied, state.breaker, state.fails) = (update.seq, update.breaker.clone(), 0);
        state.source = update.source.clone();
        let (mut changes, stored) = (Vec::new(), std::mem::take(&mut state.groups));
        for group in update.groups.keys().chain(stored.keys().filter(|group| !update.groups.contains_key(*group))) {
            let entry = stored.get(group).cloned();
            let next = match update.groups.get(group) {
                Some(want) => Some(wanted(*want, entry, update.now)),
                None if update.complete => entry.and_then(|entry| absent(update, entry)),
                None => {
                    state.groups.extend(entry.map(|entry| (group.clone(), entry)));
                    continue;
                }
            };
            let Some((mut entry, level)) = next else { continue };
            entry.lease = update.now + update.lease;
            if level != entry.level {
                (entry.was, entry.level, entry.since) = (entry.level, level, update.now);
                let (breaker, monitor, from) = (update.breaker.clone(), update.monitor.clone(), entry.was);
                changes.push(Change { breaker, monitor, group: group.clone(), from, to: level, at: update.now });
            }
            state.groups.insert(group.clone(), entry);
        }
        let items = changes.into_iter().map(|change| self.emit(Event::Change(change), update.now)).collect();
        Outcome { applied: true, items }
    }
}

/// A level of `None` holds the stored one; without `raise` a group may close or ease, but not get worse.
fn wanted(want: Want, stored: Option<Entry>, now: i64) -> (Entry, Level) {
    let fresh = Entry { level: Level::Closed, was: Level::Closed, since: now, lease: now, absent: None };
    let entry = Entry { absent: None, ..stored.unwrap_or(fresh) };
    let level = want.level.filter(|level| want.raise || *level <= entry.level).unwrap_or(entry.level);
    (entry, level)
}

/// An open group that a complete answer does not name is held for `absent_after`, then closed, and later dropped.
fn absent(update: &Update, mut entry: Entry) -> Option<(Entry, Level)> {
    let since = *entry.absent.get_or_insert(update.now);
    match entry.level {
        level if update.now - since < update.absent_after => Some((entry, level)),
        Level::Closed => None,
        _ => Some((Entry { absent: Some(update.now), ..entry }, Level::Closed)),
    }
}
