//! What was seen, second by second, and the numbers that come of it.

use super::traffic::{BANKS, LENGTH, OUTAGE, SICK, Seen};
use std::ops::Range;

/// One second.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    pub(super) second: u64,
    /// Of the sick bank.
    pub(super) sick: Seen,
    /// The share of the other banks' calls that were well.
    pub(super) others: f64,
    /// Banks of which the breaker refused every call but probes.
    pub(super) open: Vec<usize>,
    /// Whether the monitor alerts for the sick bank.
    pub(super) alert: bool,
}

impl Tick {
    pub(super) fn new(second: u64, seen: &[Seen]) -> Self {
        let others = || {
            seen.iter()
                .enumerate()
                .filter(|(bank, _)| *bank != SICK)
                .map(|(_, seen)| seen)
        };
        let (ok, asked) = (
            others().map(|s| s.ok).sum::<u64>(),
            others().map(|s| s.asked).sum::<u64>(),
        );
        let others = ok as f64 / asked.max(1) as f64;
        Self {
            second,
            sick: seen[SICK],
            others,
            open: Vec::new(),
            alert: false,
        }
    }
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub(super) ticks: Vec<Tick>,
}

impl Record {
    pub(super) fn add(&mut self, tick: Tick) {
        self.ticks.push(tick);
    }

    fn within(&self, seconds: Range<u64>) -> impl Iterator<Item = &Tick> {
        self.ticks
            .iter()
            .filter(move |tick| seconds.contains(&tick.second))
    }

    /// The share of the other nine banks' calls that were well, 0 to 1.
    #[must_use]
    pub fn goodput(&self, seconds: Range<u64>) -> f64 {
        let (sum, count) = self.within(seconds).fold((0.0, 0), |(sum, count), tick| {
            (sum + tick.others, count + 1)
        });
        sum / f64::from(count.max(1))
    }

    /// Calls to the sick bank that timed out.
    #[must_use]
    pub fn timeouts(&self) -> u64 {
        self.ticks.iter().map(|tick| tick.sick.failed).sum()
    }

    /// The second in which the sick bank's breaker opened, and the one in which it let calls through again.
    #[must_use]
    pub fn open(&self) -> Option<(u64, u64)> {
        let open = |tick: &&Tick| tick.open.contains(&SICK);
        let first = self.ticks.iter().find(open)?.second;
        let last = self.ticks.iter().rev().find(open)?.second;
        Some((first, last + 1))
    }

    /// Other banks whose breaker was ever open.
    #[must_use]
    pub fn others_open(&self) -> Vec<usize> {
        (0..BANKS)
            .filter(|bank| *bank != SICK && self.ticks.iter().any(|tick| tick.open.contains(bank)))
            .collect()
    }

    /// Seconds in which a probe of the sick bank came back, or timed out, while it was open.
    #[must_use]
    pub fn fed(&self) -> usize {
        let probed =
            |tick: &&Tick| tick.open.contains(&SICK) && tick.sick.ok + tick.sick.failed > 0;
        self.ticks.iter().filter(probed).count()
    }

    /// The promises: the sick bank alone, soon; probes; closed after the recovery; the others whole.
    ///
    /// # Errors
    /// The first that is not kept.
    pub fn check(&self) -> anyhow::Result<()> {
        let (opened, closed) = self
            .open()
            .ok_or_else(|| anyhow::anyhow!("the breaker never opened"))?;
        // Calls hang for half a minute before the first is an error; the next evaluation is at most a minute away.
        anyhow::ensure!(
            (OUTAGE.start..=OUTAGE.start + 92).contains(&opened),
            "it opened in second {opened}"
        );
        anyhow::ensure!(
            (OUTAGE.end..OUTAGE.end + 200).contains(&closed),
            "it closed in second {closed}"
        );
        anyhow::ensure!(
            self.others_open().is_empty(),
            "others opened too: {:?}",
            self.others_open()
        );
        anyhow::ensure!(self.fed() > 10, "only {} probes came back", self.fed());
        let goodput = self.goodput(0..LENGTH);
        anyhow::ensure!(
            goodput >= 0.99,
            "the other nine had {:.2} %",
            goodput * 100.0
        );
        Ok(())
    }
}
