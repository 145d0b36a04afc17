//! Monitors that evaluate: at each whole minute of the virtual clock, and when asked, threshold queries over the points that
//! were sent become statuses of groups, which go the same way as those set by hand. A metric without points evaluates nothing.

mod curve;
mod judge;
mod measure;
mod query;
mod expression;
mod source;
mod renotify;

pub(crate) use curve::curve;

use std::sync::Arc;

use crate::alerting::{self, Change};
use crate::clock::Moment;
use crate::hub::{Hub, Until};
use crate::monitor::Monitor;
use crate::record::What;
use crate::series::Store;
use crate::world::{Notice, World};
use query::Query;

const MINUTE_MS: u64 = 60_000;
/// A clock that jumps further than this is evaluated for its last day only.
const MINUTES: u64 = 24 * 60;

/// Whether the sandbox can evaluate a monitor.
pub(crate) fn evaluates(monitor: &Monitor) -> bool {
    query_of(monitor).is_some()
}

fn query_of(monitor: &Monitor) -> Option<Query> {
    let definition = &monitor.definition;
    let metric = matches!(definition.kind(), "metric alert" | "query alert");
    Query::parse(definition.query()).filter(|_| metric)
}

/// Runs for ever: evaluates each minute of the virtual clock as it passes.
pub(crate) async fn watch(hub: Arc<Hub>) {
    loop {
        hub.wait(|world, now| {
            let next = next_minute(world.evaluated_ms);
            match now.virtual_ms >= next {
                true => Ok(()),
                false => Err(Until::Virtual(next)),
            }
        })
        .await;
        hub.change(|world, now| {
            catch_up(world, now);
            world.record.add(now, What::Minute);
        });
    }
}

/// Evaluates every whole minute since the last evaluation, in order.
pub(crate) fn catch_up(world: &mut World, now: Moment) {
    let oldest = now.virtual_ms.saturating_sub(MINUTES * MINUTE_MS);
    let mut virtual_ms = next_minute(world.evaluated_ms.max(oldest));
    while virtual_ms <= now.virtual_ms {
        evaluate(world, Moment { virtual_ms, ..now });
        world.evaluated_ms = virtual_ms;
        virtual_ms = next_minute(virtual_ms);
    }
}

/// The first whole minute after a time.
fn next_minute(virtual_ms: u64) -> u64 {
    (virtual_ms / MINUTE_MS + 1) * MINUTE_MS
}

/// Evaluates every monitor as of now; gives what was told.
pub(crate) fn evaluate(world: &mut World, now: Moment) -> Vec<Notice> {
    let ids: Vec<u64> = world.monitors.keys().copied().collect();
    ids.into_iter()
        .flat_map(|id| evaluate_one(world, id, now))
        .collect()
}

/// What the points say first, then what a downtime kept back, then what is due again.
fn evaluate_one(world: &mut World, id: u64, now: Moment) -> Vec<Notice> {
    let mut told = Vec::new();
    let measured = world
        .monitors
        .get(&id)
        .map(|monitor| changes(monitor, &world.series, now));
    for change in measured.unwrap_or_default() {
        told.extend(alerting::set_group(world, id, &change, now).flatten());
    }
    let swallowed = world
        .monitors
        .get(&id)
        .map(|monitor| monitor.swallowed(now.wall_s()));
    for group in swallowed.unwrap_or_default() {
        told.extend(alerting::after_downtime(world, id, &group, now));
    }
    let again = world
        .monitors
        .get(&id)
        .map(|monitor| renotify::due(monitor, now.virtual_ms));
    for change in again.unwrap_or_default() {
        told.extend(alerting::set_group(world, id, &change, now).flatten());
    }
    told
}

/// The groups of a monitor that are to have another status now.
fn changes(monitor: &Monitor, store: &Store, now: Moment) -> Vec<Change> {
    let Some(query) = query_of(monitor).filter(|_| !store.is_empty()) else {
        return Vec::new();
    };
    let end_ms = now.virtual_ms.saturating_sub(delay_ms(monitor));
    let mut changes = Vec::new();
    for (group, measured) in measure::measure(&query, store, end_ms) {
        let before = monitor.groups.get(&group).map(|group| group.status);
        let status = judge::judge(&monitor.definition, &query, &measured, (before, end_ms));
        if let Some(status) = status.filter(|status| before != Some(*status)) {
            let value = measured.value.map(|value| value.to_string());
            changes.push(Change {
                group,
                status,
                value,
                silent: false,
                renotify: false,
            });
        }
    }
    changes
}

/// How long before its evaluation a monitor's window ends.
fn delay_ms(monitor: &Monitor) -> u64 {
    let delay = monitor.definition.option("evaluation_delay");
    delay.and_then(serde_json::Value::as_u64).unwrap_or(0) * 1000
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::monitor::{Definition, Downtime, Status};

    fn at(seconds: u64) -> Moment {
        Moment {
            wall_ms: seconds * 1000,
            virtual_ms: seconds * 1000,
        }
    }

    /// A world whose monitor 1 is in a downtime until second 100.
    fn in_a_downtime() -> World {
        let mut world = World::new(1, at(0));
        let sent = json!({"type": "metric alert", "query": "x > 1", "message": "@sns-t"});
        let definition = Definition::create(sent.as_object().unwrap());
        let mut monitor = Monitor::new(1, definition, 0);
        let scope = vec!["*".to_owned()];
        monitor.downtimes.push(Downtime {
            id: 1,
            scope,
            start: 0,
            end: Some(100),
        });
        world.monitors.insert(1, monitor);
        world
    }

    fn set(world: &mut World, status: Status, seconds: u64) -> Option<Notice> {
        let change = Change {
            group: "a:1".to_owned(),
            status,
            value: None,
            silent: false,
            renotify: false,
        };
        alerting::set_group(world, 1, &change, at(seconds)).flatten()
    }

    fn told(world: &mut World, seconds: u64) -> Vec<String> {
        let told = evaluate(world, at(seconds));
        told.into_iter().map(|notice| notice.transition).collect()
    }

    #[test]
    fn an_alert_that_outlives_its_downtime_is_told_once() {
        let mut world = in_a_downtime();
        assert!(set(&mut world, Status::Alert, 50).is_none());
        assert!(told(&mut world, 99).is_empty());
        assert_eq!(told(&mut world, 100), ["alert"]);
        assert!(told(&mut world, 160).is_empty());
    }

    #[test]
    fn what_is_over_before_the_end_or_freed_by_hand_is_not_told() {
        let mut world = in_a_downtime();
        set(&mut world, Status::Alert, 50);
        set(&mut world, Status::Ok, 60);
        assert!(told(&mut world, 100).is_empty());

        let mut world = in_a_downtime();
        set(&mut world, Status::Alert, 50);
        let monitor = world.monitors.get_mut(&1).unwrap();
        monitor.downtimes.clear();
        monitor.forget_swallowed();
        assert!(told(&mut world, 100).is_empty());
    }
}
