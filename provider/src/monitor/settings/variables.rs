//! The tables of the block `variables`: the queries of formula monitors. One query is one block.

use super::row::{Kind, Setting};

/// In `variables`; each block is one object of the JSON array.
#[rustfmt::skip]
pub(super) const VARIABLES: &[Setting] = &[
    Setting::new("event_query", Kind::Many(EVENT_QUERY), "A query of events.").mark("data_source", EVENT_SOURCES),
    Setting::new("cloud_cost_query", Kind::Many(COST_QUERY), "A query of cloud costs.").mark("data_source", METRIC_SOURCES),
    Setting::new("data_jobs_query", Kind::Many(JOBS_QUERY), "A query of data jobs.").mark("job_type", &[]),
    Setting::new("data_quality_query", Kind::Many(QUALITY_QUERY), "A query of the quality of data.").mark("data_source", QUALITY_SOURCE),
    Setting::new("aggregate_augmented_query", Kind::Many(AUGMENTED_QUERY), "A query joined with what another query says.").mark("data_source", AUGMENTED_SOURCE),
    Setting::new("aggregate_filtered_query", Kind::Many(FILTERED_QUERY), "A query filtered by what another query says.").mark("data_source", FILTERED_SOURCE),
];

const EVENT_SOURCES: &[&str] = &[
    "audit",
    "ci_pipelines",
    "ci_tests",
    "database_queries",
    "events",
    "logs",
    "network",
    "network_path",
    "rum",
    "spans",
];
const METRIC_SOURCES: &[&str] = &["cloud_cost", "datadog_usage", "metrics"];
const QUALITY_SOURCE: &[&str] = &["data_quality_metrics"];
const AUGMENTED_SOURCE: &[&str] = &["aggregate_augmented_query"];
const FILTERED_SOURCE: &[&str] = &["aggregate_filtered_query"];
const TABLE_SOURCE: &[&str] = &["reference_table"];
const AGGREGATIONS: &[&str] = &[
    "avg",
    "cardinality",
    "count",
    "max",
    "median",
    "min",
    "pc75",
    "pc90",
    "pc95",
    "pc98",
    "pc99",
    "sum",
];
const COST_AGGREGATORS: &[&str] = &[
    "area",
    "avg",
    "l2norm",
    "last",
    "max",
    "min",
    "percentile",
    "stddev",
    "sum",
];
const METRIC_AGGREGATORS: &[&str] = &[
    "area",
    "avg",
    "count_unique",
    "l2norm",
    "last",
    "max",
    "mean",
    "min",
    "percentile",
    "stddev",
    "sum",
];

/// The row `data_source`.
const fn source(sources: &'static [&'static str]) -> Setting {
    Setting::new("data_source", Kind::Text, "Where the data come from.")
        .required()
        .one_of(sources)
}

/// The row `name`.
const fn name() -> Setting {
    Setting::new(
        "name",
        Kind::Text,
        "Name of the query, for use in the formula.",
    )
}

#[rustfmt::skip]
const EVENT_QUERY: &[Setting] = &[
    source(EVENT_SOURCES),
    name().required(),
    Setting::new("search", Kind::One(SEARCH), "Which events.").required(),
    Setting::new("compute", Kind::One(COMPUTE), "What is computed of them.").required(),
    Setting::new("group_by", Kind::Many(GROUP_BY), "By what they are grouped."),
    Setting::new("indexes", Kind::Words, "Names of the indexes to search."),
];

const SEARCH: &[Setting] =
    &[Setting::new("query", Kind::Text, "The search, as in the explorer.").required()];

#[rustfmt::skip]
const COMPUTE: &[Setting] = &[
    Setting::new("aggregation", Kind::Text, "How values are put together, for example `count` or `pc95`.").required().one_of(AGGREGATIONS),
    Setting::new("interval", Kind::Whole, "Milliseconds of one step."),
    Setting::new("metric", Kind::Text, "The attribute that is measured."),
    Setting::new("name", Kind::Text, "Name of the outcome, where a query has several."),
];

#[rustfmt::skip]
const GROUP_BY: &[Setting] = &[
    Setting::new("facet", Kind::Text, "The facet to group by.").required(),
    Setting::new("limit", Kind::Whole, "How many groups."),
    Setting::new("source", Kind::Text, "Of joined queries, the one that has the facet."),
    Setting::new("sort", Kind::One(SORT), "Which groups come first."),
];

#[rustfmt::skip]
const SORT: &[Setting] = &[
    Setting::new("aggregation", Kind::Text, "How values are put together.").required().one_of(AGGREGATIONS),
    Setting::new("metric", Kind::Text, "The attribute to sort by."),
    Setting::new("order", Kind::Text, "`asc` or `desc`.").one_of(&["asc", "desc"]),
];

#[rustfmt::skip]
const COST_QUERY: &[Setting] = &[
    source(METRIC_SOURCES),
    name().required(),
    Setting::new("query", Kind::Text, "The query of costs.").required(),
    Setting::new("aggregator", Kind::Text, "How values are put together.").required().one_of(COST_AGGREGATORS),
];

#[rustfmt::skip]
const JOBS_QUERY: &[Setting] = &[
    name().required(),
    Setting::new("job_type", Kind::Text, "Type of the jobs, for example `databricks.job`.").required(),
    Setting::new("jobs_query", Kind::Text, "Which jobs, for example `job_name:*`.").required(),
    Setting::new("query_dialect", Kind::Text, "Dialect of the query: `metric`.").required(),
];

#[rustfmt::skip]
const QUALITY_QUERY: &[Setting] = &[
    source(QUALITY_SOURCE),
    name().required(),
    Setting::new("filter", Kind::Text, "Which tables or columns.").required(),
    Setting::new("measure", Kind::Text, "What is measured, for example `freshness` or `row_count`.").required(),
    Setting::new("group_by", Kind::Words, "By what they are grouped."),
    Setting::new("schema_version", Kind::Text, "Version of the query's schema."),
    Setting::new("scope", Kind::Text, "A further filter."),
    Setting::new("monitor_options", Kind::One(QUALITY_OPTIONS), "How the data are judged."),
];

#[rustfmt::skip]
const QUALITY_OPTIONS: &[Setting] = &[
    Setting::new("crontab_override", Kind::Text, "A schedule of its own, as in crontab."),
    Setting::new("custom_sql", Kind::Text, "A query of its own, in SQL."),
    Setting::new("custom_where", Kind::Text, "A WHERE clause of its own."),
    Setting::new("group_by_columns", Kind::Words, "Columns to group by."),
    Setting::new("model_type_override", Kind::Text, "Which model judges: `freshness`, `percentage` or `any`.").one_of(&["any", "freshness", "percentage"]),
    Setting::new("sensitivity", Kind::Number, "Width of the predicted bounds; higher means fewer alerts. Default `3`.").like_unset(&["3"]),
    Setting::new("model_configuration", Kind::One(QUALITY_MODEL), "How the model judges."),
    Setting::new("source_to_target_config", Kind::One(COMPARISON), "Compares a measure of two tables."),
];

#[rustfmt::skip]
const QUALITY_MODEL: &[Setting] = &[
    Setting::new("auto_resolve_days", Kind::Whole, "Days after which an alert ends by itself."),
    Setting::new("enable_flatline_detection", Kind::Flag, "Alert when the measure stops changing. Default `true`.").like_unset(&["true"]),
    Setting::new("function", Kind::Text, "What is done to the measure first: `DIFF` or `DIFF_PERCENT`.").one_of(&["DIFF", "DIFF_PERCENT"]),
    Setting::new("min_lower_bound_size", Kind::Number, "Least distance to the lower bound."),
    Setting::new("min_upper_bound_size", Kind::Number, "Least distance to the upper bound."),
    Setting::new("model_bounds_override", Kind::Text, "The only bound that counts: `LOWER_ONLY` or `UPPER_ONLY`.").one_of(&["LOWER_ONLY", "UPPER_ONLY"]),
];

#[rustfmt::skip]
const COMPARISON: &[Setting] = &[
    Setting::new("diff_type", Kind::Text, "How they are compared: `absolute` or `diff_percent`.").required().one_of(&["absolute", "diff_percent"]),
    Setting::new("entity_type", Kind::Text, "What is compared, for example `table`.").required(),
    Setting::new("source", Kind::One(ENTITY), "The one.").required(),
    Setting::new("target", Kind::One(ENTITY), "The other.").required(),
];

#[rustfmt::skip]
const ENTITY: &[Setting] = &[
    Setting::new("entity_id", Kind::Text, "Its id.").required(),
    Setting::new("entity_type", Kind::Text, "What it is, for example `table`.").required(),
    Setting::new("custom_sql", Kind::Text, "A query of its own, in SQL."),
    Setting::new("custom_where", Kind::Text, "A WHERE clause of its own."),
    Setting::new("group_by_columns", Kind::Words, "Columns to group by."),
];

#[rustfmt::skip]
const AUGMENTED_QUERY: &[Setting] = &[
    source(AUGMENTED_SOURCE),
    name(),
    BASE_METRICS,
    BASE_EVENTS,
    Setting::new("augment_reference_table", Kind::One(TABLE), "The reference table that is joined; this or `augment_event_query`.").field("augment_query").mark("data_source", TABLE_SOURCE),
    Setting::new("augment_event_query", Kind::One(EVENT_QUERY), "The query of events that is joined; this or `augment_reference_table`.").field("augment_query").mark("data_source", EVENT_SOURCES),
    Setting::new("join_condition", Kind::One(JOIN), "Which rows belong together.").required(),
    Setting::new("compute", Kind::Many(COMPUTE), "What is computed.").required(),
    Setting::new("group_by", Kind::Many(GROUP_BY), "By what the outcome is grouped.").required(),
];

#[rustfmt::skip]
const FILTERED_QUERY: &[Setting] = &[
    source(FILTERED_SOURCE),
    name(),
    BASE_METRICS,
    BASE_EVENTS,
    Setting::new("filter_reference_table", Kind::One(TABLE), "The reference table that filters; this or `filter_event_query`.").field("filter_query").mark("data_source", TABLE_SOURCE),
    Setting::new("filter_event_query", Kind::One(EVENT_QUERY), "The query of events that filters; this or `filter_reference_table`.").field("filter_query").mark("data_source", EVENT_SOURCES),
    Setting::new("filters", Kind::Many(FILTER), "Which rows pass.").required(),
    Setting::new("compute", Kind::Many(COMPUTE), "What is computed."),
    Setting::new("group_by", Kind::Many(GROUP_BY), "By what the outcome is grouped."),
];

const BASE_METRICS: Setting = Setting::new(
    "base_metrics_query",
    Kind::One(METRICS_QUERY),
    "The query of metrics that comes first; this or `base_event_query`.",
)
.field("base_query")
.mark("data_source", METRIC_SOURCES);

const BASE_EVENTS: Setting = Setting::new(
    "base_event_query",
    Kind::One(EVENT_QUERY),
    "The query of events that comes first; this or `base_metrics_query`.",
)
.field("base_query")
.mark("data_source", EVENT_SOURCES);

#[rustfmt::skip]
const METRICS_QUERY: &[Setting] = &[
    source(METRIC_SOURCES),
    name(),
    Setting::new("query", Kind::Text, "The query of metrics.").required(),
    Setting::new("aggregator", Kind::Text, "How values are put together.").one_of(METRIC_AGGREGATORS),
];

#[rustfmt::skip]
const TABLE: &[Setting] = &[
    source(TABLE_SOURCE),
    name(),
    Setting::new("table_name", Kind::Text, "Name of the reference table.").required(),
    Setting::new("query_filter", Kind::Text, "Which of its rows."),
    Setting::new("columns", Kind::Many(COLUMN), "Which of its columns."),
];

#[rustfmt::skip]
const COLUMN: &[Setting] = &[
    Setting::new("name", Kind::Text, "Name of the column.").required(),
    Setting::new("alias", Kind::Text, "Another name for it."),
];

#[rustfmt::skip]
const JOIN: &[Setting] = &[
    Setting::new("base_attribute", Kind::Text, "The attribute of the first query.").required(),
    Setting::new("augment_attribute", Kind::Text, "The attribute of the joined query that equals it.").required(),
    Setting::new("join_type", Kind::Text, "`inner` or `left`.").required().one_of(&["inner", "left"]),
];

#[rustfmt::skip]
const FILTER: &[Setting] = &[
    Setting::new("base_attribute", Kind::Text, "The attribute of the first query.").required(),
    Setting::new("filter_attribute", Kind::Text, "The attribute of the filtering query that equals it.").required(),
    Setting::new("exclude", Kind::Flag, "Leave out what matches. Default `false`.").like_unset(&["false"]),
];
