//! What one event came to, as a line of CloudWatch's Embedded Metric Format: Lambda's log is read by
//! CloudWatch, which makes the metrics; no request is made.
//!
//! Source: "Specification: CloudWatch embedded metric format" in AWS's documentation.

use serde::{Serialize, Serializer};

/// Alarms name it.
pub const NAMESPACE: &str = "CircuitBreaker/Dispatcher";

/// Counts of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metrics {
    /// Callbacks answered with 200.
    pub dispatched: usize,
    /// Notifications without a callback line, tests that are not forwarded, dry runs.
    pub ignored: usize,
    /// Callbacks that the policy forbids.
    pub rejected: usize,
    /// Callbacks and records that failed.
    pub failed: usize,
    /// Of each callback that was sent, in milliseconds.
    #[serde(serialize_with = "at_most")]
    pub latency_ms: Vec<u64>,
}

/// CloudWatch takes at most so many values of a metric from one line.
const MAX_VALUES: usize = 100;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    values: &'a Metrics,
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(rename = "_aws")]
    about: About<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct About<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: &'a [&'a [&'a str]],
    metrics: &'a [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

const fn metric(name: &'static str, unit: &'static str) -> Metric {
    Metric { name, unit }
}

/// The last one must have a value if it is named.
const METRICS: [Metric; 5] = [
    metric("Dispatched", "Count"),
    metric("Ignored", "Count"),
    metric("Rejected", "Count"),
    metric("Failed", "Count"),
    metric("LatencyMs", "Milliseconds"),
];

impl Metrics {
    /// The line. `function` becomes a dimension; without it the sums over all functions are kept.
    pub fn render(&self, function: Option<&str>, now_s: i64) -> String {
        let named = METRICS.len() - usize::from(self.latency_ms.is_empty());
        let dimensions: &[&[&str]] = match function {
            Some(_) => &[&[], &["FunctionName"]],
            None => &[&[]],
        };
        let line = Line {
            values: self,
            function,
            about: About {
                timestamp: now_s.saturating_mul(1000),
                cloud_watch_metrics: [Directive {
                    namespace: NAMESPACE,
                    dimensions,
                    metrics: METRICS.get(..named).unwrap_or_default(),
                }],
            },
        };
        serde_json::to_string(&line).unwrap_or_default()
    }
}

fn at_most<S: Serializer>(values: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().take(MAX_VALUES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn line(metrics: &Metrics, function: Option<&str>) -> Value {
        serde_json::from_str(&metrics.render(function, 1_790_000_000)).unwrap()
    }

    #[test]
    fn every_metric_has_a_value_and_a_unit() {
        let metrics = Metrics {
            dispatched: 2,
            rejected: 1,
            latency_ms: vec![12, 7],
            ..Metrics::default()
        };
        let line = line(&metrics, Some("dispatcher"));
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], json!(1_790_000_000_000_i64));
        assert_eq!(directive["Namespace"], NAMESPACE);
        assert_eq!(directive["Dimensions"], json!([[], ["FunctionName"]]));
        assert_eq!(line["FunctionName"], "dispatcher");
        for (name, unit, value) in [
            ("Dispatched", "Count", json!(2)),
            ("Ignored", "Count", json!(0)),
            ("Rejected", "Count", json!(1)),
            ("Failed", "Count", json!(0)),
            ("LatencyMs", "Milliseconds", json!([12, 7])),
        ] {
            let named = json!({ "Name": name, "Unit": unit });
            assert!(directive["Metrics"].as_array().unwrap().contains(&named));
            assert_eq!(line[name], value);
        }
    }

    #[test]
    fn the_format_s_limits_are_kept() {
        let many = Metrics {
            latency_ms: vec![1; 101],
            ..Metrics::default()
        };
        let said = line(&many, None);
        assert_eq!(said["LatencyMs"].as_array().unwrap().len(), 100);
        assert_eq!(
            said["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([[]])
        );
        // A metric that is named must have a value.
        let none = line(&Metrics::default(), None);
        assert_eq!(
            none["_aws"]["CloudWatchMetrics"][0]["Metrics"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
    }
}
