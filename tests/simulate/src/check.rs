//! Whether the breakers say what the monitor says: soon after a callback when nothing is wrong, and in any case when all is quiet.

use crate::instance::Cluster;
use crate::schedule::{QUIET, Status, group_name};
use crate::time;
use crate::truth::{MONITOR, Truth};
use crate::world::Broken;
use service::model::{Entry, Level};
use std::collections::BTreeMap;

/// The stated bound: so long after the last fault every breaker is as its monitor. The idle poll (5 min) is what remains when
/// everything else was lost; half a minute is for what was under way.
pub(crate) const BOUND: i64 = 330_000;
/// For so long after the bound it must stay so.
const STAYS: i64 = 30_000;
/// The last re-read after a callback is due at 120 s.
const SETTLES: i64 = 126_000;
const EVERY: i64 = 1_000;
/// The longest that an answer may be under way.
const UNDER_WAY: i64 = 45_000;

/// Watches until the end; the milliseconds after the last fault since which everything agreed.
pub(crate) async fn watch(cluster: &Cluster) -> Option<i64> {
    let mut agreed: Option<i64> = None;
    while time::now() < QUIET + BOUND + STAYS {
        time::sleep(EVERY).await;
        let now = time::now();
        settled(cluster, now).await;
        if now < QUIET {
            continue;
        }
        match difference(cluster).await {
            None => drop(agreed.get_or_insert(now - QUIET)),
            Some(detail) => {
                agreed = None;
                if now > QUIET + BOUND {
                    cluster.world.broke(Broken::NotConverged, detail);
                    return None;
                }
            }
        }
    }
    agreed
}

/// The first difference between the monitor and the store, or the monitor and some instance's guard.
async fn difference(cluster: &Cluster) -> Option<String> {
    let (truth, now) = (&cluster.world.truth, time::now());
    let stored = differs(truth, now, &cluster.redis.groups().await).map(|what| format!("the store: {what}"));
    stored.or_else(|| {
        cluster.alive().into_iter().find_map(|life| {
            let snapshot = life.service.guard.snapshot();
            let none = BTreeMap::new();
            let groups = snapshot.contents.monitors.get(MONITOR).map_or(&none, |monitor| &monitor.groups);
            differs(truth, now, groups).map(|what| format!("instance {}: {what}", life.name))
        })
    })
}

fn differs(truth: &Truth, now: i64, groups: &BTreeMap<String, Entry>) -> Option<String> {
    (0..truth.schedule.groups).find_map(|group| {
        let (name, status) = (group_name(group), truth.status(group, now));
        let wanted = level(status)?;
        let level = groups.get(&name).map_or(Level::Closed, |entry| entry.level);
        (level != wanted).then(|| format!("{name} is {level:?}, the monitor says {}", status.text()))
    })
}

/// What a state asks for; none of a state that says nothing.
fn level(status: Status) -> Option<Level> {
    match status {
        Status::Ok => Some(Level::Closed),
        Status::Warn => Some(Level::Degraded),
        Status::Alert => Some(Level::Open),
        Status::NoData | Status::Skipped => None,
    }
}

/// After the last re-read that a callback asks for, with nothing wrong meanwhile, the store must agree.
async fn settled(cluster: &Cluster, now: i64) {
    let (world, last) = (&cluster.world, cluster.world.log().last_callback);
    let Some(last) = last.filter(|last| (SETTLES..SETTLES + EVERY).contains(&(now - last))) else { return };
    if world.truth.disturbed(last - UNDER_WAY, now) || world.truth.moves(last + 115_000, now) {
        return;
    }
    world.saw("settled");
    if let Some(detail) = differs(&world.truth, now, &cluster.redis.groups().await) {
        world.broke(Broken::NotSettled, format!("{detail}; the last callback came at {last} ms"));
    }
}
