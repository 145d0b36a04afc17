//! Points of metrics, as they were sent. A store only: what they mean for a monitor is said in `metrics`.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Moment;

/// Points older than this are forgotten: a day, the longest window that is evaluated.
const KEPT_MS: u64 = 24 * 3_600_000;
/// The intake takes points of the last hour, and of the next ten minutes, whose clocks are a little wrong.
const OLDEST_MS: u64 = 3_600_000;
const NEWEST_MS: u64 = 600_000;

/// What the values of a series are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Gauge,
    /// So many in the interval.
    Count,
    /// So many a second, on average over the interval.
    Rate,
}

/// One metric with one set of tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) metric: String,
    pub(crate) tags: BTreeSet<String>,
}

/// The points of one series.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    /// Seconds that one point of a count or a rate stands for.
    pub(crate) interval_s: f64,
    /// By virtual milliseconds.
    pub(crate) points: BTreeMap<u64, f64>,
    /// When its first point was; kept when the point itself is forgotten.
    pub(crate) first_ms: u64,
}

/// A series as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) interval_s: f64,
    /// Wall seconds and value.
    pub(crate) points: Vec<(f64, f64)>,
}

/// Every series.
#[derive(Debug, Default)]
pub(crate) struct Store(BTreeMap<Name, Line>);

impl Store {
    /// Takes points in. Their age is read off the wall clock, as their sender does, and kept on the virtual one; of two
    /// points of one second the later stays.
    pub(crate) fn add(&mut self, sent: Sent, now: Moment) {
        for (at_s, value) in sent.points {
            let at_ms = (at_s * 1000.0) as u64;
            let too_old = at_ms < now.wall_ms.saturating_sub(OLDEST_MS);
            if too_old || at_ms > now.wall_ms + NEWEST_MS || !value.is_finite() {
                continue;
            }
            let at_ms = (now.virtual_ms + at_ms).saturating_sub(now.wall_ms);
            let line = self.0.entry(sent.name.clone()).or_insert_with(|| Line {
                kind: sent.kind,
                interval_s: sent.interval_s,
                points: BTreeMap::new(),
                first_ms: at_ms,
            });
            (line.kind, line.interval_s) = (sent.kind, sent.interval_s);
            line.points.insert(at_ms, value);
            line.points = line
                .points
                .split_off(&now.virtual_ms.saturating_sub(KEPT_MS));
        }
    }

    /// Every series of a metric.
    pub(crate) fn of<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = (&'a Name, &'a Line)> {
        self.0.iter().filter(move |(name, _)| name.metric == metric)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Name, &Line)> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn sent(points: &[(f64, f64)]) -> Sent {
        let name = Name {
            metric: "m".to_owned(),
            tags: BTreeSet::new(),
        };
        Sent {
            name,
            kind: Kind::Count,
            interval_s: 0.0,
            points: points.to_vec(),
        }
    }

    fn kept(store: &Store) -> Vec<(u64, f64)> {
        store
            .of("m")
            .flat_map(|(_, line)| line.points.iter().map(|(at, value)| (*at, *value)))
            .collect()
    }

    #[test]
    fn the_age_of_a_point_is_the_same_on_both_clocks() {
        let mut store = Store::default();
        let now = Moment {
            wall_ms: 10 * HOUR,
            virtual_ms: 12 * HOUR,
        };
        let wall_s = (10 * HOUR / 1000) as f64;
        store.add(sent(&[(wall_s - 60.0, 1.0), (wall_s - 60.0, 2.0)]), now);
        assert_eq!(kept(&store), [(12 * HOUR - 60_000, 2.0)]);
    }

    #[test]
    fn what_is_too_old_too_new_or_no_number_is_not_taken() {
        let mut store = Store::default();
        let now = Moment {
            wall_ms: 10 * HOUR,
            virtual_ms: 10 * HOUR,
        };
        store.add(sent(&[(1.0, 1.0), (1e9, 1.0), (36_000.0, f64::NAN)]), now);
        assert!(store.is_empty());
        store.add(sent(&[(36_000.0, 1.0)]), now);
        let later = Moment {
            wall_ms: 40 * HOUR,
            virtual_ms: 40 * HOUR,
        };
        store.add(sent(&[(144_000.0, 2.0)]), later);
        assert_eq!(kept(&store), [(40 * HOUR, 2.0)]);
        assert_eq!(
            store
                .of("m")
                .map(|(_, line)| line.first_ms)
                .collect::<Vec<_>>(),
            [10 * HOUR]
        );
    }
}
