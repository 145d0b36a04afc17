//! What Datadog refuses, in its own words. Checks are few: those that a client of this project can run into.

use serde_json::{Map, Value};

use super::query::is_grouped;
use super::refusal::invalid;
use super::thresholds;

/// The monitor types of the API. `event alert` is a name of old that is refused today.
const TYPES: [&str; 23] = [
    "composite",
    "query alert",
    "log alert",
    "metric alert",
    "process alert",
    "service check",
    "rum alert",
    "trace-analytics alert",
    "error-tracking alert",
    "slo alert",
    "event-v2 alert",
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "cost alert",
    "data-quality alert",
    "data-jobs alert",
    "database-monitoring alert",
    "network-performance alert",
    "network-path alert",
    "llm-observability alert",
    "synthetics alert",
    "watchdog alert",
];

/// Checks a whole definition (for a PUT: the stored one with the sent keys laid over it). The texts are answers' `errors`.
pub(crate) fn check(body: &Map<String, Value>) -> Result<(), Vec<String>> {
    let kind = required(body, "type")?;
    let query = required(body, "query")?;
    if !TYPES.contains(&kind) {
        return Err(vec![invalid("type")]);
    }
    for (key, fits) in SHAPES {
        if body
            .get(*key)
            .is_some_and(|value| !value.is_null() && !fits(value))
        {
            return Err(vec![invalid(key)]);
        }
    }
    thresholds::check(body, kind, query)?;
    group_delay(body, query)
}

/// A check of one value.
type Fits = fn(&Value) -> bool;

/// Keys that must have a certain shape when they are there.
const SHAPES: &[(&str, Fits)] = &[
    ("name", Value::is_string),
    ("message", Value::is_string),
    ("tags", is_list_of_texts),
    ("options", Value::is_object),
    ("priority", is_priority),
    ("draft_status", is_draft_status),
];

fn is_list_of_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(Value::is_string))
}

/// 1 to 5; 0 stands for none.
fn is_priority(value: &Value) -> bool {
    value.as_u64().is_some_and(|priority| priority <= 5)
}

fn is_draft_status(value: &Value) -> bool {
    value == "draft" || value == "published"
}

fn required<'a>(body: &'a Map<String, Value>, key: &str) -> Result<&'a str, Vec<String>> {
    let text = body
        .get(key)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|text| !text.is_empty());
    text.ok_or_else(|| vec![invalid(key)])
}

/// Only a grouped monitor can have new groups. A query over variables may group in them, so nothing is said of it.
fn group_delay(body: &Map<String, Value>, query: &str) -> Result<(), Vec<String>> {
    let option = |key: &str| body.get("options").and_then(|options| options.get(key));
    let delayed = option("new_group_delay")
        .and_then(Value::as_f64)
        .is_some_and(|delay| delay > 0.0);
    if !delayed || is_grouped(query) || option("variables").is_some() {
        return Ok(());
    }
    Err(vec![
        "The new_group_delay option can only be used for multi-alert monitors".to_owned(),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(body: Value) -> Vec<String> {
        check(body.as_object().unwrap()).err().unwrap_or_default()
    }

    /// A key of a good monitor, the value it gets, and the parameter that is then invalid (none: still good).
    const CHANGES: [(&str, &str, Option<&str>); 11] = [
        ("query", r#""avg(last_5m):x{*}""#, Some("query")),
        ("query", r#"" ""#, Some("query")),
        ("query", "null", Some("query")),
        ("type", "null", Some("type")),
        ("type", r#""event alert""#, Some("type")),
        ("tags", r#""a:b""#, Some("tags")),
        ("priority", "6", Some("priority")),
        ("options", "[]", Some("options")),
        ("draft_status", r#""maybe""#, Some("draft_status")),
        ("priority", "0", None),
        ("options", r#"{"thresholds": {"critical": 51.0}}"#, None),
    ];

    fn good() -> Value {
        json!({"type": "metric alert", "query": "avg(last_5m):x{*} > 51", "name": "n", "message": "m"})
    }

    #[test]
    fn what_is_refused_and_how() {
        assert!(errors(good()).is_empty());
        for (key, value, parameter) in CHANGES {
            let mut body = good();
            body[key] = serde_json::from_str(value).unwrap();
            let expected: Vec<String> = parameter.map(invalid).into_iter().collect();
            assert_eq!(errors(body), expected, "{key} {value}");
        }
    }

    /// A query, its options, and whether they are refused.
    const GROUP_DELAYS: [(&str, &str, bool); 4] = [
        ("avg(last_5m):x{*} > 1", r#"{"new_group_delay": 60}"#, true),
        ("avg(last_5m):x{*} > 1", r#"{"new_group_delay": 0}"#, false),
        (
            "avg(last_5m):x{*} by {host} > 1",
            r#"{"new_group_delay": 60}"#,
            false,
        ),
        (
            "formula(\"a\").last(\"5m\") > 1",
            r#"{"new_group_delay": 60, "variables": []}"#,
            false,
        ),
    ];

    #[test]
    fn only_grouped_monitors_wait_for_new_groups() {
        for (query, options, refused) in GROUP_DELAYS {
            let options: Value = serde_json::from_str(options).unwrap();
            let found = errors(json!({"type": "query alert", "query": query, "options": options}));
            assert_eq!(!found.is_empty(), refused, "{query} {options}: {found:?}");
        }
    }

    #[test]
    fn types_without_a_comparison_need_none() {
        assert!(errors(json!({"type": "composite", "query": "1 && 2"})).is_empty());
        assert!(errors(json!({"type": "service check", "query": "\"c\".by(\"*\").last(2).count_by_status()"})).is_empty());
    }
}
