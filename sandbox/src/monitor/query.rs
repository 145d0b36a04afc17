//! What the sandbox reads out of a monitor query: its threshold, whether it is grouped, its scope, the parts of its sentence.
//! `metrics` evaluates one.

/// Comparison operators, the longer before the shorter that begins it.
const OPERATORS: [&str; 6] = [">=", "<=", "==", "!=", ">", "<"];

/// The comparison at the end of a query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comparison<'a> {
    /// All before the operator.
    pub(crate) left: &'a str,
    pub(crate) operator: &'a str,
    /// The threshold as written.
    pub(crate) threshold: &'a str,
}

/// The comparison a query ends with; service checks, composites and the like have none.
pub(crate) fn comparison(query: &str) -> Option<Comparison<'_>> {
    let query = query.trim();
    let start = query.rfind(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E'))? + 1;
    let threshold = query.get(start..)?;
    threshold.parse::<f64>().ok()?;
    let before = query.get(..start)?.trim_end();
    let operator = OPERATORS
        .into_iter()
        .find(|operator| before.ends_with(operator))?;
    let left = before.strip_suffix(operator)?.trim_end();
    Some(Comparison {
        left,
        operator,
        threshold,
    })
}

/// Whether the monitor alerts per group: `… by {host}`, `.by("host")`.
pub(crate) fn is_grouped(query: &str) -> bool {
    let names_something = |after: &str, close: char| {
        let inside = after.split(close).next().unwrap_or_default();
        inside.chars().any(|c| c.is_alphanumeric() || c == '*')
    };
    after_each(query, " by {").any(|after| names_something(after, '}'))
        || after_each(query, " by{").any(|after| names_something(after, '}'))
        || after_each(query, ".by(").any(|after| names_something(after, ')'))
}

fn after_each<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(mark)
        .filter_map(move |(at, _)| text.get(at + mark.len()..))
}

/// The tags the query is restricted to: what stands in braces that do not follow `by`.
pub(crate) fn scope(query: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    for (at, _) in query.match_indices('{') {
        let before = query.get(..at).unwrap_or_default().trim_end();
        if before.ends_with(" by") || before.ends_with(")by") {
            continue;
        }
        let inside = query
            .get(at + 1..)
            .and_then(|rest| rest.split('}').next())
            .unwrap_or_default();
        tags.extend(
            inside
                .split(',')
                .map(str::trim)
                .filter(|tag| !tag.is_empty() && *tag != "*"),
        );
    }
    tags
}

/// The sentence about the query that Datadog writes under a notification, without its time.
/// `group` is the group that changed (`*` for a simple alert).
pub(crate) fn sentence(query: &str, group: &str) -> String {
    let Some((comparison, over, window, metric)) = threshold_parts(query) else {
        return query.trim().to_owned();
    };
    let how = match over {
        "min" | "max" => "at all times",
        "sum" => "in total",
        _ => "on average",
    };
    let Comparison {
        operator,
        threshold,
        ..
    } = comparison;
    format!(
        "{metric} over {group} was {operator} {threshold} {how} during the {}.",
        window.replace('_', " ")
    )
}

/// `avg(last_5m):METRIC > 1` as (comparison, `avg`, `last_5m`, METRIC without its scope).
fn threshold_parts(query: &str) -> Option<(Comparison<'_>, &str, &str, &str)> {
    let comparison = comparison(query)?;
    let (head, metric) = comparison.left.split_once("):")?;
    let (over, window) = head.split_once('(')?;
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !plain(over) || !plain(window) {
        return None;
    }
    let metric = metric.split('{').next().unwrap_or(metric);
    let metric = metric.rsplit([':', '(']).next().unwrap_or(metric);
    Some((comparison, over, window, metric))
}

/// The metric of a threshold query.
pub(crate) fn metric(query: &str) -> Option<&str> {
    threshold_parts(query).map(|(_, _, _, metric)| metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comparison_is_the_one_at_the_end() {
        let cases = [
            ("avg(last_5m):sum:x{a:b} by {c} > 50", Some((">", "50"))),
            ("avg(last_5m):sum:x{a:b} >= 0.10", Some((">=", "0.10"))),
            (
                "formula(\"q\").last(\"30d\").anomaly(direction=\"both\") > -6",
                Some((">", "-6")),
            ),
            ("avg(last_1h):x{*} < 1e3 ", Some(("<", "1e3"))),
            ("\"ntp.in_sync\".by(\"*\").last(2).count_by_status()", None),
            ("1234 && 5678", None),
            ("", None),
        ];
        for (query, expected) in cases {
            let found = comparison(query).map(|c| (c.operator, c.threshold));
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn grouping_is_read_from_both_syntaxes() {
        let grouped = [
            "avg(last_1h):avg:x{a:b} by {host} > 2",
            "\"c\".by(\"*\").last(2)",
            "logs(\"x\").by(\"a,b\").last(\"5m\") > 2",
        ];
        let single = [
            "avg(last_1h):avg:x{*} > 2",
            "1 && 2",
            "formula(\"q\").last(\"5m\") > 1",
            "x{*} by {} > 1",
            "logs().by() > 1",
        ];
        assert!(grouped.into_iter().all(is_grouped));
        assert!(!single.into_iter().any(is_grouped));
    }

    #[test]
    fn the_scope_leaves_the_grouping_out() {
        assert_eq!(
            scope("avg(last_1h):avg:x{env:prod, host:a} by {host} > 2"),
            ["env:prod", "host:a"]
        );
        assert!(scope("avg(last_1h):avg:x{*} by {host} > 2").is_empty());
    }

    #[test]
    fn the_sentence_names_metric_group_and_window() {
        let query = "sum(last_5m):sum:bank.errors{env:prod} by {bank_code}.as_count() > 50";
        assert_eq!(
            sentence(query, "bank_code:0001"),
            "bank.errors over bank_code:0001 was > 50 in total during the last 5m."
        );
        assert_eq!(sentence("1 && 2", "*"), "1 && 2");
    }
}
