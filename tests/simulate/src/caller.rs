//! The callers: each asks each instance about each group again and again, as requests of users would.

use crate::instance::Cluster;
use crate::schedule::group_name;
use crate::time;
use crate::truth::{BREAKER, MONITOR};
use crate::world::Broken;
use service::guard::Verdict;
use service::model::Level;
use service::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;

const EVERY: i64 = 2_000;
/// The scaffold's default of `CB_PROBE_INTERVAL_S`, and the time in which nobody may have asked.
const PATIENCE: i64 = 10_000 + 2 * EVERY;

/// Asks for ever. Each instance must let a call through within the probe interval while a group is open; what is degraded, or was just
/// closed, rejects by shares and promises nothing of a single call.
pub(crate) async fn ask(cluster: Arc<Cluster>) {
    let mut passed: BTreeMap<(String, usize), i64> = BTreeMap::new();
    loop {
        let now = time::now();
        for life in cluster.alive() {
            for group in 0..cluster.world.truth.schedule.groups {
                let name = group_name(group);
                let last = passed.entry((life.name.clone(), group)).or_insert(now);
                match life.service.guard.allow(BREAKER, &name) {
                    Verdict::Allow => *last = now,
                    Verdict::Probe => {
                        cluster.world.saw("probe");
                        *last = now;
                    }
                    Verdict::Reject if !open(&life.service.guard.snapshot(), &name) => *last = now,
                    Verdict::Reject if now - *last > PATIENCE => {
                        cluster
                            .world
                            .broke(Broken::NoProbe, format!("{name} at instance {}: none since {last} ms", life.name));
                        *last = now;
                    }
                    Verdict::Reject => {}
                }
            }
        }
        time::sleep(EVERY).await;
    }
}

fn open(snapshot: &Snapshot, group: &str) -> bool {
    let entry = snapshot.contents.monitors.get(MONITOR).and_then(|monitor| monitor.groups.get(group));
    entry.is_some_and(|entry| entry.level == Level::Open)
}
