//! What a query measures at a moment: one value for each group, out of the points in its window.
//!
//! As Datadog does it: the window is cut into buckets; in each, the points of a series become one value, then the series of a
//! group become one, then the formula is applied; at last the buckets become the value that is compared. Where every metric is
//! read `.as_count()`, the formula is applied at last, to what the buckets of each metric became: a ratio is that of the sums.
//! Nothing is interpolated.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Expression;
use super::query::{Fold, Query};
use super::source::{Reading, Source};
use crate::series::{Kind, Line, Store};

/// The finest bucket, and the number of buckets at which they become longer.
const BUCKET_MS: u64 = 20_000;
const BUCKETS: u64 = 180;

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    /// None: no points in the window, or a ratio to nothing.
    pub(super) value: Option<f64>,
    /// Virtual milliseconds of the first point ever.
    pub(super) first_ms: u64,
    /// Virtual milliseconds of the last point that is known.
    pub(super) last_ms: u64,
    /// Whether missing points mean zero: so it is with a count that stands alone.
    pub(super) counts: bool,
}

/// The series of one group, by source.
type Lines<'a> = Vec<Vec<&'a Line>>;
/// The values of one source, by bucket.
type Buckets = BTreeMap<u64, f64>;

/// Every group that ever had a point, in the window that ends at `end_ms` (it included, its start not).
pub(super) fn measure(query: &Query, store: &Store, end_ms: u64) -> BTreeMap<String, Measured> {
    let mut groups: BTreeMap<String, Lines<'_>> = BTreeMap::new();
    for (at, source) in query.sources.iter().enumerate() {
        for (name, line) in store
            .of(&source.metric)
            .filter(|(_, line)| line.first_ms <= end_ms)
        {
            if let Some(group) = source.group(&name.tags) {
                let lines = groups
                    .entry(group)
                    .or_insert_with(|| vec![Vec::new(); query.sources.len()]);
                lines.get_mut(at).into_iter().for_each(|own| own.push(line));
            }
        }
    }
    groups
        .into_iter()
        .map(|(group, lines)| (group, of_group(query, &lines, end_ms)))
        .collect()
}

fn of_group(query: &Query, lines: &Lines<'_>, end_ms: u64) -> Measured {
    let pairs = query.sources.iter().zip(lines);
    let buckets: Vec<Buckets> = pairs
        .map(|(source, lines)| in_buckets(query, source, lines, end_ms))
        .collect();
    let all_counts = query
        .sources
        .iter()
        .all(|source| source.reading == Reading::Count);
    let value = if all_counts {
        of_totals(query, &buckets)
    } else {
        of_buckets(query, &buckets)
    };
    let all = || lines.iter().flatten();
    let last = |line: &&Line| {
        let newest = line.points.range(..=end_ms).next_back();
        newest.map_or(line.first_ms, |(at, _)| *at)
    };
    let alone = query.expression == Expression::Source(0);
    Measured {
        value,
        first_ms: all().map(|line| line.first_ms).min().unwrap_or(end_ms),
        last_ms: all().map(last).max().unwrap_or(0),
        counts: alone
            && query
                .sources
                .iter()
                .all(|source| all().all(|line| adds_up(source, line))),
    }
}

/// One source, in the buckets that have points.
fn in_buckets(query: &Query, source: &Source, lines: &[&Line], end_ms: u64) -> Buckets {
    let start_ms = end_ms.saturating_sub(query.window_ms);
    let bucket_of = |at_ms: u64| match source.rollup.and_then(|rollup| rollup.bucket_ms) {
        // Those of a rollup begin at whole multiples of their length.
        Some(bucket_ms) => at_ms / bucket_ms,
        None => (end_ms - at_ms) / BUCKET_MS.max(query.window_ms / BUCKETS),
    };
    let mut buckets: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for line in lines {
        let mut own: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (at_ms, value) in line.points.range(start_ms + 1..=end_ms) {
            let bucket = own.entry(bucket_of(*at_ms)).or_default();
            bucket.push(read(source.reading, line, *value));
        }
        for (bucket, values) in own {
            let one = in_time(source, line).of(&values);
            buckets.entry(bucket).or_default().extend(one);
        }
    }
    buckets
        .into_iter()
        .filter_map(|(bucket, values)| Some((bucket, source.space.of(&values)?)))
        .collect()
}

/// Counts: each metric over the whole window, then the formula. One that is missing beside others is zero.
fn of_totals(query: &Query, buckets: &[Buckets]) -> Option<f64> {
    if buckets.iter().all(BTreeMap::is_empty) {
        return None;
    }
    let total = |at: usize| {
        let values: Vec<f64> = buckets.get(at)?.values().copied().collect();
        Some(query.over.of(&values).unwrap_or(0.0))
    };
    query.expression.value(&total)
}

/// Anything else: the formula in each bucket, then over the whole window.
fn of_buckets(query: &Query, buckets: &[Buckets]) -> Option<f64> {
    let all: BTreeSet<u64> = buckets.iter().flat_map(BTreeMap::keys).copied().collect();
    let in_bucket = |bucket: u64| {
        query
            .expression
            .value(&|at| buckets.get(at)?.get(&bucket).copied())
    };
    let values: Vec<f64> = all.into_iter().filter_map(in_bucket).collect();
    query.over.of(&values)
}

/// Whether the points of a bucket are added up.
fn adds_up(source: &Source, line: &Line) -> bool {
    source.reading == Reading::Count
        || (source.reading == Reading::Plain && line.kind == Kind::Count)
}

/// How the points of one series become one in a bucket.
fn in_time(source: &Source, line: &Line) -> Fold {
    match source.space {
        _ if source.rollup.is_some() => source.rollup.map_or(source.space, |rollup| rollup.fold),
        _ if adds_up(source, line) => Fold::Sum,
        Fold::Sum => Fold::Avg,
        fold => fold,
    }
}

/// A value as the query wants it read; a gauge is what it is.
fn read(reading: Reading, line: &Line, value: f64) -> f64 {
    let interval_s = if line.interval_s > 0.0 {
        line.interval_s
    } else {
        1.0
    };
    match (reading, line.kind) {
        (Reading::Count, Kind::Rate) => value * interval_s,
        (Reading::Rate, Kind::Count) => value / interval_s,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::series::{Name, Sent};

    const NOW_S: f64 = 100_000.0;
    const NOW: Moment = Moment {
        wall_ms: 100_000_000,
        virtual_ms: 100_000_000,
    };

    /// Two banks: points of the last minutes, one a minute, newest last.
    fn store(kind: Kind, banks: &[(&str, &[f64])]) -> Store {
        let mut store = Store::default();
        for (i, (bank, values)) in banks.iter().enumerate() {
            let tags = [format!("bank:{bank}"), format!("host:{i}")].into();
            let age = |at: usize| (values.len() - 1 - at) as f64 * 60.0;
            let points = values
                .iter()
                .enumerate()
                .map(|(at, value)| (NOW_S - age(at), *value))
                .collect();
            let name = Name {
                metric: "m".to_owned(),
                tags,
            };
            store.add(
                Sent {
                    name,
                    kind,
                    interval_s: 10.0,
                    points,
                },
                NOW,
            );
        }
        store
    }

    fn value(query: &str, kind: Kind, values: &[f64]) -> Option<f64> {
        let query = Query::parse(query).unwrap();
        measure(&query, &store(kind, &[("1", values)]), NOW.virtual_ms)["*"].value
    }

    /// Query, kind, points of one series a minute apart, value.
    const VALUES: [(&str, Kind, &[f64], Option<f64>); 14] = [
        (
            "sum(last_5m):sum:m{*}.as_count() > 1",
            Kind::Count,
            &[9.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            Some(15.0),
        ),
        (
            "sum(last_5m):sum:m{*} > 1",
            Kind::Count,
            &[1.0, 2.0],
            Some(3.0),
        ),
        (
            "sum(last_5m):sum:m{*}.as_count() > 1",
            Kind::Rate,
            &[1.0, 2.0],
            Some(30.0),
        ),
        (
            "avg(last_5m):sum:m{*}.as_rate() > 1",
            Kind::Count,
            &[10.0, 20.0],
            Some(1.5),
        ),
        (
            "avg(last_5m):avg:m{*} > 1",
            Kind::Gauge,
            &[1.0, 2.0, 6.0],
            Some(3.0),
        ),
        (
            "min(last_5m):avg:m{*} > 1",
            Kind::Gauge,
            &[4.0, 2.0, 6.0],
            Some(2.0),
        ),
        (
            "max(last_5m):avg:m{*} > 1",
            Kind::Gauge,
            &[4.0, 2.0, 6.0],
            Some(6.0),
        ),
        (
            "max(last_1m):avg:m{*} > 1",
            Kind::Gauge,
            &[4.0, 2.0],
            Some(2.0),
        ),
        // The last point begins a bucket of two minutes; the two before it fill another.
        (
            "min(last_5m):avg:m{*}.rollup(sum, 120) > 1",
            Kind::Gauge,
            &[1.0, 2.0, 6.0],
            Some(3.0),
        ),
        (
            "avg(last_5m):avg:m{*}.rollup(max, 120) > 1",
            Kind::Gauge,
            &[1.0, 2.0, 6.0],
            Some(4.0),
        ),
        (
            "sum(last_5m):sum:m{*}.as_count().rollup(avg, 120) > 1",
            Kind::Count,
            &[2.0, 4.0, 6.0],
            Some(9.0),
        ),
        (
            "sum(last_5m):sum:m{*}.as_count().rollup(sum) > 1",
            Kind::Count,
            &[2.0, 4.0, 6.0],
            Some(12.0),
        ),
        ("avg(last_5m):avg:m{host:9} > 1", Kind::Gauge, &[1.0], None),
        (
            "avg(last_5m):avg:m{*} > 1",
            Kind::Gauge,
            &[-1.0],
            Some(-1.0),
        ),
    ];

    #[test]
    fn points_become_the_value_that_is_compared() {
        for (query, kind, points, expected) in VALUES {
            if query.contains("host:9") {
                let parsed = Query::parse(query).unwrap();
                assert!(
                    measure(&parsed, &store(kind, &[("1", points)]), NOW.virtual_ms).is_empty()
                );
                continue;
            }
            assert_eq!(value(query, kind, points), expected, "{query}");
        }
    }

    #[test]
    fn series_of_a_group_are_put_together_and_groups_are_apart() {
        let banks: [(&str, &[f64]); 3] = [("1", &[1.0]), ("1", &[3.0]), ("2", &[7.0])];
        for (space, expected) in [("avg", 2.0), ("sum", 4.0), ("min", 1.0), ("max", 3.0)] {
            let query =
                Query::parse(&format!("avg(last_5m):{space}:m{{*}} by {{bank}} > 1")).unwrap();
            let found = measure(&query, &store(Kind::Gauge, &banks), NOW.virtual_ms);
            let values: Vec<_> = found
                .iter()
                .map(|(group, m)| (group.as_str(), m.value))
                .collect();
            assert_eq!(
                values,
                [("bank:1", Some(expected)), ("bank:2", Some(7.0))],
                "{space}"
            );
        }
    }

    #[test]
    fn a_group_without_points_in_the_window_is_there_without_a_value() {
        let query = Query::parse("avg(last_5m):avg:m{*} by {bank} > 1").unwrap();
        let found = measure(
            &query,
            &store(Kind::Gauge, &[("1", &[1.0])]),
            NOW.virtual_ms + 300_000,
        );
        assert_eq!(found["bank:1"].value, None);
        assert_eq!(found["bank:1"].last_ms, NOW.virtual_ms);
    }

    /// Errors and calls of one bank a minute apart, and the ratio; none: there is nothing to divide by.
    const RATIOS: [(&[f64], &[f64], Option<f64>); 5] = [
        (&[1.0, 9.0], &[10.0, 10.0], Some(0.5)),
        (&[], &[10.0], Some(0.0)),
        (&[5.0], &[], None),
        (&[5.0], &[0.0], None),
        (&[0.0], &[4.0], Some(0.0)),
    ];

    #[test]
    fn a_ratio_of_counts_is_that_of_the_sums() {
        let query = Query::parse(
            "sum(last_5m):sum:errors{*} by {bank}.as_count() / sum:calls{*} by {bank}.as_count() > 0.5",
        )
        .unwrap();
        for (errors, calls, expected) in RATIOS {
            let mut store = Store::default();
            for (metric, values) in [("errors", errors), ("calls", calls)] {
                let at = |i: usize| NOW_S - (values.len() - 1 - i) as f64 * 60.0;
                let points = values
                    .iter()
                    .enumerate()
                    .map(|(i, value)| (at(i), *value))
                    .collect();
                let name = Name {
                    metric: metric.to_owned(),
                    tags: ["bank:1".to_owned()].into(),
                };
                store.add(
                    Sent {
                        name,
                        kind: Kind::Count,
                        interval_s: 10.0,
                        points,
                    },
                    NOW,
                );
            }
            let found = &measure(&query, &store, NOW.virtual_ms)["bank:1"];
            assert_eq!(
                (found.value, found.counts),
                (expected, false),
                "{errors:?} / {calls:?}"
            );
        }
    }
}
