//! Where breakers are kept: the operations, and two stores that run them. What is open, and why, is decided elsewhere.

use crate::model::{Event, MonitorState, Override, Want};
use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

pub mod memory;
pub mod redis;

/// The store did not do what was asked; the text says why and holds no secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store cannot be used: {0}")]
pub struct StoreError(pub String);

/// The operations of `apply.lua`, each atomic. Times are the service's clock in milliseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Answers a number (`u64`) greater than every earlier one; taken before the source is read.
    Fence,
    /// Notes that the monitor must be read again.
    Dirty { monitor: String, now: i64 },
    /// Replaces the state of (breaker, monitor) if the fence is newer than the last applied; answers an `Outcome`.
    Apply(Update),
    /// Notes a reading that failed.
    Failed { monitor: String, now: i64, why: String },
    /// Drops a monitor that is not this service's.
    Forget { monitor: String },
    /// Puts an event (its JSON text) into the outbox; answers its `Item`.
    Emit { event: String },
    /// Takes an entry whose hook has run out of the outbox.
    Ack { id: String },
    /// Takes over the entries that have been pending for `idle` ms; answers a list of `Item`s.
    Orphans { idle: i64 },
    /// Sets an override, or clears it; audited: answers an `Item`.
    Override(Override),
    /// Answers `Contents`.
    Load,
    /// Takes or keeps the poller's lease for `ttl` ms, gives it up with 0; answers whether it is ours.
    Lead { ttl: i64 },
}

/// One reading of a monitor.
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

/// What became of an update: applied with these changes, or rejected as stale (then the monitor is dirty).
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub applied: bool,
    pub items: Vec<Item>,
}

/// An entry of the outbox, pending for this instance until acknowledged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub event: Event,
}

/// All that is stored; the key of an override is its breaker and its group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Contents {
    pub monitors: BTreeMap<String, MonitorState>,
    pub overrides: BTreeMap<String, Override>,
}

#[async_trait]
pub trait Store: Send + Sync {
    /// Runs one operation and answers as `Op` says.
    async fn run(&self, op: Op) -> Result<Value, StoreError>;
    /// Returns when the contents may have changed: a hint, not a promise.
    async fn changed(&self);
}

impl dyn Store {
    /// As `run`, with the answer as a type.
    pub async fn ask<T: DeserializeOwned>(&self, op: Op) -> Result<T, StoreError> {
        serde_json::from_value(self.run(op).await?).map_err(|error| StoreError(error.to_string()))
    }
}
