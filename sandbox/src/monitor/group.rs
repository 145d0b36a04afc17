//! The state of one group of a monitor.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

/// A group's status. The order is by badness: the overall state of a monitor is the maximum of its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Ignored,
    Skipped,
    Ok,
    Unknown,
    NoData,
    Warn,
    Alert,
}

impl Status {
    pub(crate) const ALL: [Self; 7] = [
        Self::Alert,
        Self::Warn,
        Self::NoData,
        Self::Unknown,
        Self::Ok,
        Self::Skipped,
        Self::Ignored,
    ];

    /// The word in Datadog's answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "Warn",
            Self::Alert => "Alert",
            Self::NoData => "No Data",
            Self::Unknown => "Unknown",
            Self::Ignored => "Ignored",
            Self::Skipped => "Skipped",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let found = Self::ALL
            .into_iter()
            .find(|status| status.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// A word that names no status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no status: use one of OK, Warn, Alert, No Data, Unknown, Ignored, Skipped")]
pub(crate) struct UnknownStatus(String);

/// One group. Times are wall seconds, absent until the thing has happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) status: Status,
    /// The status that is worth telling; differs from `status` while a monitor is silent about missing data.
    pub(crate) announced: Status,
    /// Virtual milliseconds at which its recipients were last told of it.
    pub(crate) told_ms: Option<u64>,
    /// How often they were told again since.
    pub(crate) repeats: u32,
    /// A downtime kept it from being told; it is told when the downtime expires.
    pub(crate) swallowed: bool,
    pub(crate) last_triggered: Option<u64>,
    pub(crate) last_notified: Option<u64>,
    pub(crate) last_resolved: Option<u64>,
    pub(crate) last_nodata: Option<u64>,
}

impl Group {
    /// A group that has just been seen for the first time: as good as one that was OK.
    pub(crate) fn fresh() -> Self {
        Self {
            status: Status::Ok,
            announced: Status::Ok,
            told_ms: None,
            repeats: 0,
            swallowed: false,
            last_triggered: None,
            last_notified: None,
            last_resolved: None,
            last_nodata: None,
        }
    }

    /// Takes the new status and stamps what happened.
    pub(crate) fn become_status(&mut self, status: Status, now_s: u64) {
        if status != self.status {
            match status {
                Status::Alert | Status::Warn => self.last_triggered = Some(now_s),
                Status::Ok => self.last_resolved = Some(now_s),
                Status::NoData => self.last_nodata = Some(now_s),
                Status::Unknown | Status::Ignored | Status::Skipped => {}
            }
        }
        self.status = status;
    }

    /// The group in an answer to `group_states`.
    pub(crate) fn to_json(&self, name: &str) -> Value {
        json!({
            "name": name,
            "status": self.status.name(),
            "last_triggered_ts": self.last_triggered,
            "last_notified_ts": self.last_notified,
            "last_resolved_ts": self.last_resolved,
            "last_nodata_ts": self.last_nodata,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_and_case_does_not_matter() {
        for status in Status::ALL {
            assert_eq!(status.name().parse(), Ok(status));
            assert_eq!(status.name().to_lowercase().parse(), Ok(status));
        }
        assert!(
            "Broken"
                .parse::<Status>()
                .unwrap_err()
                .to_string()
                .contains("`Broken`")
        );
    }

    #[test]
    fn times_are_stamped_on_changes_only() {
        let mut group = Group::fresh();
        group.become_status(Status::Alert, 10);
        group.become_status(Status::Alert, 20);
        assert_eq!(
            (group.last_triggered, group.last_resolved),
            (Some(10), None)
        );
        group.become_status(Status::Ok, 30);
        assert_eq!(
            (group.last_triggered, group.last_resolved),
            (Some(10), Some(30))
        );
    }
}
