//! What happens in one run, as plain data: it is generated from a seed, shrunk, saved as JSON and run again. Times are milliseconds
//! from its start.

use serde::{Deserialize, Serialize};

/// When the last fault is over: from here on everything works and nothing changes.
pub(crate) const QUIET: i64 = 900_000;

/// A run: a monitor with some groups, a service with some instances, and what befalls them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schedule {
    /// Seeds what the service draws: shares and jitter.
    pub(crate) seed: u64,
    pub(crate) groups: usize,
    pub(crate) instances: usize,
    /// `notify_by` is coarser than the groups: one notification for all of them.
    pub(crate) coarse: bool,
    /// In order of time.
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: i64,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum What {
    /// A group changes its state; `group_states` shows it `lag` later; its notification arrives after each of `deliveries`.
    Transition { group: usize, to: Status, lag: i64, deliveries: Vec<i64> },
    /// An instance is killed, and starts anew later.
    Restart { instance: usize, lasts: i64 },
    /// Redis cannot be reached; `flush`: it comes back empty.
    StoreDown { lasts: i64, flush: bool },
    /// Datadog fails; `empty`: it answers, but without groups.
    SourceDown { lasts: i64, empty: bool },
    /// Datadog's answer takes `by` longer on its way back.
    SlowReads { lasts: i64, by: i64 },
    /// A group is missing from the answers.
    Absent { group: usize, lasts: i64 },
    /// A downtime mutes a group: it notifies nobody.
    Downtime { group: usize, lasts: i64 },
}

/// A group's state in Datadog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Ok,
    Warn,
    Alert,
    NoData,
    Skipped,
}

impl Status {
    /// As `group_states` writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "Warn",
            Self::Alert => "Alert",
            Self::NoData => "No Data",
            Self::Skipped => "Skipped",
        }
    }

    /// Whether it says how the group is.
    pub(crate) fn known(self) -> bool {
        matches!(self, Self::Ok | Self::Warn | Self::Alert)
    }
}

/// The name of a group.
pub(crate) fn group_name(group: usize) -> String {
    format!("bank_code:{group:04}")
}

impl What {
    /// How long it lasts, for what has an end.
    pub(crate) fn lasts(&self) -> i64 {
        match self {
            Self::Transition { lag, .. } => *lag,
            Self::Restart { lasts, .. }
            | Self::StoreDown { lasts, .. }
            | Self::SourceDown { lasts, .. }
            | Self::SlowReads { lasts, .. }
            | Self::Absent { lasts, .. }
            | Self::Downtime { lasts, .. } => *lasts,
        }
    }
}

impl Event {
    /// Whether it goes on at `at`.
    pub(crate) fn covers(&self, at: i64) -> bool {
        (self.at..self.at + self.what.lasts()).contains(&at)
    }

    /// Whether any of it falls between `from` and `to`.
    pub(crate) fn touches(&self, from: i64, to: i64) -> bool {
        self.at <= to && self.at + self.what.lasts() >= from
    }
}
