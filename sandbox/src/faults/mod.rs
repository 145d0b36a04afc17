//! Faults that can be switched on: which there are, and how a change of them is read.

mod api;
mod limit;
mod deliveries;
mod lines;

pub(crate) use api::{ApiFault, Effect, Face};
pub(crate) use deliveries::{DeliveryFaults, Fate};
pub(crate) use limit::{Quota, RateLimit};
pub(crate) use lines::{CutLines, End};

use serde::Serialize;
use serde_json::{Map, Value};

/// What is broken just now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Faults {
    /// Datadog's API answers with an error, late, or not at all.
    pub(crate) datadog: Option<ApiFault>,
    /// Datadog's API lets only so many requests through.
    pub(crate) rate_limit: Option<RateLimit>,
    /// So long, in milliseconds of wall time, a new monitor is missing in lists.
    pub(crate) list_lag_ms: u64,
    /// So many more reads with `group_states` answer the groups as they were before their latest transition.
    pub(crate) stale_reads: u32,
    /// Every answer of Datadog's API comes so much later, in milliseconds of wall time.
    pub(crate) latency_ms: u64,
    /// Reads with `group_states` answer the groups as they were so long ago, in milliseconds of virtual time.
    pub(crate) state_lag_ms: u64,
    /// What becomes of the next messages to SNS.
    pub(crate) deliveries: DeliveryFaults,
    /// Notifications wait instead of going to Lambda.
    pub(crate) hold_deliveries: bool,
    /// Connections that the sandbox carries to Redis or to the service are closed, old and new.
    pub(crate) cut: CutLines,
}

impl Faults {
    /// Lays `change` over the faults: absent keys stay, `"datadog": null` mends Datadog.
    pub(crate) fn merge(&mut self, change: &Map<String, Value>) -> Result<(), FaultError> {
        let mut next = self.clone();
        for (key, value) in change {
            match key.as_str() {
                "datadog" => next.datadog = parse(key, value)?,
                "rate_limit" => next.rate_limit = parse(key, value)?,
                "list_lag_ms" => next.list_lag_ms = parse(key, value)?,
                "stale_reads" => next.stale_reads = parse(key, value)?,
                "latency_ms" => next.latency_ms = parse(key, value)?,
                "state_lag_ms" => next.state_lag_ms = parse(key, value)?,
                "deliveries" => next.deliveries = parse(key, value)?,
                "hold_deliveries" => next.hold_deliveries = parse(key, value)?,
                "cut" => next.cut = parse(key, value)?,
                _ => return Err(FaultError::Unknown(key.clone())),
            }
        }
        next.datadog.as_ref().map_or(Ok(()), ApiFault::check)?;
        next.rate_limit.as_ref().map_or(Ok(()), RateLimit::check)?;
        *self = next;
        Ok(())
    }

    /// Whether a request to Datadog has to wait.
    pub(crate) fn holds_datadog(&self, method: &str, target: &str) -> bool {
        let fault = self.datadog.as_ref();
        fault.is_some_and(|fault| fault.hold && fault.hits(method, target))
    }

    /// What happens to a request to Datadog, if anything does.
    pub(crate) fn hit_datadog(&mut self, method: &str, target: &str) -> Option<Effect> {
        let fault = self
            .datadog
            .as_mut()
            .filter(|fault| fault.hits(method, target))?;
        let effect = fault.effect()?;
        if let Some(count) = &mut fault.count {
            *count = count.saturating_sub(1);
        }
        if fault.count == Some(0) {
            self.datadog = None;
        }
        Some(effect)
    }

    /// Whether this read of group states is a stale one.
    pub(crate) fn hit_stale_read(&mut self) -> bool {
        let stale = self.stale_reads > 0;
        self.stale_reads = self.stale_reads.saturating_sub(1);
        stale
    }
}

fn parse<T: serde::de::DeserializeOwned>(key: &str, value: &Value) -> Result<T, FaultError> {
    serde_json::from_value(value.clone())
        .map_err(|error| FaultError::Value(key.to_owned(), error.to_string()))
}

/// Why faults cannot be set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum FaultError {
    #[error(
        "`{0}` is no fault: use datadog, rate_limit, latency_ms, list_lag_ms, state_lag_ms, stale_reads, deliveries, \
         hold_deliveries or cut"
    )]
    Unknown(String),
    #[error("`{0}` cannot be read: {1}")]
    Value(String, String),
    #[error("`{0}` is no error status: use 400 to 599, or 200 with `html`")]
    Status(u16),
    #[error(
        "a fault of `datadog` is one of `status` (with `count`, `after`, `html`, `headers`), `drop` (with `count`) and \
         `hold`: give one of them"
    )]
    Kind,
    #[error("a `rate_limit` has a `limit` and a `period_s`: give both, at least 1")]
    Limit,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(faults: &mut Faults, change: Value) -> Result<(), FaultError> {
        faults.merge(change.as_object().unwrap())
    }

    /// The status of the error answer, if there is one.
    fn hit(faults: &mut Faults, method: &str, target: &str) -> Option<u16> {
        match faults.hit_datadog(method, target)? {
            Effect::Answer { face, .. } => Some(face.status.as_u16()),
            Effect::Drop { .. } => Some(0),
        }
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
                hit(&mut faults, "GET", "/x"),
                faults.stale_reads,
                faults.hold_deliveries
            ),
            (Some(503), 2, true)
        );
        merged(&mut faults, json!({"datadog": null})).unwrap();
        assert_eq!(
            (hit(&mut faults, "GET", "/x"), faults.stale_reads),
            (None, 2)
        );
    }

    #[test]
    fn a_counted_fault_ends_and_hits_only_its_paths_and_method() {
        let mut faults = Faults::default();
        let fault =
            json!({"status": 429, "count": 2, "path_contains": "/monitor/", "method": "PUT"});
        merged(&mut faults, json!({"datadog": fault})).unwrap();
        let requests = [
            ("PUT", "/monitor"),
            ("GET", "/monitor/1"),
            ("PUT", "/monitor/1"),
            ("PUT", "/monitor/2"),
            ("PUT", "/monitor/3"),
        ];
        let hits = requests.map(|(method, path)| hit(&mut faults, method, path));
        assert_eq!(hits, [None, None, Some(429), Some(429), None]);
    }

    #[test]
    fn a_hold_is_for_its_requests_only() {
        let mut faults = Faults::default();
        merged(
            &mut faults,
            json!({"datadog": {"hold": true, "method": "POST"}}),
        )
        .unwrap();
        assert!(faults.holds_datadog("POST", "/x") && !faults.holds_datadog("GET", "/x"));
        assert_eq!(hit(&mut faults, "POST", "/x"), None);
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
            json!({"datadog": {"drop": "sometimes"}}),
            json!({"datadog": {"drop": "after", "status": 502}}),
            json!({"datadog": {"drop": "before", "html": true}}),
            json!({"datadog": {"status": 502, "headers": false}}),
            json!({"rate_limit": {"limit": 0, "period_s": 1}}),
            json!({"rate_limit": {"limit": 1}}),
        ] {
            assert!(merged(&mut faults, change.clone()).is_err(), "{change}");
        }
        assert_eq!(faults, Faults::default());
    }
}
