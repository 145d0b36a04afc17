//! Faults that can be switched on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is broken just now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Faults {
    /// Datadog's API answers with an error.
    pub(crate) datadog: Option<DatadogFault>,
    /// So many more reads with `group_states` answer the groups as they were before their latest transition.
    pub(crate) stale_reads: u32,
    /// Notifications wait instead of going to Lambda.
    pub(crate) hold_deliveries: bool,
}

/// An error of Datadog's API, or a wait before its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatadogFault {
    /// 400 to 599; absent while requests are held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Requests wait until the fault is taken away, and are then answered as if nothing had been.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) hold: bool,
    /// How many requests it hits; until it is taken away if absent.
    #[serde(default)]
    pub(crate) count: Option<u32>,
    /// Hits only requests whose path and query contain this.
    #[serde(default)]
    pub(crate) path_contains: String,
}

impl Faults {
    /// Lays `change` over the faults: absent keys stay, `"datadog": null` mends Datadog.
    pub(crate) fn merge(&mut self, change: &Map<String, Value>) -> Result<(), FaultError> {
        let mut next = self.clone();
        for (key, value) in change {
            match key.as_str() {
                "datadog" => next.datadog = parse(key, value)?,
                "stale_reads" => next.stale_reads = parse(key, value)?,
                "hold_deliveries" => next.hold_deliveries = parse(key, value)?,
                _ => return Err(FaultError::Unknown(key.clone())),
            }
        }
        if let Some(fault) = &next.datadog {
            fault.check()?;
        }
        *self = next;
        Ok(())
    }

    /// Whether a request to Datadog has to wait.
    pub(crate) fn holds_datadog(&self, target: &str) -> bool {
        let fault = self.datadog.as_ref();
        fault.is_some_and(|fault| fault.hold && target.contains(&fault.path_contains))
    }

    /// The status a request to Datadog fails with, if it does.
    pub(crate) fn hit_datadog(&mut self, target: &str) -> Option<u16> {
        let fault = self
            .datadog
            .as_mut()
            .filter(|fault| target.contains(&fault.path_contains))?;
        let status = fault.status?;
        match &mut fault.count {
            None => return Some(status),
            Some(count) => *count = count.saturating_sub(1),
        }
        if fault.count == Some(0) {
            self.datadog = None;
        }
        Some(status)
    }

    /// Whether this read of group states is a stale one.
    pub(crate) fn hit_stale_read(&mut self) -> bool {
        let stale = self.stale_reads > 0;
        self.stale_reads = self.stale_reads.saturating_sub(1);
        stale
    }
}

impl DatadogFault {
    /// Either a status to fail with, or a wait without a count.
    fn check(&self) -> Result<(), FaultError> {
        match (self.status, self.hold) {
            (Some(status), false) if (400..600).contains(&status) => Ok(()),
            (Some(status), false) => Err(FaultError::Status(status)),
            (None, true) if self.count.is_none() => Ok(()),
            _ => Err(FaultError::Kind),
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(key: &str, value: &Value) -> Result<T, FaultError> {
    serde_json::from_value(value.clone())
        .map_err(|error| FaultError::Value(key.to_owned(), error.to_string()))
}

/// Why faults cannot be set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum FaultError {
    #[error("`{0}` is no fault: use datadog, stale_reads or hold_deliveries")]
    Unknown(String),
    #[error("`{0}` cannot be read: {1}")]
    Value(String, String),
    #[error("`{0}` is no error status: use 400 to 599")]
    Status(u16),
    #[error("a fault of `datadog` is either `status` (with `count`) or `hold`: give one of them")]
    Kind,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(faults: &mut Faults, change: Value) -> Result<(), FaultError> {
        faults.merge(change.as_object().unwrap())
    }

    #[test]
    fn changes_are_merged_and_null_mends() {
        let mut faults = Faults::default();
        merged(
            &mut faults,
            json!({"datadog": {"status": 503}, "stale_reads": 2}),
        )
        .unwrap();
        merged(&mut faults, json!({"hold_deliveries": true})).unwrap();
        assert_eq!(
            (
                faults.hit_datadog("/x"),
                faults.stale_reads,
                faults.hold_deliveries
            ),
            (Some(503), 2, true)
        );
        merged(&mut faults, json!({"datadog": null})).unwrap();
        assert_eq!((faults.hit_datadog("/x"), faults.stale_reads), (None, 2));
    }

    #[test]
    fn a_counted_fault_ends_and_hits_only_its_paths() {
        let mut faults = Faults::default();
        merged(
            &mut faults,
            json!({"datadog": {"status": 429, "count": 2, "path_contains": "/monitor/"}}),
        )
        .unwrap();
        let hits: Vec<_> = ["/monitor", "/monitor/1", "/monitor/2", "/monitor/3"]
            .map(|path| faults.hit_datadog(path))
            .into();
        assert_eq!(hits, [None, Some(429), Some(429), None]);
    }

    #[test]
    fn nonsense_changes_nothing() {
        let mut faults = Faults::default();
        for change in [
            json!({"stale_reads": -1}),
            json!({"nope": 1}),
            json!({"datadog": {"status": 200}}),
            json!({"datadog": {"stat": 1}}),
            json!({"datadog": {"path_contains": "x"}}),
            json!({"datadog": {"hold": true, "status": 503}}),
            json!({"datadog": {"hold": true, "count": 1}}),
        ] {
            assert!(merged(&mut faults, change).is_err());
        }
        assert_eq!(faults, Faults::default());
    }
}
