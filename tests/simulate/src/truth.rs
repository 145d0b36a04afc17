//! Datadog itself, as a function of time: what is true, what `group_states` shows, what is muted, who is told.

use crate::schedule::{Event, Schedule, Status, What, group_name};
use crate::time::wall_at;
use serde_json::{Map, Value, json};

/// The one monitor of a schedule.
pub(crate) const MONITOR: &str = "4711";
/// The breaker that it feeds.
pub(crate) const BREAKER: &str = "bank";

/// A change of a group that `group_states` shows from `at` on.
struct Shown {
    at: i64,
    group: usize,
    to: Status,
}

/// A notification: whom it is about, what it says, and when it arrives.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) id: usize,
    pub(crate) group: usize,
    pub(crate) to: Status,
    pub(crate) arrives: i64,
}

pub(crate) struct Truth {
    pub(crate) schedule: Schedule,
    shown: Vec<Shown>,
}

impl Truth {
    pub(crate) fn new(schedule: Schedule) -> Self {
        let mut last = vec![0; schedule.groups];
        let mut shown = Vec::new();
        for event in &schedule.events {
            let What::Transition { group, to, lag, .. } = &event.what else { continue };
            // Datadog may be late, but it does not show an older state after a newer one.
            let at = (event.at + lag).max(last[*group]);
            last[*group] = at;
            shown.push(Shown { at, group: *group, to: *to });
        }
        shown.sort_by_key(|shown| shown.at);
        Self { schedule, shown }
    }

    /// What `group_states` shows of a group at `at`.
    pub(crate) fn status(&self, group: usize, at: i64) -> Status {
        let seen = self.shown.iter().take_while(|shown| shown.at <= at).filter(|shown| shown.group == group);
        seen.last().map_or(Status::Ok, |shown| shown.to)
    }

    /// Whether `group_states` shows a change between `from` and `to`.
    pub(crate) fn moves(&self, from: i64, to: i64) -> bool {
        self.shown.iter().any(|shown| (from..=to).contains(&shown.at))
    }

    pub(crate) fn on(&self, at: i64, is: impl Fn(&What) -> bool) -> Option<&Event> {
        self.schedule.events.iter().find(|event| is(&event.what) && event.covers(at))
    }

    /// How often Redis has lost everything by `at`.
    pub(crate) fn flushes(&self, at: i64) -> usize {
        let flush = |event: &&Event| matches!(event.what, What::StoreDown { flush: true, .. }) && event.at <= at;
        self.schedule.events.iter().filter(flush).count()
    }

    pub(crate) fn muted(&self, group: usize, at: i64) -> bool {
        self.on(at, |what| matches!(what, What::Downtime { group: muted, .. } if *muted == group)).is_some()
    }

    pub(crate) fn absent(&self, group: usize, at: i64) -> bool {
        self.on(at, |what| matches!(what, What::Absent { group: absent, .. } if *absent == group)).is_some()
    }

    /// Whether any fault but late states falls between `from` and `to`.
    pub(crate) fn disturbed(&self, from: i64, to: i64) -> bool {
        let faults = self.schedule.events.iter().filter(|event| !matches!(event.what, What::Transition { .. }));
        faults.into_iter().any(|event| event.touches(from, to))
    }

    /// The monitor with its groups and downtimes, as the API answers it at `at`.
    pub(crate) fn monitor(&self, at: i64) -> Value {
        let (mut groups, mut downtimes) = (Map::new(), Vec::new());
        let empty = self.on(at, |what| matches!(what, What::SourceDown { empty: true, .. })).is_some();
        for group in (0..self.schedule.groups).filter(|_| !empty) {
            let name = group_name(group);
            if self.muted(group, at) {
                downtimes.push(json!({ "scope": [name] }));
            }
            if !self.absent(group, at) {
                let seen = json!({ "name": name, "status": self.status(group, at).text(), "last_triggered_ts": wall_at(at) / 1000 });
                groups.insert(name, seen);
            }
        }
        json!({
            "id": 4711, "name": "Banks", "multi": true, "overall_state": "OK", "options": {},
            "tags": [format!("circuit_breaker:{BREAKER}"), "service:funds"],
            "state": { "groups": groups }, "matching_downtimes": downtimes,
        })
    }

    /// Every delivery, in the order of the transitions: none from a muted group, and with a coarse `notify_by` only when the whole changes.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let (mut now, mut notices) = (vec![Status::Ok; self.schedule.groups], Vec::new());
        let bad = |now: &[Status]| now.iter().any(|status| *status == Status::Alert);
        for (id, event) in self.schedule.events.iter().enumerate() {
            let What::Transition { group, to, deliveries, .. } = &event.what else { continue };
            let before = bad(&now);
            now[*group] = *to;
            let silent = !to.known() || self.muted(*group, event.at) || self.schedule.coarse && before == bad(&now);
            let arrivals = deliveries.iter().filter(|_| !silent);
            notices.extend(arrivals.map(|after| Notice { id, group: *group, to: *to, arrives: event.at + after }));
        }
        notices
    }
}
