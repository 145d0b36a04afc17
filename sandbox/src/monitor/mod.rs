//! A monitor as Datadog keeps it: the definition a client sent, made canonical, and the state of its groups. No HTTP here.

mod definition;
mod options;
mod validate;
pub(crate) mod query;
mod group;
mod downtime;

pub(crate) use definition::{Definition, STATELESS_GROUPS};
pub(crate) use downtime::Downtime;
pub(crate) use group::{Group, Status, UnknownStatus};
pub(crate) use validate::check;

use std::collections::BTreeMap;

/// The states of a monitor's groups, by group key (`*` for a simple alert).
pub(crate) type Groups = BTreeMap<String, Group>;

/// One monitor.
#[derive(Clone, Debug)]
pub(crate) struct Monitor {
    pub(crate) id: u64,
    pub(crate) definition: Definition,
    /// Wall milliseconds.
    pub(crate) created_ms: u64,
    /// Wall milliseconds.
    pub(crate) modified_ms: u64,
    pub(crate) groups: Groups,
    /// The groups as they were before the latest transition: what a lagging read still answers.
    pub(crate) groups_before: Groups,
    /// What mutes it, oldest first.
    pub(crate) downtimes: Vec<Downtime>,
    /// Wall milliseconds of the last change of the overall state.
    pub(crate) overall_changed_ms: Option<u64>,
}

impl Monitor {
    /// A monitor nobody has evaluated yet.
    pub(crate) fn new(id: u64, definition: Definition, now_ms: u64) -> Self {
        Self {
            id,
            definition,
            created_ms: now_ms,
            modified_ms: now_ms,
            groups: Groups::new(),
            groups_before: Groups::new(),
            downtimes: Vec::new(),
            overall_changed_ms: None,
        }
    }

    /// Whether nobody is told of changes of the group.
    pub(crate) fn is_muted(&self, group: &str, now_s: u64) -> bool {
        self.definition.silences(group, now_s)
            || self.downtimes.iter().any(|downtime| downtime.covers(group))
    }

    /// The state of the whole monitor.
    pub(crate) fn overall(&self) -> Status {
        worst(&self.groups)
    }
}

/// The worst status among the groups; a monitor without any has no data.
pub(crate) fn worst(groups: &Groups) -> Status {
    groups
        .values()
        .map(|group| group.status)
        .max()
        .unwrap_or(Status::NoData)
}
