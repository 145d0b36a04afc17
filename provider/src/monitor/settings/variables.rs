//! The tables of the block `variables`: the queries of formula monitors. One query is one block.

use super::row::{Kind, Setting};

/// In `variables`; each block is one object of the JSON array.
#[rustfmt::skip]
pub(super) const VARIABLES: &[Setting] = &[
    Setting::new("event_query", Kind::Many(EVENT_QUERY), "A query of events.").mark("data_source", EVENT_SOURCES),
    Setting::new("cloud_cost_query", Kind::Many(COST_QUERY), "A query of cloud costs.").mark("data_source", METRIC_SOURCES),
    Setting::new("data_quality_query", Kind::Many(QUALITY_QUERY), "A query of the quality of data.").mark("data_source", QUALITY_SOURCE),
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
];

#[rustfmt::skip]
const GROUP_BY: &[Setting] = &[
    Setting::new("facet", Kind::Text, "The facet to group by.").required(),
    Setting::new("limit", Kind::Whole, "How many groups."),
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
];
