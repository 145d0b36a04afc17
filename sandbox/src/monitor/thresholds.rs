//! What Datadog refuses about thresholds, in its own words: the texts that its users report.

use serde_json::{Map, Value};

use super::options::EVENT_QUERIES;
use super::query::{Comparison, comparison};
use super::refusal::invalid;

const NOT_A_NUMBER: &str = "Non-numeric threshold value.";
const NO_CRITICAL: &str = "Alert status is required.";
const BEYOND_LAST: &str =
    "Last field should be larger than or equal to max threshold defined in monitor options";
const BOTH_AT_ONCE: &str = "alert and alert recovery criteria are such that the monitor can be simultaneously in alert and alert recovery states";

/// Whether the query of a type must end in a comparison; that of any other may.
fn is_compared(kind: &str) -> bool {
    matches!(kind, "metric alert" | "query alert") || EVENT_QUERIES.contains(&kind)
}

/// Checks the thresholds of a definition against each other and against its query.
pub(super) fn check(body: &Map<String, Value>, kind: &str, query: &str) -> Result<(), Vec<String>> {
    let thresholds = Thresholds::of(body);
    if thresholds.0.values().any(|value| number(value).is_none()) {
        return Err(vec![NOT_A_NUMBER.to_owned()]);
    }
    if kind == "service check" {
        return thresholds.within(query);
    }
    match comparison(query) {
        Some(comparison) => thresholds.fit(&comparison, kind),
        None if is_compared(kind) => Err(vec![invalid("query")]),
        None => Ok(()),
    }
}

/// Those that are set; a null is not.
struct Thresholds(Map<String, Value>);

impl Thresholds {
    fn of(body: &Map<String, Value>) -> Self {
        let sent = body
            .get("options")
            .and_then(|options| options.get("thresholds"))
            .and_then(Value::as_object);
        let set = sent
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null());
        Self(
            set.map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    }

    fn get(&self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(number)
    }

    /// A service check counts the last so many runs: it can never count more.
    fn within(&self, query: &str) -> Result<(), Vec<String>> {
        let last = last(query);
        let largest = self.0.values().filter_map(number).fold(0.0, f64::max);
        match last {
            Some(last) if largest > last => Err(vec![BEYOND_LAST.to_owned()]),
            _ => Ok(()),
        }
    }

    /// The critical threshold must be the number in the query, and recovery must lie on its good side.
    fn fit(&self, comparison: &Comparison<'_>, kind: &str) -> Result<(), Vec<String>> {
        let Ok(in_query) = comparison.threshold.parse::<f64>() else {
            return Ok(());
        };
        match self.get("critical") {
            Some(critical) if critical != in_query => {
                return Err(vec![format!(
                    "Alert threshold ({critical:?}) does not match that used in the query ({in_query:?})."
                )]);
            }
            None if is_compared(kind) && !self.0.is_empty() => {
                return Err(vec![NO_CRITICAL.to_owned()]);
            }
            _ => {}
        }
        let overlaps =
            self.get("critical_recovery")
                .is_some_and(|recovery| match comparison.operator {
                    ">" | ">=" => recovery > in_query,
                    "<" | "<=" => recovery < in_query,
                    _ => false,
                });
        if overlaps {
            Err(vec![BOTH_AT_ONCE.to_owned()])
        } else {
            Ok(())
        }
    }
}

/// `5` of `….last(5).count_by_status()`; a percentage of runs has no such limit.
fn last(query: &str) -> Option<f64> {
    if !query.contains("count_by_status") {
        return None;
    }
    let after = query.split_once(".last(")?.1;
    after.split_once(')')?.0.trim().parse().ok()
}

/// A number, also one written as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const METRIC: &str = "avg(last_5m):x{*} > 50";
    const LOW: &str = "avg(last_5m):x{*} < 50";
    const CHECK: &str = r#""ntp.in_sync".by("*").last(2).count_by_status()"#;
    const SHARE: &str = r#""ntp.in_sync".over("*").last(2).pct_by_status()"#;

    /// Type, query, thresholds, and the text they are refused with, if they are.
    const CASES: [(&str, &str, &str, Option<&str>); 17] = [
        ("query alert", METRIC, r#"{"critical": 50}"#, None),
        ("query alert", METRIC, r#"{"critical": "50"}"#, None),
        (
            "query alert",
            METRIC,
            r#"{"critical": 50, "critical_recovery": 40}"#,
            None,
        ),
        (
            "query alert",
            METRIC,
            r#"{"critical": 50, "critical_recovery": 50}"#,
            None,
        ),
        (
            "query alert",
            METRIC,
            r#"{"critical": 50, "critical_recovery": 51}"#,
            Some(BOTH_AT_ONCE),
        ),
        (
            "query alert",
            LOW,
            r#"{"critical": 50, "critical_recovery": 60}"#,
            None,
        ),
        (
            "query alert",
            LOW,
            r#"{"critical": 50, "critical_recovery": 49}"#,
            Some(BOTH_AT_ONCE),
        ),
        ("query alert", METRIC, r#"{"critical": null}"#, None),
        ("query alert", METRIC, "{}", None),
        (
            "metric alert",
            METRIC,
            r#"{"warning": 40}"#,
            Some(NO_CRITICAL),
        ),
        (
            "metric alert",
            METRIC,
            r#"{"critical": "many"}"#,
            Some(NOT_A_NUMBER),
        ),
        (
            "metric alert",
            METRIC,
            r#"{"critical": 51}"#,
            Some("Alert threshold (51.0) does not match that used in the query (50.0)."),
        ),
        ("service check", CHECK, r#"{"critical": 2, "ok": 1}"#, None),
        (
            "service check",
            CHECK,
            r#"{"critical": 2, "ok": 3}"#,
            Some(BEYOND_LAST),
        ),
        ("service check", SHARE, r#"{"critical": 60}"#, None),
        ("service check", CHECK, r#"{"warning": 1}"#, None),
        ("composite", "1 && 2", r#"{"warning": 1}"#, None),
    ];

    #[test]
    fn each_rule_speaks_in_datadogs_words() {
        for (kind, query, thresholds, refused) in CASES {
            let thresholds: Value = serde_json::from_str(thresholds).unwrap();
            let body = json!({"options": {"thresholds": thresholds}});
            let found = check(body.as_object().unwrap(), kind, query).err();
            assert_eq!(
                found,
                refused.map(|text| vec![text.to_owned()]),
                "{query} {thresholds}"
            );
        }
    }
}
