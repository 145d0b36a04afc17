//! What is different between a recorded answer and the sandbox's: the status, keys, values. Some keys have values that no
//! two runs share; for them it counts only that they are there.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keys whose values are the server's own: times, owners, and what the real monitor was doing just then.
const VOLATILE: [&str; 9] = [
    "id",
    "org_id",
    "created",
    "created_at",
    "modified",
    "creator",
    "overall_state",
    "overall_state_modified",
    "deleted_monitor_id",
];
/// A value in a report is cut here.
const SHOWN: usize = 160;

/// A status and a body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// 0: there was no answer.
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The differences in words, one each; none if the answers agree.
pub(super) fn differences(recorded: &Answer, here: &Answer) -> Vec<String> {
    if recorded.status != here.status {
        let (old, new) = (recorded.status, here.status);
        return vec![format!(
            "status: {old} recorded, {new} here {}",
            cut(&here.body)
        )];
    }
    let mut found = Vec::new();
    walk("", &recorded.body, &here.body, &mut found);
    found
}

fn walk(at: &str, recorded: &Value, here: &Value, found: &mut Vec<String>) {
    match (recorded, here) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let at = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                match (old.get(key), new.get(key)) {
                    (Some(_), Some(_)) if VOLATILE.contains(&key.as_str()) => {}
                    (Some(old), Some(new)) => walk(&at, old, new, found),
                    (Some(old), None) => {
                        found.push(format!("{at}: {} recorded, missing here", cut(old)))
                    }
                    (None, new) => found.push(format!(
                        "{at}: not recorded, {} here",
                        new.map(cut).unwrap_or_default()
                    )),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (i, (old, new)) in old.iter().zip(new).enumerate() {
                walk(&format!("{at}[{i}]"), old, new, found);
            }
        }
        _ if same(recorded, here) => {}
        _ => found.push(format!(
            "{at}: {} recorded, {} here",
            cut(recorded),
            cut(here)
        )),
    }
}

/// Numbers are one however they are written.
fn same(recorded: &Value, here: &Value) -> bool {
    match (recorded.as_f64(), here.as_f64()) {
        (Some(old), Some(new)) => old == new,
        _ => recorded == here,
    }
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn between(old: Value, new: Value) -> Vec<String> {
        let answer = |body| Answer { status: 200, body };
        differences(&answer(old), &answer(new))
    }

    #[test]
    fn keys_and_values_count_and_volatile_values_do_not() {
        assert!(
            between(
                json!({"id": 1, "a": [2, {"b": 3.0}]}),
                json!({"id": 2, "a": [2.0, {"b": 3}]})
            )
            .is_empty()
        );
        assert_eq!(
            between(json!({"id": 1}), json!({})),
            ["id: 1 recorded, missing here"]
        );
        assert_eq!(
            between(json!({}), json!({"x": null})),
            ["x: not recorded, null here"]
        );
        assert_eq!(
            between(json!({"a": {"b": [1]}}), json!({"a": {"b": [2]}})),
            ["a.b[0]: 1 recorded, 2 here"]
        );
        assert_eq!(
            between(json!([1]), json!([1, 2])),
            [": [1] recorded, [1,2] here"]
        );
    }

    #[test]
    fn another_status_is_the_only_difference_told() {
        let answer = |status, body| Answer { status, body };
        let found = differences(&answer(200, json!({"a": 1})), &answer(404, json!({"b": 1})));
        assert_eq!(found, [r#"status: 200 recorded, 404 here {"b":1}"#]);
    }
}
