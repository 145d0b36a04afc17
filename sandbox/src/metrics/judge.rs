//! From a measured value to a status: thresholds, recovery thresholds, missing data, groups too young to be judged.

use serde_json::Value;

use super::measure::Measured;
use super::query::Query;
use crate::monitor::{Definition, Status};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Missing data is told after two windows, and not before ten minutes, if the monitor does not say.
const NO_DATA_MIN_MS: u64 = 10 * MINUTE_MS;
/// `new_host_delay` without the option, in seconds; for groups by host only.
const NEW_HOST_DELAY_S: f64 = 300.0;

/// The status that a group has now; none if it stays as it is.
pub(super) fn judge(
    definition: &Definition,
    query: &Query,
    measured: &Measured,
    (before, end_ms): (Option<Status>, u64),
) -> Option<Status> {
    let age_ms = end_ms.saturating_sub(measured.first_ms);
    let whole = option(definition, "require_full_window") != Some(&Value::Bool(true));
    if age_ms < delay_ms(definition, query) || (!whole && age_ms < query.window_ms) {
        return None;
    }
    match measured.value {
        Some(value) => Some(compare(definition, query, value, before)),
        None => missing(definition, query, measured, (before, end_ms)),
    }
}

fn option<'a>(definition: &'a Definition, name: &str) -> Option<&'a Value> {
    definition.option(name).filter(|value| !value.is_null())
}

fn number(definition: &Definition, name: &str) -> Option<f64> {
    option(definition, name)?.as_f64()
}

fn threshold(definition: &Definition, name: &str) -> Option<f64> {
    definition.option("thresholds")?.get(name)?.as_f64()
}

/// How old a group must be: `new_group_delay`, and for hosts `new_host_delay`, in seconds.
fn delay_ms(definition: &Definition, query: &Query) -> u64 {
    let new_group = number(definition, "new_group_delay");
    let by_host = query.is_by("host");
    let new_host =
        by_host.then(|| number(definition, "new_host_delay").unwrap_or(NEW_HOST_DELAY_S));
    (new_group.or(new_host).unwrap_or(0.0).max(0.0) * 1000.0) as u64
}

/// A status once bad stays until the value is past its recovery threshold.
fn compare(definition: &Definition, query: &Query, value: f64, before: Option<Status>) -> Status {
    let stays = |status: Status, name: &str| {
        let recovery = threshold(definition, name);
        before == Some(status)
            && recovery.is_some_and(|recovery| !query.operator.recovered(value, recovery))
    };
    let warns = threshold(definition, "warning")
        .is_some_and(|warning| query.operator.holds(value, warning));
    if query.operator.holds(value, query.critical) || stays(Status::Alert, "critical_recovery") {
        Status::Alert
    } else if warns || stays(Status::Warn, "warning_recovery") {
        Status::Warn
    } else {
        Status::Ok
    }
}

/// No points in the window. `on_missing_data` decides; without it `notify_no_data` does, after `no_data_timeframe`; a count
/// without either is zero, and anything else stays as it was until `timeout_h` ends it.
fn missing(
    definition: &Definition,
    query: &Query,
    measured: &Measured,
    (before, end_ms): (Option<Status>, u64),
) -> Option<Status> {
    let silent_ms = end_ms.saturating_sub(measured.last_ms);
    match option(definition, "on_missing_data").and_then(Value::as_str) {
        Some("default") | None => {}
        Some(_) => return Some(Status::NoData),
    }
    if definition.notifies_no_data() {
        let minutes = number(definition, "no_data_timeframe");
        let patience = minutes.map_or_else(
            || NO_DATA_MIN_MS.max(2 * query.window_ms),
            |minutes| (minutes * MINUTE_MS as f64) as u64,
        );
        return (silent_ms >= patience).then_some(Status::NoData);
    }
    if measured.counts {
        return Some(compare(definition, query, 0.0, before));
    }
    let hours = number(definition, "timeout_h").filter(|hours| *hours > 0.0)?;
    let over = silent_ms as f64 >= hours * HOUR_MS as f64;
    (over && matches!(before, Some(Status::Alert | Status::Warn))).then_some(Status::Ok)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 100 * HOUR_MS;

    fn status(options: Value, value: Option<f64>, before: Option<Status>) -> Option<Status> {
        let sent = json!({"type": "metric alert", "query": "avg(last_5m):avg:x{*} > 50", "options": options});
        let definition = Definition::create(sent.as_object().unwrap());
        let query = Query::parse(definition.query()).unwrap();
        let measured = Measured {
            value,
            first_ms: 0,
            last_ms: NOW - 15 * MINUTE_MS,
            counts: false,
        };
        judge(&definition, &query, &measured, (before, NOW))
    }

    /// Before, value, after; with warning 20 and recovery thresholds 40 and 10.
    const STEPS: [(Option<Status>, f64, Status); 12] = [
        (None, 51.0, Status::Alert),
        (None, 50.0, Status::Warn),
        (None, 20.0, Status::Ok),
        (Some(Status::Ok), 45.0, Status::Warn),
        (Some(Status::Alert), 45.0, Status::Alert),
        (Some(Status::Alert), 40.0, Status::Warn),
        (Some(Status::Alert), 15.0, Status::Ok),
        (Some(Status::Warn), 15.0, Status::Warn),
        (Some(Status::Warn), 10.0, Status::Ok),
        (Some(Status::Ok), 15.0, Status::Ok),
        (Some(Status::NoData), 60.0, Status::Alert),
        (Some(Status::NoData), 1.0, Status::Ok),
    ];

    #[test]
    fn a_status_stays_until_its_recovery_threshold() {
        let thresholds = json!({"thresholds": {"critical": 50, "warning": 20, "critical_recovery": 40, "warning_recovery": 10}});
        for (before, value, after) in STEPS {
            assert_eq!(
                status(thresholds.clone(), Some(value), before),
                Some(after),
                "{before:?} {value}"
            );
        }
    }

    /// Options, and what a quarter of an hour without points makes of an alert.
    const SILENCES: [(&str, Option<Status>); 9] = [
        ("{}", None),
        (r#"{"notify_no_data": true}"#, Some(Status::NoData)),
        (
            r#"{"notify_no_data": true, "no_data_timeframe": 15}"#,
            Some(Status::NoData),
        ),
        (r#"{"notify_no_data": true, "no_data_timeframe": 16}"#, None),
        (
            r#"{"on_missing_data": "show_no_data"}"#,
            Some(Status::NoData),
        ),
        (r#"{"on_missing_data": "resolve"}"#, Some(Status::NoData)),
        (r#"{"on_missing_data": "default"}"#, None),
        (r#"{"timeout_h": 1}"#, None),
        (r#"{"timeout_h": 0.25}"#, Some(Status::Ok)),
    ];

    #[test]
    fn missing_data_is_what_the_monitor_says() {
        for (options, expected) in SILENCES {
            let options: Value = serde_json::from_str(options).unwrap();
            assert_eq!(
                status(options.clone(), None, Some(Status::Alert)),
                expected,
                "{options}"
            );
        }
    }

    #[test]
    fn a_count_without_points_is_zero() {
        let sent = json!({"type": "metric alert", "query": "sum(last_5m):sum:x{*}.as_count() > 5"});
        let definition = Definition::create(sent.as_object().unwrap());
        let query = Query::parse(definition.query()).unwrap();
        let measured = Measured {
            value: None,
            first_ms: 0,
            last_ms: 1,
            counts: true,
        };
        assert_eq!(
            judge(&definition, &query, &measured, (Some(Status::Alert), NOW)),
            Some(Status::Ok)
        );
    }

    #[test]
    fn young_groups_and_windows_that_are_not_full_are_not_judged() {
        for (options, by, age_s, judged) in [
            (json!({"new_group_delay": 60}), "bank", 59, false),
            (json!({"new_group_delay": 60}), "bank", 60, true),
            (json!({}), "host", 299, false),
            (json!({"new_host_delay": 0}), "host", 0, true),
            (json!({}), "bank", 0, true),
            (json!({"require_full_window": true}), "bank", 299, false),
            (json!({"require_full_window": true}), "bank", 300, true),
        ] {
            let query = format!("avg(last_5m):avg:x{{*}} by {{{by}}} > 50");
            let sent = json!({"type": "metric alert", "query": query, "options": options.clone()});
            let definition = Definition::create(sent.as_object().unwrap());
            let query = Query::parse(definition.query()).unwrap();
            let measured = Measured {
                value: Some(60.0),
                first_ms: NOW - age_s * 1000,
                last_ms: NOW,
                counts: false,
            };
            assert_eq!(
                judge(&definition, &query, &measured, (None, NOW)).is_some(),
                judged,
                "{options} {age_s}"
            );
        }
    }
}
