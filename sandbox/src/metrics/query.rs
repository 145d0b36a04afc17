//! Threshold queries: `avg|sum|min|max(last_N):agg:metric{scope} by {tags}[.as_count()|.as_rate()] OP number`. Whatever is not
//! of this form is refused, and its monitor is left to people's hands.

use std::collections::BTreeSet;

use crate::monitor::query::comparison;

/// How values become one: over time, or over series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Avg,
    Sum,
    Min,
    Max,
}

impl Fold {
    fn named(name: &str) -> Option<Self> {
        match name {
            "avg" => Some(Self::Avg),
            "sum" => Some(Self::Sum),
            "min" => Some(Self::Min),
            "max" => Some(Self::Max),
            _ => None,
        }
    }

    /// The one value; none if there are no values.
    pub(super) fn of(self, values: &[f64]) -> Option<f64> {
        let values_and = |fold: fn(f64, f64) -> f64| values.iter().copied().reduce(fold);
        match self {
            Self::Sum => values_and(|a, b| a + b),
            Self::Min => values_and(f64::min),
            Self::Max => values_and(f64::max),
            Self::Avg => values_and(|a, b| a + b).map(|sum| sum / values.len() as f64),
        }
    }
}

/// What a count or a rate is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it was sent.
    Plain,
    Count,
    Rate,
}

/// A comparison with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        match name {
            ">" => Some(Self::Above),
            ">=" => Some(Self::AtLeast),
            "<" => Some(Self::Below),
            "<=" => Some(Self::AtMost),
            _ => None,
        }
    }

    /// Whether the value is bad.
    pub(super) fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Below => value < threshold,
            Self::AtMost => value <= threshold,
        }
    }

    /// Whether the value is past a recovery threshold, on the good side; on it counts as past.
    pub(super) fn recovered(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above | Self::AtLeast => value <= threshold,
            Self::Below | Self::AtMost => value >= threshold,
        }
    }
}

/// A query that can be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    pub(super) over: Fold,
    pub(super) window_ms: u64,
    pub(super) space: Fold,
    pub(super) metric: String,
    /// All must fit a series.
    scope: Vec<Term>,
    /// Keys of tags; empty for a simple alert.
    pub(super) by: Vec<String>,
    pub(super) reading: Reading,
    pub(super) operator: Operator,
    pub(super) critical: f64,
}

/// A tag that must be there, or with `!` must not; `*` stands for any text.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    wanted: bool,
    pattern: String,
}

impl Query {
    /// Reads a query; none if it is of another form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let compared = comparison(text)?;
        let (over, rest) = compared.left.split_once("(last_")?;
        let (window, rest) = rest.split_once("):")?;
        let (space, rest) = rest.split_once(':')?;
        let (metric, rest) = rest.split_once('{')?;
        let (scope, rest) = rest.split_once('}')?;
        let (by, rest) = grouping(rest.trim())?;
        let reading = match rest.trim() {
            "" => Reading::Plain,
            ".as_count()" => Reading::Count,
            ".as_rate()" => Reading::Rate,
            _ => return None,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
        let metric = metric.trim();
        if metric.is_empty() || !metric.chars().all(plain) {
            return None;
        }
        Some(Self {
            over: Fold::named(over.trim())?,
            window_ms: window_ms(window)?,
            space: Fold::named(space.trim())?,
            metric: metric.to_owned(),
            scope: terms(scope)?,
            by,
            reading,
            operator: Operator::named(compared.operator)?,
            critical: compared.threshold.parse().ok()?,
        })
    }

    /// The group of a series with these tags; none if the query does not speak of it.
    pub(super) fn group(&self, tags: &BTreeSet<String>) -> Option<String> {
        let fits = |term: &Term| tags.iter().any(|tag| like(&term.pattern, tag)) == term.wanted;
        if !self.scope.iter().all(fits) {
            return None;
        }
        if self.by.is_empty() {
            return Some("*".to_owned());
        }
        let of_key = |key: &String| {
            tags.iter()
                .find(|tag| tag.split_once(':').is_some_and(|(k, _)| k == key))
        };
        let found: Option<Vec<&str>> = self
            .by
            .iter()
            .map(|key| of_key(key).map(String::as_str))
            .collect();
        Some(found?.join(","))
    }
}

/// ` by {a,b}` and what follows it.
fn grouping(rest: &str) -> Option<(Vec<String>, &str)> {
    let Some(after) = rest.strip_prefix("by") else {
        return Some((Vec::new(), rest));
    };
    let (inside, after) = after.trim_start().strip_prefix('{')?.split_once('}')?;
    let keys = inside
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty());
    Some((keys.map(str::to_owned).collect(), after))
}

/// `5m`, `1h`, `2d`: up to a day.
fn window_ms(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let window = number.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (1..=86_400_000).contains(&window).then_some(window)
}

/// Tags with commas or `AND` between them. Other words of the query language are refused.
fn terms(scope: &str) -> Option<Vec<Term>> {
    let scope = scope.replace(" AND ", ",").replace(" and ", ",");
    let mut terms = Vec::new();
    for part in scope
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "*")
    {
        let (wanted, pattern) = part
            .strip_prefix('!')
            .map_or((true, part), |rest| (false, rest.trim()));
        if pattern.contains([' ', '(', ')', '$']) {
            return None;
        }
        terms.push(Term {
            wanted,
            pattern: pattern.to_owned(),
        });
    }
    Some(terms)
}

/// Whether the text is the pattern, where `*` stands for any text.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts
                .filter_map(|at| rest.get(at..))
                .any(|rest| like(tail, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read() {
        let query = Query::parse("sum(last_5m):sum:bank.errors{env:prod,!bank_code:9*} by {bank_code,env}.as_count() >= 50.5").unwrap();
        assert_eq!(
            (query.over, query.space, query.window_ms),
            (Fold::Sum, Fold::Sum, 300_000)
        );
        assert_eq!(
            (query.metric.as_str(), query.reading),
            ("bank.errors", Reading::Count)
        );
        assert_eq!((query.operator, query.critical), (Operator::AtLeast, 50.5));
        assert_eq!(query.by, ["bank_code", "env"]);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "1 && 2",
            "avg(last_5m):avg:a{*} + avg:b{*} > 1",
            "change(avg(last_5m),last_5m):avg:a{*} > 1",
            "avg(current_1h):avg:a{*} > 1",
            "avg(last_5x):avg:a{*} > 1",
            "avg(last_2d):avg:a{*} > 1",
            "avg(last_5m):p99:a{*} > 1",
            "avg(last_5m):avg:a{a:1 OR a:2} > 1",
            "avg(last_5m):avg:a{*}.rollup(sum, 60) > 1",
            "avg(last_5m):avg:a{*} == 1",
            "logs(\"x\").index(\"*\").rollup(\"count\").last(\"5m\") > 2",
        ] {
            assert_eq!(Query::parse(text), None, "{text}");
        }
    }

    /// Scope, grouping, tags of a series, and its group.
    const GROUPS: [(&str, &str, &str, Option<&str>); 10] = [
        ("*", "", "a:1", Some("*")),
        ("a:1", "", "a:1 b:2", Some("*")),
        ("a:1", "", "a:10", None),
        ("a:1*", "", "a:10", Some("*")),
        ("a:*0", " by {a}", "a:10", Some("a:10")),
        ("!a:1", "", "a:1", None),
        ("!a:1", "", "a:2", Some("*")),
        ("a:1 AND b:2", "", "a:1", None),
        ("*", " by {b,a}", "a:1 b:2 c:3", Some("b:2,a:1")),
        ("*", " by {b}", "a:1", None),
    ];

    #[test]
    fn a_series_belongs_to_one_group_or_to_none() {
        for (scope, by, tags, expected) in GROUPS {
            let query = Query::parse(&format!("avg(last_5m):avg:x{{{scope}}}{by} > 1")).unwrap();
            let tags = tags.split(' ').map(str::to_owned).collect();
            assert_eq!(query.group(&tags).as_deref(), expected, "{scope}{by}");
        }
    }
}
