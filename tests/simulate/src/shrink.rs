//! A failing schedule, made as small as it still fails: what is left is what it takes.

use crate::mutant::Mutant;
use crate::run::run;
use crate::schedule::{Schedule, What};
use crate::world::Broken;

/// The smallest schedule found that breaks `broken` again.
pub(crate) fn shrink(schedule: Schedule, mutant: Option<Mutant>, broken: Broken) -> anyhow::Result<Schedule> {
    let mut best = schedule;
    loop {
        let mut smaller = None;
        for candidate in candidates(&best) {
            if run(&candidate, mutant)?.violations.iter().any(|violation| violation.broken == broken) {
                smaller = Some(candidate);
                break;
            }
        }
        match smaller {
            Some(candidate) => best = candidate,
            None => return Ok(best),
        }
    }
}

/// Each a step smaller than `schedule`.
fn candidates(schedule: &Schedule) -> Vec<Schedule> {
    let mut all = Vec::new();
    for i in 0..schedule.events.len() {
        let mut less = schedule.clone();
        less.events.remove(i);
        all.push(less);
    }
    if schedule.coarse {
        all.push(Schedule { coarse: false, ..schedule.clone() });
    }
    if schedule.instances > 1 {
        let mut one = Schedule { instances: 1, ..schedule.clone() };
        one.events.retain(|event| !matches!(event.what, What::Restart { instance, .. } if instance > 0));
        all.push(one);
    }
    if schedule.groups > 1 {
        let last = schedule.groups - 1;
        let mut fewer = Schedule { groups: last, ..schedule.clone() };
        fewer.events.retain(|event| {
            !matches!(event.what, What::Transition { group, .. } | What::Absent { group, .. } | What::Downtime { group, .. } if group == last)
        });
        all.push(fewer);
    }
    all
}
