//! The tables of the blocks, save `variables`.

use super::row::{Kind, Rule, Setting};

/// In `monitor_thresholds`.
#[rustfmt::skip]
pub(super) const THRESHOLDS: &[Setting] = &[
    Setting::new("critical", Kind::Decimal, "Alert threshold; the number in the query, which is also its default."),
    Setting::new("critical_recovery", Kind::Decimal, "Where an alert ends. Set it: it keeps a breaker from flapping."),
    Setting::new("warning", Kind::Decimal, "Warning threshold: the breaker is degraded, not open."),
    Setting::new("warning_recovery", Kind::Decimal, "Where a warning ends."),
    Setting::new("ok", Kind::Decimal, "Service checks: successes that end an alert."),
    Setting::new("unknown", Kind::Decimal, "Service checks: results that make the state unknown."),
    Setting::new("critical_query", Kind::Text, "A query whose value is the alert threshold, for formula queries; in preview at Datadog. Not together with numbers."),
    Setting::new("critical_recovery_query", Kind::Text, "A query whose value ends an alert; in preview at Datadog."),
];

/// In `monitor_threshold_windows`.
#[rustfmt::skip]
pub(super) const WINDOWS: &[Setting] = &[
    Setting::new("recovery_window", Kind::Text, "How long a metric must be normal before the alert ends, for example `last_15m`."),
    Setting::new("trigger_window", Kind::Text, "How long a metric must be anomalous before the alert begins, for example `last_15m`."),
];

/// In `scheduling_options`.
#[rustfmt::skip]
pub(super) const SCHEDULING: &[Setting] = &[
    Setting::new("evaluation_window", Kind::One(EVALUATION_WINDOW), "Where a cumulative window begins: `hour_starts` alone, or `day_starts`, with `month_starts` for a month."),
    Setting::new("custom_schedule", Kind::One(CUSTOM_SCHEDULE), "When the monitor is evaluated."),
];

#[rustfmt::skip]
const EVALUATION_WINDOW: &[Setting] = &[
    Setting::new("day_starts", Kind::Text, "Time of day at which a window of a day begins, as `HH:mm`."),
    Setting::new("hour_starts", Kind::Whole, "Minute at which a window of an hour begins, 0 to 59.").rule(Rule::Between(0, 59)),
    Setting::new("month_starts", Kind::Whole, "Day on which a window of a month begins; `1` is the only one.").rule(Rule::Between(1, 1)),
    Setting::new("timezone", Kind::Text, "Time zone of these, for example `Europe/Amsterdam`. Default UTC."),
];

#[rustfmt::skip]
const CUSTOM_SCHEDULE: &[Setting] = &[
    Setting::new("recurrence", Kind::Many(RECURRENCE), "When the schedule recurs.").field("recurrences").required().rule(Rule::Between(1, 1)),
];

#[rustfmt::skip]
const RECURRENCE: &[Setting] = &[
    Setting::new("rrule", Kind::Text, "The rule, as in iCalendar, for example `FREQ=DAILY;INTERVAL=1`.").required(),
    Setting::new("timezone", Kind::Text, "Time zone, for example `America/New_York` or `UTC`.").required(),
    Setting::new("start", Kind::Text, "When it begins, as `YYYY-MM-DDThh:mm:ss`. Default: when the monitor was made; Datadog fills it in.").filled_in(),
];

/// In `assets`.
#[rustfmt::skip]
pub(super) const ASSET: &[Setting] = &[
    Setting::new("name", Kind::Text, "Name of the asset.").required(),
    Setting::new("url", Kind::Text, "URL of the asset; of one in Datadog, its path.").required(),
    Setting::new("category", Kind::Text, "What it is: `runbook`.").required().one_of(&["runbook"]),
    Setting::new("resource_key", Kind::Text, "Id of the asset in Datadog."),
    Setting::new("resource_type", Kind::Text, "What it is in Datadog: `notebook`.").one_of(&["notebook"]),
];
