//! The plain settings of a monitor: one row each, from which come the schema, the checks, the request body,
//! the reading back and the registry page. What makes the message, and the tags, are not plain and not here.
//!
//! Names and meanings are those of the `datadog_monitor` resource and of API v1
//! (docs.datadoghq.com/api/latest/monitors), so that a resource body can be pasted.

/// How a setting is written in HCL and in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bool in both.
    Flag,
    /// A whole number in both.
    Whole,
    /// A string in both; white space at its ends does not count, because the API trims it.
    Text,
    /// A set of strings, a JSON array.
    Texts,
    /// An exact decimal: a string in HCL (which turns a number into one), a number in JSON.
    Decimal,
}

/// Where a setting stands in the JSON body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Beside `name`; must be in the configuration.
    Required,
    /// Beside `name`.
    Top,
    /// In `options`.
    Options,
    /// In `options.thresholds`; in HCL in the block `monitor_thresholds`.
    Thresholds,
    /// Nowhere: it steers this provider.
    Local,
}

/// Which values are accepted, checked offline.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// Any of the kind.
    Any,
    /// One of these; for [`Kind::Texts`], each of them.
    OneOf(&'static [&'static str]),
    /// From the first to the second, both included.
    Between(i64, i64),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The attribute's name, which is also the JSON field's.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) rule: Rule,
    /// JSON values that mean the same as none: Datadog adds them, drops them or answers with them.
    pub(crate) like_unset: &'static [&'static str],
    /// Markdown for the registry page.
    pub(crate) doc: &'static str,
}

impl Setting {
    const fn new(name: &'static str, kind: Kind, place: Place, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            place,
            rule: Rule::Any,
            like_unset: &[],
            doc,
        }
    }

    const fn rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    const fn like_unset(self, like_unset: &'static [&'static str]) -> Self {
        Self { like_unset, ..self }
    }
}

/// The types of API v1 that notify. `metric alert` and `query alert` are one type with two names.
pub(crate) const TYPES: &[&str] = &[
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "composite",
    "cost alert",
    "data-jobs alert",
    "data-quality alert",
    "database-monitoring alert",
    "error-tracking alert",
    "event-v2 alert",
    "log alert",
    "metric alert",
    "network-path alert",
    "network-performance alert",
    "process alert",
    "query alert",
    "rum alert",
    "service check",
    "slo alert",
    "synthetics alert",
    "trace-analytics alert",
];

const ON_MISSING_DATA: &[&str] = &[
    "default",
    "resolve",
    "show_and_notify_no_data",
    "show_no_data",
];
const PRESETS: &[&str] = &[
    "hide_all",
    "hide_handles",
    "hide_handles_and_footer",
    "hide_query",
    "hide_query_and_handles",
    "show_all",
    "show_only_snapshot",
];
const NEVER_NEGATIVE: Rule = Rule::Between(0, i64::MAX);

/// Every plain setting, in the order of the registry page.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting::new("name", Kind::Text, Place::Required, "Name of the monitor, the title of its notifications."),
    Setting::new("type", Kind::Text, Place::Required, "Type of the monitor, for example `query alert`. A change makes a new monitor, except between `metric alert` and `query alert`, which Datadog treats as one. `event alert` is refused: Datadog replaced it by `event-v2 alert`.")
        .rule(Rule::OneOf(TYPES)),
    Setting::new("query", Kind::Text, Place::Required, "The query, as the API writes it. For a breaker prefer a ratio of errors to requests: a breaker that rejects calls also stops their errors."),
    Setting::new("priority", Kind::Decimal, Place::Top, "Priority from 1 (high) to 5 (low).")
        .rule(Rule::OneOf(&["0", "1", "2", "3", "4", "5"])).like_unset(&["0"]),
    Setting::new("restricted_roles", Kind::Texts, Place::Top, "Ids of the roles that may edit the monitor.").like_unset(&["[]"]),
    Setting::new("draft_status", Kind::Text, Place::Top, "`published`, or `draft`: then Datadog sends no notification at all, and no callback. Default `published`.")
        .rule(Rule::OneOf(&["draft", "published"])).like_unset(&["\"published\""]),
    Setting::new("notify_no_data", Kind::Flag, Place::Options, "Notify when data stops. Default `false`. Not together with `on_missing_data`.").like_unset(&["false"]),
    Setting::new("no_data_timeframe", Kind::Whole, Place::Options, "Minutes without data before `notify_no_data` notifies. Not together with `on_missing_data`.").rule(NEVER_NEGATIVE),
    Setting::new("on_missing_data", Kind::Text, Place::Options, "What a group without data becomes: `default`, `resolve`, `show_no_data` or `show_and_notify_no_data`.")
        .rule(Rule::OneOf(ON_MISSING_DATA)).like_unset(&["\"default\""]),
    Setting::new("renotify_interval", Kind::Whole, Place::Options, "Minutes after which a state that lasts is notified again.").rule(NEVER_NEGATIVE).like_unset(&["0"]),
    Setting::new("renotify_occurrences", Kind::Whole, Place::Options, "How many times a state is notified again.").rule(NEVER_NEGATIVE).like_unset(&["0"]),
    Setting::new("renotify_statuses", Kind::Texts, Place::Options, "Which states are notified again: `alert`, `warn`, `no data`.")
        .rule(Rule::OneOf(&["alert", "no data", "warn"])).like_unset(&["[]"]),
    Setting::new("escalation_message", Kind::Text, Place::Options, "Message of a repeated notification. It holds no callback lines; those of `message` are sent all the same.").like_unset(&["\"\""]),
    Setting::new("evaluation_delay", Kind::Whole, Place::Options, "Seconds by which the evaluation lags behind, for metrics that arrive late.").rule(NEVER_NEGATIVE).like_unset(&["0"]),
    Setting::new("new_group_delay", Kind::Whole, Place::Options, "Seconds for which a new group is not evaluated.").rule(NEVER_NEGATIVE),
    Setting::new("new_host_delay", Kind::Whole, Place::Options, "Seconds for which a new host is not evaluated. Default `300`. Prefer `new_group_delay`.").rule(NEVER_NEGATIVE).like_unset(&["300"]),
    Setting::new("require_full_window", Kind::Flag, Place::Options, "Evaluate only with a full window of data. `false` is advised for sparse metrics."),
    Setting::new("include_tags", Kind::Flag, Place::Options, "Put the triggering tags into the title. Default `true`.").like_unset(&["true"]),
    Setting::new("timeout_h", Kind::Whole, Place::Options, "Hours without data after which a triggered monitor resolves by itself, 0 to 24.").rule(Rule::Between(0, 24)).like_unset(&["0"]),
    Setting::new("group_retention_duration", Kind::Text, Place::Options, "How long a group without data is kept, for example `60m`, `1h`, `2d`; one hour to three days."),
    Setting::new("groupby_simple_monitor", Kind::Flag, Place::Options, "Log monitors: one alert when any source passes the threshold. Default `false`.").like_unset(&["false"]),
    Setting::new("enable_logs_sample", Kind::Flag, Place::Options, "Log monitors: show a sample of the logs in the notification. Default `false`.").like_unset(&["false"]),
    Setting::new("notify_by", Kind::Texts, Place::Options, "Tags to notify by, coarser than the groups of the query; `[\"*\"]` for one notification in all.").like_unset(&["[]"]),
    Setting::new("notification_preset_name", Kind::Text, Place::Options, "What Datadog leaves out of a notification, for example `hide_query`. Default `show_all`. A preset that hides the footer is refused on a monitor with callbacks: the ids that a callback needs stand in its links.")
        .rule(Rule::OneOf(PRESETS)).like_unset(&["\"show_all\""]),
    Setting::new("notify_audit", Kind::Flag, Place::Options, "Notify of changes to the monitor. Default `false`.").like_unset(&["false"]),
    Setting::new("critical", Kind::Decimal, Place::Thresholds, "Alert threshold; the number in the query."),
    Setting::new("critical_recovery", Kind::Decimal, Place::Thresholds, "Where an alert ends. Set it: it keeps a breaker from flapping."),
    Setting::new("warning", Kind::Decimal, Place::Thresholds, "Warning threshold: the breaker is degraded, not open."),
    Setting::new("warning_recovery", Kind::Decimal, Place::Thresholds, "Where a warning ends."),
    Setting::new("ok", Kind::Decimal, Place::Thresholds, "Service checks: successes that end an alert."),
    Setting::new("unknown", Kind::Decimal, Place::Thresholds, "Service checks: results that make the state unknown."),
    Setting::new("force_delete", Kind::Flag, Place::Local, "Delete the monitor even when an SLO or a composite monitor refers to it. Default `false`."),
    Setting::new("validate", Kind::Flag, Place::Local, "`false` leaves out the question to Datadog, during plan, whether it would accept the monitor. Default `true`."),
];

/// The settings at one of the places.
pub(crate) fn at(place: Place) -> impl Iterator<Item = &'static Setting> {
    SETTINGS
        .iter()
        .filter(move |setting| setting.place == place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sound() {
        for setting in SETTINGS {
            let twins = SETTINGS
                .iter()
                .filter(|other| other.name == setting.name)
                .count();
            assert_eq!(twins, 1, "{}", setting.name);
            assert!(setting.doc.ends_with('.'), "{}", setting.name);
            for text in setting.like_unset {
                assert!(
                    serde_json::from_str::<serde_json::Value>(text).is_ok(),
                    "{}: {text}",
                    setting.name
                );
            }
        }
    }

    #[test]
    fn a_removed_type_is_not_offered() {
        assert!(!TYPES.contains(&"event alert"));
        assert!(TYPES.is_sorted());
    }
}
