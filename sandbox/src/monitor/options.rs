//! The `options` of a monitor: what Datadog adds, drops and rewrites in them.

use serde_json::{Map, Number, Value, json};

/// Types that count events out of a search. They share their options.
pub(super) const EVENT_QUERIES: [&str; 11] = [
    "log alert",
    "rum alert",
    "trace-analytics alert",
    "error-tracking alert",
    "event-v2 alert",
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "database-monitoring alert",
    "network-performance alert",
    "llm-observability alert",
];

/// The options as Datadog keeps them, from those a client sent for a monitor of type `kind`.
pub(super) fn canonical(sent: &Map<String, Value>, kind: &str) -> Map<String, Value> {
    let mut options = sent.clone();
    if options
        .get("on_missing_data")
        .is_some_and(|value| value == "default")
    {
        options.remove("on_missing_data");
    }
    trim(&mut options, "escalation_message");
    thresholds(&mut options, kind);
    add_defaults(&mut options, kind);
    options
}

/// Removes white space at both ends of a text.
pub(super) fn trim(map: &mut Map<String, Value>, key: &str) {
    if let Some(Value::String(text)) = map.get_mut(key) {
        *text = text.trim().to_owned();
    }
}

/// Empty thresholds go; numbers become floating point, but for service checks, which count.
fn thresholds(options: &mut Map<String, Value>, kind: &str) {
    let Some(Value::Object(sent)) = options.get("thresholds") else {
        options.remove("thresholds");
        return;
    };
    let kept: Map<String, Value> = sent
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| {
            (
                key.clone(),
                if kind == "service check" {
                    value.clone()
                } else {
                    float(value)
                },
            )
        })
        .collect();
    if kept.is_empty() {
        options.remove("thresholds");
    } else {
        options.insert("thresholds".to_owned(), Value::Object(kept));
    }
}

/// `2` becomes `2.0`; a number that has a fraction keeps its digits.
fn float(value: &Value) -> Value {
    let Value::Number(number) = value else {
        return value.clone();
    };
    let text = number.to_string();
    if text.contains(['.', 'e', 'E']) {
        return value.clone();
    }
    format!("{text}.0")
        .parse::<Number>()
        .map_or_else(|_| value.clone(), Value::Number)
}

fn add_defaults(options: &mut Map<String, Value>, kind: &str) {
    let mut add = |key: &str, value: Value| {
        options.entry(key).or_insert(value);
    };
    add("notify_audit", json!(false));
    add("new_host_delay", json!(300));
    add("include_tags", json!(true));
    add("silenced", json!({}));
    if EVENT_QUERIES.contains(&kind) {
        add("groupby_simple_monitor", json!(false));
    }
    if kind == "data-quality alert" {
        add("avalanche_window", json!(10));
    }
    if !options.contains_key("on_missing_data") {
        options.entry("notify_no_data").or_insert(json!(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kind: &str, sent: Value) -> Value {
        let Value::Object(sent) = sent else {
            panic!("an object")
        };
        Value::Object(canonical(&sent, kind))
    }

    #[test]
    fn defaults_are_added() {
        let expected = json!({"notify_no_data": false, "notify_audit": false, "new_host_delay": 300,
            "include_tags": true, "silenced": {}});
        assert_eq!(kept("metric alert", json!({})), expected);
    }

    /// Type, sent options, and what one key is then (`null`: absent).
    const RULES: [(&str, &str, &str, &str); 10] = [
        (
            "metric alert",
            r#"{"on_missing_data": "show_no_data"}"#,
            "notify_no_data",
            "null",
        ),
        (
            "metric alert",
            r#"{"on_missing_data": "default"}"#,
            "on_missing_data",
            "null",
        ),
        (
            "metric alert",
            r#"{"on_missing_data": "default"}"#,
            "notify_no_data",
            "false",
        ),
        (
            "metric alert",
            r#"{"escalation_message": " up \n"}"#,
            "escalation_message",
            r#""up""#,
        ),
        (
            "metric alert",
            r#"{"thresholds": {}}"#,
            "thresholds",
            "null",
        ),
        (
            "metric alert",
            r#"{"thresholds": {"critical": null}}"#,
            "thresholds",
            "null",
        ),
        (
            "metric alert",
            r#"{"new_host_delay": 0}"#,
            "new_host_delay",
            "0",
        ),
        (
            "metric alert",
            r#"{"timeout_h": null}"#,
            "timeout_h",
            "null",
        ),
        ("rum alert", "{}", "groupby_simple_monitor", "false"),
        ("data-quality alert", "{}", "avalanche_window", "10"),
    ];

    #[test]
    fn each_rule_shows_in_its_key() {
        for (kind, sent, key, expected) in RULES {
            let options = kept(kind, serde_json::from_str(sent).unwrap());
            assert_eq!(options[key].to_string(), expected, "{sent} {key}");
        }
    }

    #[test]
    fn thresholds_keep_their_digits() {
        let sent: Value =
            serde_json::from_str(r#"{"thresholds":{"critical":2,"warning":0.10,"ok":1e-3}}"#)
                .unwrap();
        assert_eq!(
            kept("query alert", sent.clone())["thresholds"].to_string(),
            r#"{"critical":2.0,"ok":1e-3,"warning":0.10}"#
        );
        assert_eq!(
            kept("service check", sent)["thresholds"]["critical"].to_string(),
            "2"
        );
    }
}
