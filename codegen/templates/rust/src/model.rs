//! The words of the breaker: levels, entries, events. Plain data with its JSON form; no rule and no I/O.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a group stands; the worst of two is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Closed,
    Degraded,
    Open,
}

/// One stored group of one monitor. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub level: Level,
    pub was: Level,
    pub since: i64,
    pub lease: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<i64>,
}

/// What a reading asks of a group: `None` holds the stored level; without `raise` it may not get worse.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Want {
    pub level: Option<Level>,
    pub raise: bool,
}

/// One monitor in the store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MonitorState {
    pub breaker: String,
    pub applied: u64,
    pub dirty: i64,
    pub tried: i64,
    pub fails: u32,
    pub source: String,
    pub groups: BTreeMap<String, Entry>,
}

/// What an operator's override does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    ForceOpen,
    ForceClosed,
    Clear,
}

/// An operator's word on a breaker, or on one of its groups; it wins until `until`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Override {
    pub breaker: String,
    pub group: String,
    pub mode: Mode,
    pub actor: String,
    pub reason: String,
    pub until: i64,
}

/// The body of a callback, as the dispatcher sends it. Ids are text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notification {
    pub event_id: Option<String>,
    pub monitor_id: String,
    pub group: Option<String>,
    pub transition: Option<String>,
    #[serde(default)]
    pub test: bool,
    pub callback_url: String,
    pub message_id: String,
}

/// The monitor as it was read, for the hooks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Monitor {
    pub id: String,
    pub name: String,
    pub tags: Vec<String>,
}

/// A group of a breaker changed its level.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    pub breaker: String,
    pub monitor: String,
    pub group: String,
    pub from: Level,
    pub to: Level,
    pub at: i64,
}

/// An entry of the audit stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Event {
    Change(Change),
    Notification { notification: Notification, monitor: Monitor },
    Override(Override),
}
