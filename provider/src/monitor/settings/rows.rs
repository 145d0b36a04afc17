//! The settings that stand in no block, and the blocks beside them. Their tables are in `blocks` and `variables`.

use super::row::{Kind, Rule, Setting};
use super::{blocks, variables};

/// The types of API v1 that notify. `metric alert` and `query alert` are one type with two names.
const TYPES: &[&str] = &[
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
    "llm-observability alert",
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

/// Beside `name` in the JSON body.
#[rustfmt::skip]
pub(super) const TOP: &[Setting] = &[
    Setting::new("name", Kind::Text, "Name of the monitor, the title of its notifications.").required(),
    Setting::new("type", Kind::Text, "Type of the monitor, for example `query alert`. A change makes a new monitor, except between `metric alert` and `query alert`, which Datadog treats as one. `event alert` is refused: Datadog replaced it by `event-v2 alert`.").required()
        .one_of(TYPES),
    Setting::new("query", Kind::Text, "The query, as the API writes it. For a breaker prefer a ratio of errors to requests: a breaker that rejects calls also stops their errors.").required(),
    Setting::new("priority", Kind::Decimal, "Priority from 1 (high) to 5 (low).")
        .one_of(&["0", "1", "2", "3", "4", "5"]).like_unset(&["0"]),
    Setting::new("restricted_roles", Kind::Texts, "Ids of the roles that may edit the monitor.").like_unset(&["[]"]),
    Setting::new("draft_status", Kind::Text, "`published`, or `draft`: then Datadog sends no notification at all, and no callback. Default `published`.")
        .one_of(&["draft", "published"]).like_unset(&["\"published\""]),
    Setting::new("assets", Kind::Many(blocks::ASSET), "Something tied to the monitor, such as a runbook. May be repeated."),
];

/// In `options`.
#[rustfmt::skip]
pub(super) const OPTIONS: &[Setting] = &[
    Setting::new("notify_no_data", Kind::Flag, "Notify when data stops. Default `false`. Not together with `on_missing_data`.").like_unset(&["false"]),
    Setting::new("no_data_timeframe", Kind::Whole, "Minutes without data before `notify_no_data` notifies. Not together with `on_missing_data`.").rule(NEVER_NEGATIVE),
    Setting::new("on_missing_data", Kind::Text, "What a group without data becomes: `default`, `resolve`, `show_no_data` or `show_and_notify_no_data`.")
        .one_of(ON_MISSING_DATA).like_unset(&["\"default\""]),
    Setting::new("renotify_interval", Kind::Whole, "Minutes after which a state that lasts is notified again.").rule(NEVER_NEGATIVE).like_unset(&["0"]),
    Setting::new("renotify_occurrences", Kind::Whole, "How many times a state is notified again.").rule(NEVER_NEGATIVE).like_unset(&["0"]),
    Setting::new("renotify_statuses", Kind::Texts, "Which states are notified again: `alert`, `warn`, `no data`.")
        .one_of(&["alert", "no data", "warn"]).like_unset(&["[]"]),
    Setting::new("escalation_message", Kind::Text, "Message of a repeated notification. It holds no callback lines; those of `message` are sent all the same.").like_unset(&["\"\""]),
    Setting::new("evaluation_delay", Kind::Whole, "Seconds by which the evaluation lags behind, for metrics that arrive late. Unset, Datadog may choose one, for example for metrics of a cloud.").rule(NEVER_NEGATIVE).like_unset(&["0"]).filled_in(),
    Setting::new("new_group_delay", Kind::Whole, "Seconds for which a new group is not evaluated.").rule(NEVER_NEGATIVE),
    Setting::new("new_host_delay", Kind::Whole, "Seconds for which a new host is not evaluated. Default `300`. Prefer `new_group_delay`.").rule(NEVER_NEGATIVE).like_unset(&["300"]),
    Setting::new("require_full_window", Kind::Flag, "Evaluate only with a full window of data. `false` is advised for sparse metrics. Default `true` for most queries.").like_unset(&["true"]),
    Setting::new("include_tags", Kind::Flag, "Put the triggering tags into the title. Default `true`.").like_unset(&["true"]),
    Setting::new("timeout_h", Kind::Whole, "Hours without data after which a triggered monitor resolves by itself, 0 to 24.").rule(Rule::Between(0, 24)).like_unset(&["0"]),
    Setting::new("group_retention_duration", Kind::Text, "How long a group without data is kept, for example `60m`, `1h`, `2d`; one hour to three days."),
    Setting::new("groupby_simple_monitor", Kind::Flag, "Log monitors: one alert when any source passes the threshold. Default `false`.").like_unset(&["false"]),
    Setting::new("enable_logs_sample", Kind::Flag, "Log monitors: show a sample of the logs in the notification. Default `false`.").like_unset(&["false"]),
    Setting::new("enable_samples", Kind::Flag, "CI monitors: show samples in the notification. Default `false`.").like_unset(&["false"]),
    Setting::new("notify_by", Kind::Texts, "Tags to notify by, coarser than the groups of the query; `[\"*\"]` for one notification in all.").like_unset(&["[]"]),
    Setting::new("notification_preset_name", Kind::Text, "What Datadog leaves out of a notification, for example `hide_query`. Default `show_all`. A preset that hides the footer is refused on a monitor with callbacks: the ids that a callback needs stand in its links.")
        .one_of(PRESETS).like_unset(&["\"show_all\""]),
    Setting::new("notify_audit", Kind::Flag, "Notify of changes to the monitor. Default `false`.").like_unset(&["false"]),
    Setting::new("monitor_thresholds", Kind::One(blocks::THRESHOLDS), "Thresholds, as exact decimal numbers.").field("thresholds"),
    Setting::new("monitor_threshold_windows", Kind::One(blocks::WINDOWS), "Windows of an anomaly monitor; it needs both.").field("threshold_windows"),
    Setting::new("scheduling_options", Kind::One(blocks::SCHEDULING), "When and over which span the monitor is evaluated."),
    Setting::new("variables", Kind::Mixed(variables::VARIABLES), "The queries that a `formula(…)` in `query` names."),
];

/// Nowhere in the JSON body.
#[rustfmt::skip]
pub(super) const LOCAL: &[Setting] = &[
    Setting::new("force_delete", Kind::Flag, "Delete the monitor even when an SLO or a composite monitor refers to it. Default `false`."),
    Setting::new("ignore_tag_keys", Kind::Texts, "Keys of tags that others put on the monitor, for example by hand: such tags are no change, and an update leaves them."),
    Setting::new("validate", Kind::Flag, "`false` leaves out the question to Datadog, during plan, whether it would accept the monitor. Default `true`."),
];
