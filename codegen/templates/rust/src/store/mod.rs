//! Where breakers are kept: the seam and its two sides. What is open and why is decided above; what is atomic is here.

use crate::model::{Entry, Event, Level, MonitorState, Override, Want};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub mod memory;
pub mod redis;

/// The store did not do what was asked; the text says why and holds no secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store cannot be used: {0}")]
pub struct StoreError(pub String);

/// One reading of a monitor, to be applied only if its fence is newer than the last applied.
#[derive(Clone, Debug, Serialize)]
pub struct Update {
    pub monitor: String,
    pub breaker: String,
    pub seq: u64,
    pub now: i64,
    pub lease: i64,
    pub absent_after: i64,
    pub source: String,
    /// The answer names every group there is: those it does not name are absent.
    pub complete: bool,
    pub groups: BTreeMap<String, Want>,
}

/// An entry of the outbox, pending for this instance until acknowledged.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    pub id: String,
    pub event: Event,
}

/// What became of an update: rejected as stale (then the monitor is dirty), or applied with these changes.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub applied: bool,
    pub items: Vec<Item>,
}

/// All that is stored.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Contents {
    pub monitors: BTreeMap<String, MonitorState>,
    pub overrides: BTreeMap<String, Override>,
}

/// The operations of `apply.lua`, each atomic; times are the caller's clock in milliseconds.
#[async_trait]
pub trait Store: Send + Sync {
    /// A number greater than every earlier one; taken before the source is read.
    async fn fence(&self) -> Result<u64, StoreError>;
    /// Notes that the monitor must be read again.
    async fn mark_dirty(&self, monitor: &str, now: i64) -> Result<(), StoreError>;
    /// Replaces the state of (breaker, monitor) if the fence is newer.
    async fn apply(&self, update: &Update) -> Result<Outcome, StoreError>;
    /// Notes a reading that failed.
    async fn failed(&self, monitor: &str, now: i64, why: &str) -> Result<(), StoreError>;
    /// Drops a monitor that is not this service's.
    async fn forget(&self, monitor: &str) -> Result<(), StoreError>;
    /// Puts an event into the outbox.
    async fn emit(&self, event: &Event) -> Result<Item, StoreError>;
    /// Takes an entry whose hook has run out of the outbox.
    async fn ack(&self, id: &str) -> Result<(), StoreError>;
    /// Takes over entries that have been pending for `idle` ms.
    async fn orphans(&self, idle: i64) -> Result<Vec<Item>, StoreError>;
    /// Sets an override, or clears it; audited.
    async fn set_override(&self, new: &Override) -> Result<Item, StoreError>;
    async fn load(&self) -> Result<Contents, StoreError>;
    /// Takes or keeps the poller's lease for `ttl` ms; 0 gives it up.
    async fn lead(&self, ttl: i64) -> Result<bool, StoreError>;
    /// Returns when the contents may have changed: a hint, not a promise.
    async fn changed(&self);
}

/// The same rule as `wanted` of `apply.lua`.
fn wanted(want: Want, stored: Level) -> Level {
    want.level.filter(|level| want.raise || *level <= stored).unwrap_or(stored)
}

/// The field of an override: one for a breaker as a whole (`*`) and one for each group.
fn override_field(new: &Override) -> String {
    format!("{} {}", new.breaker, new.group)
}

/// A group never seen before.
fn fresh(now: i64) -> Entry {
    Entry { level: Level::Closed, was: Level::Closed, since: now, lease: now, absent: None }
}
