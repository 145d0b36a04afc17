//! One schedule from its start to its end.

use crate::edge::Edge;
use crate::instance::Cluster;
use crate::mutant::Mutant;
use crate::schedule::{Event, Schedule, Status, What};
use crate::truth::Truth;
use crate::world::{Kinds, Violation, World};
use crate::{caller, check, lambda, time};
use std::sync::Arc;

/// What came of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) violations: Vec<Violation>,
    /// Kinds of faults that really happened.
    pub(crate) kinds: Kinds,
    /// Milliseconds from the last fault until every breaker was as its monitor.
    pub(crate) agreed: Option<i64>,
    /// Whether a service that believes notifications ended wrong.
    pub(crate) edge_wrong: bool,
}

/// Runs `schedule`, with a `mutant` of the service if one is given.
pub(crate) fn run(schedule: &Schedule, mutant: Option<Mutant>) -> anyhow::Result<Outcome> {
    let world = Arc::new(World::new(Truth::new(schedule.clone()), mutant));
    let (agreed, edge_wrong) = time::run(play(world.clone()))??;
    let mut log = world.log();
    let mut kinds = std::mem::take(&mut log.kinds);
    kinds.extend(planned(&world.truth));
    Ok(Outcome { violations: std::mem::take(&mut log.violations), kinds, agreed, edge_wrong })
}

async fn play(world: Arc<World>) -> anyhow::Result<(Option<i64>, bool)> {
    let cluster = Cluster::new(world.clone());
    let edge = Edge::new(cluster.clone());
    let keepers: Vec<_> =
        (0..world.truth.schedule.instances).map(|index| tokio::spawn(cluster.clone().keep(index))).collect();
    for notice in world.truth.notices() {
        tokio::spawn(lambda::deliver(cluster.clone(), notice.clone()));
        tokio::spawn(edge.clone().deliver(notice));
    }
    tokio::spawn(caller::ask(cluster.clone()));
    let agreed = check::watch(&cluster).await;
    for keeper in keepers {
        keeper.await??;
    }
    Ok((agreed, edge.wrong()))
}

/// Kinds of faults that stand in the schedule itself.
fn planned(truth: &Truth) -> Kinds {
    let (schedule, notices) = (&truth.schedule, truth.notices());
    let any = |is: fn(&Event) -> bool| schedule.events.iter().any(is);
    let arrivals = |id: usize| notices.iter().filter(move |notice| notice.id == id);
    let overtaken = |first: usize| {
        let group = arrivals(first).map(|notice| notice.group).next();
        let latest = arrivals(first).map(|notice| notice.arrives).max();
        let newer = notices.iter().filter(|other| other.id > first && Some(other.group) == group);
        newer.into_iter().any(|other| latest > Some(other.arrives))
    };
    let kinds = [
        ("two instances", schedule.instances > 1),
        ("coarse notify_by", schedule.coarse),
        ("lost", any(|e| matches!(&e.what, What::Transition { deliveries, .. } if deliveries.is_empty()))),
        ("duplicated", any(|e| matches!(&e.what, What::Transition { deliveries, .. } if deliveries.len() > 1))),
        ("delayed", notices.iter().any(|notice| notice.arrives - schedule.events[notice.id].at >= 20_000)),
        ("reordered", notices.iter().any(|notice| overtaken(notice.id))),
        ("state lags", any(|e| matches!(&e.what, What::Transition { lag: 1.., .. }))),
        ("no data", any(|e| matches!(&e.what, What::Transition { to: Status::NoData | Status::Skipped, .. }))),
        ("empty answer", any(|e| matches!(&e.what, What::SourceDown { empty: true, .. }))),
        ("absent group", any(|e| matches!(&e.what, What::Absent { .. }))),
        ("downtime", any(|e| matches!(&e.what, What::Downtime { .. }))),
    ];
    kinds.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate;

    #[test]
    fn the_same_seed_makes_the_same_run() {
        for seed in 1..20 {
            let schedule = generate::schedule(seed);
            let (first, second) = (run(&schedule, None).unwrap(), run(&schedule, None).unwrap());
            assert_eq!(first, second, "seed {seed}");
        }
    }

    #[test]
    fn a_saved_schedule_is_the_schedule() {
        for seed in 1..200 {
            let schedule = generate::schedule(seed);
            let text = serde_json::to_string(&schedule).unwrap();
            assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
        }
    }
}
