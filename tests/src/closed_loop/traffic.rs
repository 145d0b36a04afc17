//! The callers, as a model: ten banks, one pool of workers for all. A call to a bank that hangs holds its worker until it times out,
//! and is tried again; when the pool is full, calls to every bank wait in one queue, and who waits too long is dropped. That is how one
//! bank harms the others.

use super::record::{Record, Tick};
use std::collections::BTreeMap;

pub(super) const BANKS: usize = 10;
/// The bank that hangs, from one second to another.
pub(super) const SICK: usize = 3;
pub(super) const OUTAGE: std::ops::Range<u64> = 120..600;
/// Seconds of virtual time.
pub(super) const LENGTH: u64 = 960;
/// Requests a second for each bank.
const RATE: u64 = 20;
const WORKERS: u64 = 1_300;
const TIMEOUT: u64 = 30;
const ATTEMPTS: u32 = 5;

/// What became of one bank's calls in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Asked by users, or tried again.
    pub(super) asked: u64,
    pub(super) ok: u64,
    /// Timed out.
    pub(super) failed: u64,
    /// Refused by the breaker.
    pub(super) refused: u64,
    /// No worker was free.
    pub(super) dropped: u64,
}

#[derive(Clone, Copy)]
struct Calls {
    bank: usize,
    attempt: u32,
    count: u64,
}

#[derive(Default)]
pub(super) struct Traffic {
    busy: u64,
    /// Calls that hang, by the second in which they time out.
    hanging: BTreeMap<u64, Vec<Calls>>,
}

impl Traffic {
    /// One second. `admit` says how many of a bank's calls may go out.
    pub(super) fn second(
        &mut self,
        now: u64,
        mut admit: impl FnMut(usize, u64) -> anyhow::Result<u64>,
    ) -> anyhow::Result<Vec<Seen>> {
        let mut seen = vec![Seen::default(); BANKS];
        let mut calls = self.arrivals(now, &mut seen);
        for call in &mut calls {
            let admitted = admit(call.bank, call.count)?;
            seen[call.bank].asked += call.count;
            seen[call.bank].refused += call.count - admitted;
            call.count = admitted;
        }
        self.serve(now, calls, &mut seen);
        Ok(seen)
    }

    /// What users ask now, and what has timed out and is tried again.
    fn arrivals(&mut self, now: u64, seen: &mut [Seen]) -> Vec<Calls> {
        let first = |bank| Calls {
            bank,
            attempt: 1,
            count: RATE,
        };
        let mut calls: Vec<_> = (0..BANKS).map(first).collect();
        for ended in self.hanging.remove(&now).unwrap_or_default() {
            self.busy -= ended.count;
            seen[ended.bank].failed += ended.count;
            if ended.attempt < ATTEMPTS {
                calls.push(Calls {
                    attempt: ended.attempt + 1,
                    ..ended
                });
            }
        }
        calls
    }

    /// A queue serves all alike: calls that hang take every worker that is free, and with the last one the queue stands still.
    fn serve(&mut self, now: u64, calls: Vec<Calls>, seen: &mut [Seen]) {
        let hangs = |call: &Calls| call.bank == SICK && OUTAGE.contains(&now);
        let wanted: u64 = calls
            .iter()
            .filter(|call| hangs(call))
            .map(|call| call.count)
            .sum();
        let free = (WORKERS - self.busy).min(wanted);
        for call in calls {
            let taken = (call.count * free)
                .checked_div(wanted)
                .unwrap_or(call.count);
            let bank = &mut seen[call.bank];
            bank.dropped += call.count - taken;
            if hangs(&call) {
                self.busy += taken;
                let hang = Calls {
                    count: taken,
                    ..call
                };
                self.hanging.entry(now + TIMEOUT).or_default().push(hang);
            } else {
                bank.ok += taken;
            }
        }
    }
}

/// The same traffic with nobody to stop it.
///
/// # Errors
/// None: it has the form of its counterpart.
pub fn without_breaker() -> anyhow::Result<Record> {
    let (mut traffic, mut record) = (Traffic::default(), Record::default());
    for now in 0..LENGTH {
        let seen = traffic.second(now, |_, count| Ok(count))?;
        record.add(Tick::new(now, &seen));
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_that_hangs_fills_the_pool_and_takes_the_others_down() {
        let record = without_breaker().unwrap();
        assert!(record.goodput(0..OUTAGE.start) == 1.0);
        assert!(record.goodput(OUTAGE) < 0.9, "{}", record.goodput(OUTAGE));
        assert!(record.goodput(OUTAGE.end + 60..LENGTH) == 1.0);
    }

    #[test]
    fn who_refuses_at_once_keeps_the_others_whole() {
        let (mut traffic, mut record) = (Traffic::default(), Record::default());
        for now in 0..LENGTH {
            let open = |bank| bank == SICK && now >= OUTAGE.start + 60;
            let seen = traffic
                .second(now, |bank, n| Ok(if open(bank) { 0 } else { n }))
                .unwrap();
            record.add(Tick::new(now, &seen));
        }
        assert_eq!(record.goodput(0..LENGTH), 1.0);
    }
}
