//! Threshold queries: `avg|sum|min|max(last_N):EXPRESSION OP number`. Whatever is not of this form is refused, and its monitor
//! is left to people's hands.

use super::expression::Expression;
use super::source::Source;
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
    pub(super) fn named(name: &str) -> Option<Self> {
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
    pub(super) expression: Expression,
    /// What the expression is made of; at least one, all grouped by the same tags.
    pub(super) sources: Vec<Source>,
    pub(super) operator: Operator,
    pub(super) critical: f64,
}

impl Query {
    /// Reads a query; none if it is of another form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let compared = comparison(text)?;
        let (over, rest) = compared.left.split_once("(last_")?;
        let (window, rest) = rest.split_once("):")?;
        let (expression, sources) = Expression::parse(rest)?;
        let by = sources.first().map(|source| &source.by)?;
        let bucket = |source: &Source| source.rollup.and_then(|rollup| rollup.bucket_ms);
        let first = sources.first().and_then(bucket);
        // Buckets of different lengths have no common formula.
        if sources
            .iter()
            .any(|source| source.by != *by || bucket(source) != first)
        {
            return None;
        }
        Some(Self {
            over: Fold::named(over.trim())?,
            window_ms: window_ms(window)?,
            expression,
            sources,
            operator: Operator::named(compared.operator)?,
            critical: compared.threshold.parse().ok()?,
        })
    }

    /// Whether groups are told apart by this key.
    pub(super) fn is_by(&self, key: &str) -> bool {
        self.sources
            .iter()
            .any(|source| source.by.iter().any(|by| by == key))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read() {
        let query = Query::parse(
            "sum(last_5m):sum:bank.errors{env:prod} by {bank_code,env}.as_count() >= 50.5",
        )
        .unwrap();
        assert_eq!((query.over, query.window_ms), (Fold::Sum, 300_000));
        assert_eq!((query.operator, query.critical), (Operator::AtLeast, 50.5));
        assert_eq!(query.sources.len(), 1);
        assert!(query.is_by("env") && !query.is_by("host"));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "1 && 2",
            "change(avg(last_5m),last_5m):avg:a{*} > 1",
            "avg(current_1h):avg:a{*} > 1",
            "avg(last_5x):avg:a{*} > 1",
            "avg(last_2d):avg:a{*} > 1",
            "avg(last_5m):avg:a{*} == 1",
            "avg(last_5m):avg:a{*} by {a} / avg:b{*} > 1",
            "avg(last_5m):2 > 1",
            "avg(last_5m):avg:a{*}.rollup(count, 60) > 1",
            "avg(last_5m):avg:a{*}.rollup(sum, 0) > 1",
            "avg(last_5m):avg:a{*}.rollup(sum, 60) / avg:b{*} > 1",
            "logs(\"x\").index(\"*\").rollup(\"count\").last(\"5m\") > 2",
        ] {
            assert_eq!(Query::parse(text), None, "{text}");
        }
    }
}
