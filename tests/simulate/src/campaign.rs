//! Many schedules on all cores, and what they add up to.

use crate::generate;
use crate::mutant::Mutant;
use crate::run::{Outcome, run};
use crate::world::Violation;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

/// The kinds of faults, each of which must happen in a tenth of all schedules.
const FAULTS: &[&str] = &[
    "lost",
    "duplicated",
    "delayed",
    "reordered",
    "retry",
    "restart",
    "store down",
    "store flushed",
    "slow read",
    "state lags",
    "source down",
    "empty answer",
    "absent group",
    "no data",
    "downtime",
    "coarse notify_by",
    "two instances",
];

/// The sum of many runs.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) schedules: u64,
    /// By seed.
    pub(crate) wrong: BTreeMap<u64, Violation>,
    pub(crate) edge_wrong: u64,
    kinds: BTreeMap<&'static str, u64>,
    agreed: Vec<i64>,
}

/// Runs the schedules of `seeds`.
pub(crate) fn all(seeds: Range<u64>, mutant: Option<Mutant>) -> anyhow::Result<Totals> {
    let next = AtomicU64::new(seeds.start);
    let work = || -> anyhow::Result<Totals> {
        let mut totals = Totals::default();
        loop {
            let seed = next.fetch_add(1, SeqCst);
            if seed >= seeds.end {
                return Ok(totals);
            }
            totals.add(seed, run(&generate::schedule(seed), mutant)?);
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut sum = Totals::default();
        for worker in workers {
            let part = worker.join().map_err(|_| anyhow::anyhow!("a schedule panicked"))??;
            sum.join(part);
        }
        sum.agreed.sort_unstable();
        Ok(sum)
    })
}

impl Totals {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.schedules += 1;
        self.edge_wrong += u64::from(outcome.edge_wrong);
        self.agreed.extend(outcome.agreed);
        for kind in outcome.kinds {
            *self.kinds.entry(kind).or_default() += 1;
        }
        if let Some(violation) = outcome.violations.into_iter().next() {
            self.wrong.insert(seed, violation);
        }
    }

    fn join(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.edge_wrong += other.edge_wrong;
        self.agreed.extend(other.agreed);
        self.wrong.extend(other.wrong);
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }

    /// Kinds of faults that happened in fewer than a tenth of the schedules.
    pub(crate) fn rare(&self) -> Vec<&'static str> {
        let count = |kind: &&str| self.kinds.get(*kind).copied().unwrap_or_default();
        FAULTS.iter().filter(|kind| count(kind) * 10 < self.schedules).copied().collect()
    }

    fn share(&self, count: u64) -> f64 {
        count as f64 * 100.0 / self.schedules.max(1) as f64
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<22}{:>9}{:>9}", "FAULT", "SCHEDULES", "SHARE")?;
        for kind in FAULTS {
            let count = self.kinds.get(kind).copied().unwrap_or_default();
            writeln!(f, "{kind:<22}{count:>9}{:>8.1}%", self.share(count))?;
        }
        let seen = |kind: &str| self.kinds.get(kind).copied().unwrap_or_default();
        writeln!(
            f,
            "\nof which the fence rejected a write in {}, a probe went through in {}, a quiet callback settled in {}",
            seen("write rejected"),
            seen("probe"),
            seen("settled")
        )?;
        let at = |percent: usize| {
            self.agreed.get((self.agreed.len().saturating_sub(1)) * percent / 100).map_or(0.0, |ms| *ms as f64 / 1000.0)
        };
        writeln!(
            f,
            "agreement after the last fault: median {} s, p99 {} s, at most {} s (bound {} s)",
            at(50),
            at(99),
            at(100),
            crate::check::BOUND / 1000
        )?;
        writeln!(f, "\n{:<34}{:>9}{:>9}", "ENDS WRONG", "SCHEDULES", "SHARE")?;
        let wrong = self.wrong.len() as u64;
        writeln!(f, "{:<34}{wrong:>9}{:>8.2}%", "level-triggered (the scaffold)", self.share(wrong))?;
        write!(
            f,
            "{:<34}{:>9}{:>8.2}%",
            "edge-triggered (believes events)",
            self.edge_wrong,
            self.share(self.edge_wrong)
        )
    }
}
