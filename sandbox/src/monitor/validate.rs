//! What Datadog refuses, in its own words. Checks are few: those that a client of this project can run into.

use serde_json::{Map, Value};

use super::options::EVENT_QUERIES;
use super::query::comparison;

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

/// Whether the query of a type must end in a comparison; that of any other may.
fn is_compared(kind: &str) -> bool {
    matches!(kind, "metric alert" | "query alert") || EVENT_QUERIES.contains(&kind)
}

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
    thresholds(body, kind, query)
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

fn invalid(key: &str) -> String {
    format!("The value provided for parameter '{key}' is invalid")
}

/// The critical threshold must be the number in the query.
fn thresholds(body: &Map<String, Value>, kind: &str, query: &str) -> Result<(), Vec<String>> {
    if kind == "service check" {
        return Ok(());
    }
    let in_query =
        comparison(query).and_then(|comparison| comparison.threshold.parse::<f64>().ok());
    let Some(in_query) = in_query else {
        return if is_compared(kind) {
            Err(vec![invalid("query")])
        } else {
            Ok(())
        };
    };
    let critical = body
        .get("options")
        .and_then(|options| options.get("thresholds"))
        .and_then(|all| all.get("critical"));
    match critical.and_then(number) {
        Some(critical) if critical != in_query => Err(vec![format!(
            "Alert threshold ({critical:?}) does not match that used in the query ({in_query:?})."
        )]),
        _ => Ok(()),
    }
}

/// A number, also one written as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
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

    #[test]
    fn the_critical_threshold_is_the_number_in_the_query() {
        let mut body = good();
        body["options"] = json!({"thresholds": {"critical": 50}});
        assert_eq!(
            errors(body),
            ["Alert threshold (50.0) does not match that used in the query (51.0)."]
        );
    }

    #[test]
    fn types_without_a_comparison_need_none() {
        assert!(errors(json!({"type": "composite", "query": "1 && 2"})).is_empty());
        assert!(errors(json!({"type": "service check", "query": "\"c\".by(\"*\").last(2).count_by_status()"})).is_empty());
    }
}
