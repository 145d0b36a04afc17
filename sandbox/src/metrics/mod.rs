//! Monitors that evaluate: at each whole minute of the virtual clock, and when asked, threshold queries over the points that
//! were sent become statuses of groups, which go the same way as those set by hand. A metric without points evaluates nothing.

mod judge;
mod measure;
mod query;
mod expression;
mod source;
mod renotify;

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
    let mut told = Vec::new();
    for id in ids {
        let Some(monitor) = world.monitors.get(&id) else {
            continue;
        };
        for change in changes(monitor, &world.series, now) {
            told.extend(alerting::set_group(world, id, &change, now).flatten());
        }
        let Some(monitor) = world.monitors.get(&id) else {
            continue;
        };
        for change in renotify::due(monitor, now.virtual_ms) {
            told.extend(alerting::set_group(world, id, &change, now).flatten());
        }
    }
    told
}

/// The groups of a monitor that are to have another status now.
fn changes(monitor: &Monitor, store: &Store, now: Moment) -> Vec<Change> {
    let Some(query) = query_of(monitor).filter(|_| !store.is_empty()) else {
        return Vec::new();
    };
    let delay_s = monitor
        .definition
        .option("evaluation_delay")
        .and_then(serde_json::Value::as_u64);
    let end_ms = now.virtual_ms.saturating_sub(delay_s.unwrap_or(0) * 1000);
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
