//! What can be read off a monitor's query for certain: how it compares, whether it groups, and whether it counts.
//! In doubt, nothing: a query is Datadog's language, and Datadog judges it.

use tfplugin::Number;

/// Which side of the threshold alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// `>` or `>=`
    Above,
    /// `<` or `<=`
    Below,
    /// `==` or `!=`: neither.
    Neither,
}

/// How a query ends: `… > 0.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) side: Side,
    /// The operator as written.
    pub(crate) operator: &'static str,
    /// The number as written.
    pub(crate) number: Number,
}

/// Types whose query compares with no threshold.
const NUMBERLESS: &[&str] = &["composite", "service check", "synthetics alert"];

/// Types that group by `by {…}`.
const METRICS: &[&str] = &["metric alert", "query alert"];

/// Types that group by `.by(…)`.
const EVENTS: &[&str] = &[
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "database-monitoring alert",
    "error-tracking alert",
    "event-v2 alert",
    "llm-observability alert",
    "log alert",
    "process alert",
    "rum alert",
    "service check",
    "trace-analytics alert",
];

/// What makes a value no count: a division, or a comparison with the past or with others.
const RELATIVE: &[&str] = &["/", "anomalies(", "change(", "forecast(", "outliers("];

/// Operators, longer ones first.
const OPERATORS: &[(&str, Side)] = &[
    (">=", Side::Above),
    ("<=", Side::Below),
    ("==", Side::Neither),
    ("!=", Side::Neither),
    (">", Side::Above),
    ("<", Side::Below),
];

/// The operator and the number that the query ends with.
pub(crate) fn comparison(kind: &str, query: &str) -> Option<Comparison> {
    if NUMBERLESS.contains(&kind) {
        return None;
    }
    let end = query.rfind(['<', '>', '='])? + 1;
    let (left, right) = query.split_at_checked(end)?;
    let number = right.trim();
    super::fields::decimal(number)?;
    let &(operator, side) = OPERATORS
        .iter()
        .find(|(operator, _)| left.ends_with(operator))?;
    Some(Comparison {
        side,
        operator,
        number: number.parse().ok()?,
    })
}

/// Whether it groups; `None` for a type that cannot, or where groups may stand elsewhere.
pub(crate) fn is_grouped(kind: &str, query: &str) -> Option<bool> {
    if is_formula(query) {
        None
    } else if METRICS.contains(&kind) {
        Some(groups_by_braces(query))
    } else if EVENTS.contains(&kind) {
        Some(query.contains(".by("))
    } else {
        None
    }
}

/// A formula leaves what it groups and counts to `variables`.
fn is_formula(query: &str) -> bool {
    query.trim_start().starts_with("formula(")
}

/// `by {`, which is no part of a metric's name: `avg:my.standby{*}`.
fn groups_by_braces(query: &str) -> bool {
    query.match_indices("by").any(|(at, word)| {
        let before = query[..at].chars().next_back();
        let after = query[at + word.len()..].trim_start();
        after.starts_with('{') && before.is_some_and(|c| c.is_whitespace() || c == '}')
    })
}

/// Whether it is certain that it counts or sums and divides by nothing, so that fewer calls mean a lower value.
pub(crate) fn counts(kind: &str, query: &str) -> bool {
    if is_formula(query) {
        return false;
    }
    let bare = without_scopes(query);
    if METRICS.contains(&kind) {
        let any = |words: &[&str]| words.iter().any(|word| bare.contains(word));
        any(&["sum:", "count:", ".as_count()"]) && !any(RELATIVE)
    } else if EVENTS.contains(&kind) {
        ["count", "sum"]
            .iter()
            .any(|method| rolls_up(query, method))
    } else {
        false
    }
}

/// `.rollup("count")`, with either kind of quotes.
fn rolls_up(query: &str, method: &str) -> bool {
    let calls = query
        .match_indices(".rollup(")
        .map(|(at, call)| &query[at + call.len()..]);
    calls.map(str::trim_start).any(|arguments| {
        ['"', '\''].iter().any(|quote| {
            let name = arguments.strip_prefix(*quote);
            name.and_then(|name| name.strip_prefix(method))
                .is_some_and(|rest| rest.starts_with(*quote))
        })
    })
}

/// The query without what stands in braces and quotes: names of tags and paths.
fn without_scopes(query: &str) -> String {
    let mut closing = None;
    let outside = |c: &char| match closing {
        Some(end) => {
            if *c == end {
                closing = None;
            }
            false
        }
        None => {
            closing = match c {
                '{' => Some('}'),
                '"' | '\'' => Some(*c),
                _ => None,
            };
            closing.is_none()
        }
    };
    query.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type, a query, and the operator and number it ends with.
    type Ending<'a> = (&'a str, &'a str, Option<(&'a str, &'a str)>);

    #[rustfmt::skip]
    const COMPARISONS: &[Ending<'_>] = &[
        ("query alert", "avg(last_5m):avg:m{*} by {host} > 0.5", Some((">", "0.5"))),
        ("metric alert", "avg(last_5m):avg:m{*}>=2\n", Some((">=", "2"))),
        ("query alert", "avg(last_5m):avg:m{*} < -1e-3", Some(("<", "-1e-3"))),
        ("query alert", "avg(last_5m):avg:m{*} <= 10", Some(("<=", "10"))),
        ("query alert", "avg(last_5m):avg:m{*} == 0", Some(("==", "0"))),
        ("query alert", "avg(last_5m):avg:m{*} != 1", Some(("!=", "1"))),
        ("log alert", "logs(\"status:>500\").index(\"*\").rollup(\"count\").last(\"5m\") > 2", Some((">", "2"))),
        ("rum alert", "formula(\"a > 5\").last(\"5m\") > 100", Some((">", "100"))),
        ("slo alert", "error_budget(\"id\").over(\"7d\") > 75", Some((">", "75"))),
        ("query alert", "formula(\"a > 5\").last(\"5m\")", None),
        ("query alert", "avg(last_5m):avg:m{*} = 1", None),
        ("query alert", "avg(last_5m):avg:m{*} > .5", None),
        ("query alert", "avg(last_5m):avg:m{*} > ten", None),
        ("query alert", "> ", None),
        ("query alert", "", None),
        ("composite", "1 && 2 > 0", None),
        ("service check", "\"a\".over(\"*\").last(2).count_by_status() > 1", None),
    ];

    #[test]
    fn a_comparison_is_read_only_where_it_plainly_ends_the_query() {
        for (kind, query, expected) in COMPARISONS {
            let found = comparison(kind, query);
            let found = found
                .as_ref()
                .map(|found| (found.operator, found.number.as_str()));
            assert_eq!(found, *expected, "{kind}: {query}");
        }
    }

    #[rustfmt::skip]
    const SHAPES: &[(&str, &str, Option<bool>, bool)] = &[
        ("query alert", "avg(last_5m):avg:m{*} by {host} > 1", Some(true), false),
        ("query alert", "avg(last_5m):avg:m{*}by{host} > 1", Some(true), false),
        ("query alert", "avg(last_5m):avg:my.standby{*} > 1", Some(false), false),
        ("query alert", "sum(last_5m):sum:errors{*}.as_count() > 1", Some(false), true),
        ("query alert", "sum(last_5m):sum:e{path:/a}.as_count() > 1", Some(false), true),
        ("query alert", "sum(last_5m):sum:e{*} by {a}.as_count() / sum:r{*} by {a}.as_count() > 1", Some(true), false),
        ("query alert", "avg(last_4h):anomalies(sum:e{*} by {a}, 'agile', 3) >= 1", Some(true), false),
        ("query alert", "pct_change(avg(last_5m),last_5m):sum:e{*} by {a} > 50", Some(true), false),
        ("query alert", "formula(\"sum:a\") > 1", None, false),
        ("log alert", "logs(\"*\").index(\"*\").rollup(\"count\").by(\"a\").last(\"5m\") > 1", Some(true), true),
        ("log alert", "logs(\"*\").index(\"*\").rollup('sum', '@d').last(\"5m\") > 1", Some(false), true),
        ("log alert", "logs(\"*\").index(\"*\").rollup(\"avg\", \"@d\").last(\"5m\") > 1", Some(false), false),
        ("service check", "\"a\".over(\"*\").by(\"host\").last(2).count_by_status()", Some(true), false),
        ("composite", "1 && 2", None, false),
        ("slo alert", "error_budget(\"id\").over(\"7d\") > 75", None, false),
    ];

    #[test]
    fn groups_and_counts_are_told_where_they_are_certain() {
        for (kind, query, grouped, counted) in SHAPES {
            assert_eq!(is_grouped(kind, query), *grouped, "{kind}: {query}");
            assert_eq!(counts(kind, query), *counted, "{kind}: {query}");
        }
    }
}
