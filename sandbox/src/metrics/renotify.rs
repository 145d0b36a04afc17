//! Who is to be told again: `renotify_interval`, `renotify_statuses` and `renotify_occurrences`.

use serde_json::Value;

use crate::alerting::Change;
use crate::monitor::{Definition, Group, Monitor, Status};

const MINUTE_MS: u64 = 60_000;

/// One change for each group whose interval has passed since it was last told of.
pub(super) fn due(monitor: &Monitor, virtual_ms: u64) -> Vec<Change> {
    let definition = &monitor.definition;
    let minutes = definition
        .option("renotify_interval")
        .and_then(Value::as_u64);
    let Some(minutes) = minutes.filter(|minutes| *minutes > 0) else {
        return Vec::new();
    };
    let limit = definition
        .option("renotify_occurrences")
        .and_then(Value::as_u64);
    let is_due = |group: &Group| {
        repeats(definition, group.status)
            && limit.is_none_or(|limit| u64::from(group.repeats) < limit)
            && group
                .told_ms
                .is_some_and(|told_ms| virtual_ms >= told_ms + minutes * MINUTE_MS)
    };
    let due = monitor.groups.iter().filter(|(_, group)| is_due(group));
    due.map(|(name, group)| Change {
        group: name.clone(),
        status: group.status,
        value: None,
        silent: false,
        renotify: true,
    })
    .collect()
}

/// Alerts and missing data are told again, if the monitor does not say which.
fn repeats(definition: &Definition, status: Status) -> bool {
    let word = status.name().to_lowercase();
    match definition
        .option("renotify_statuses")
        .and_then(Value::as_array)
    {
        Some(listed) => listed.iter().any(|listed| *listed == word),
        None => matches!(status, Status::Alert | Status::NoData),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Options, status, minutes since it was told, repeats so far, and whether it is told again.
    const CASES: [(&str, Status, u64, u32, bool); 9] = [
        ("{}", Status::Alert, 600, 0, false),
        (r#"{"renotify_interval": 10}"#, Status::Alert, 9, 0, false),
        (r#"{"renotify_interval": 10}"#, Status::Alert, 10, 0, true),
        (r#"{"renotify_interval": 10}"#, Status::NoData, 10, 5, true),
        (r#"{"renotify_interval": 10}"#, Status::Warn, 10, 0, false),
        (r#"{"renotify_interval": 10}"#, Status::Ok, 10, 0, false),
        (
            r#"{"renotify_interval": 10, "renotify_statuses": ["warn"]}"#,
            Status::Warn,
            10,
            0,
            true,
        ),
        (
            r#"{"renotify_interval": 10, "renotify_statuses": ["warn"]}"#,
            Status::Alert,
            10,
            0,
            false,
        ),
        (
            r#"{"renotify_interval": 10, "renotify_occurrences": 2}"#,
            Status::Alert,
            10,
            2,
            false,
        ),
    ];

    #[test]
    fn the_interval_the_statuses_and_the_number_count() {
        for (options, status, minutes, repeats, expected) in CASES {
            let options: Value = serde_json::from_str(options).unwrap();
            let sent =
                json!({"type": "metric alert", "query": "x > 1", "options": options.clone()});
            let mut monitor = Monitor::new(1, Definition::create(sent.as_object().unwrap()), 0);
            let told_ms = Some(1_000_000);
            monitor.groups.insert(
                "a:1".to_owned(),
                Group {
                    status,
                    told_ms,
                    repeats,
                    ..Group::fresh()
                },
            );
            let found = due(&monitor, 1_000_000 + minutes * MINUTE_MS);
            assert_eq!(found.len() == 1, expected, "{options} {status}");
        }
    }
}
