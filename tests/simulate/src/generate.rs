//! A schedule from a seed. Each kind of fault is drawn apart, often enough that each stands in a tenth of all schedules or more.

use crate::schedule::{Event, QUIET, Schedule, Status, What};
use fastrand::Rng;

/// The schedule of `seed`: the same one each time.
pub(crate) fn schedule(seed: u64) -> Schedule {
    let mut rng = Rng::with_seed(seed);
    let (groups, instances, coarse) = (rng.usize(1..=4), rng.usize(1..=2), rng.u8(0..4) == 0);
    let mut events = transitions(&mut rng, groups);
    for fault in FAULTS {
        if rng.u8(0..100) >= fault.percent {
            continue;
        }
        for _ in 0..rng.usize(1..=2) {
            let at = rng.i64(5_000..QUIET - 10_000);
            let lasts = rng.i64(fault.least..=fault.most).min(QUIET - at);
            let what = (fault.make)(&mut rng, Scope { groups, instances, lasts });
            events.push(Event { at, what });
        }
    }
    events.sort_by_key(|event| event.at);
    Schedule { seed, groups, instances, coarse, events }
}

struct Scope {
    groups: usize,
    instances: usize,
    lasts: i64,
}

/// A row: in how many of a hundred schedules, how long at least and at most, and what it is.
struct Fault {
    percent: u8,
    least: i64,
    most: i64,
    make: fn(&mut Rng, Scope) -> What,
}

#[rustfmt::skip]
const FAULTS: &[Fault] = &[
    Fault { percent: 35, least: 500, most: 90_000, make: |rng, s| What::Restart { instance: rng.usize(0..s.instances), lasts: s.lasts } },
    Fault { percent: 35, least: 500, most: 120_000, make: |rng, s| What::StoreDown { lasts: s.lasts, flush: rng.bool() } },
    Fault { percent: 25, least: 5_000, most: 300_000, make: |_, s| What::SourceDown { lasts: s.lasts, empty: false } },
    Fault { percent: 15, least: 5_000, most: 300_000, make: |_, s| What::SourceDown { lasts: s.lasts, empty: true } },
    Fault { percent: 40, least: 10_000, most: 300_000, make: |rng, s| What::SlowReads { lasts: s.lasts, by: rng.i64(500..40_000) } },
    Fault { percent: 25, least: 20_000, most: 850_000, make: |rng, s| What::Absent { group: rng.usize(0..s.groups), lasts: s.lasts } },
    Fault { percent: 30, least: 20_000, most: 400_000, make: |rng, s| What::Downtime { group: rng.usize(0..s.groups), lasts: s.lasts } },
];

/// Each group changes a few times and ends in a state that says how it is.
fn transitions(rng: &mut Rng, groups: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for group in 0..groups {
        let mut now = Status::Ok;
        let mut moments: Vec<_> = (0..rng.usize(1..=6)).map(|_| rng.i64(2_000..QUIET - 130_000)).collect();
        moments.sort_unstable();
        let last = moments.len() - 1;
        for (i, at) in moments.into_iter().enumerate() {
            let to = next(rng, now, i == last);
            if to == now {
                continue;
            }
            now = to;
            let what = What::Transition { group, to, lag: lag(rng), deliveries: deliveries(rng, at) };
            events.push(Event { at, what });
        }
    }
    events
}

fn next(rng: &mut Rng, now: Status, last: bool) -> Status {
    let known: &[Status] = &[Status::Ok, Status::Alert, Status::Alert, Status::Ok, Status::Warn];
    let all: &[Status] = &[Status::Ok, Status::Alert, Status::Warn, Status::NoData, Status::Skipped, Status::Alert];
    let choices = if last { known } else { all };
    let other: Vec<_> = choices.iter().filter(|status| **status != now).collect();
    *other[rng.usize(0..other.len())]
}

/// In a third of all transitions Datadog's state follows its notification late.
fn lag(rng: &mut Rng) -> i64 {
    if rng.u8(0..3) == 0 { rng.i64(1_000..110_000) } else { 0 }
}

/// Once and soon in half of the cases; else lost, repeated or late.
fn deliveries(rng: &mut Rng, at: i64) -> Vec<i64> {
    let (soon, late) = (rng.i64(200..3_000), rng.i64(20_000..240_000).min(QUIET - at));
    match rng.u8(0..10) {
        0 | 1 => Vec::new(),
        2 => vec![soon, soon + rng.i64(1..500)],
        3 => vec![soon, late],
        4 | 5 => vec![late],
        _ => vec![soon],
    }
}
