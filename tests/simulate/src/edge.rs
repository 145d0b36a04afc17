//! What people write today: a service that believes each notification, kept in the same Redis, called by the same Lambda. It repeats
//! nothing twice, and asks nobody.

use crate::instance::Cluster;
use crate::lambda::WAITS;
use crate::schedule::Status;
use crate::time;
use crate::truth::Notice;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Its flags, by group.
pub(crate) struct Edge {
    cluster: Arc<Cluster>,
    inner: Mutex<Flags>,
}

#[derive(Default)]
struct Flags {
    groups: Vec<Status>,
    done: BTreeSet<usize>,
    flushed: usize,
}

impl Edge {
    pub(crate) fn new(cluster: Arc<Cluster>) -> Arc<Self> {
        let groups = vec![Status::Ok; cluster.world.truth.schedule.groups];
        Arc::new(Self { cluster, inner: Mutex::new(Flags { groups, ..Flags::default() }) })
    }

    pub(crate) async fn deliver(self: Arc<Self>, notice: Notice) {
        time::sleep_until(notice.arrives).await;
        for wait in WAITS {
            time::sleep(wait).await;
            let up = !self.cluster.alive().is_empty() && self.cluster.redis.reach().is_ok();
            if up {
                return self.believe(&notice);
            }
        }
    }

    fn believe(&self, notice: &Notice) {
        let mut flags = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        self.flush(&mut flags);
        if flags.done.insert(notice.id) {
            flags.groups[notice.group] = notice.to;
        }
    }

    fn flush(&self, flags: &mut Flags) {
        let flushes = self.cluster.world.truth.flushes(time::now());
        if flushes > flags.flushed {
            flags.flushed = flushes;
            flags.done.clear();
            flags.groups.fill(Status::Ok);
        }
    }

    /// Whether any group is not as the monitor says now.
    pub(crate) fn wrong(&self) -> bool {
        let mut flags = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        self.flush(&mut flags);
        let truth = |group| self.cluster.world.truth.status(group, time::now());
        flags.groups.iter().enumerate().any(|(group, flag)| truth(group).known() && truth(group) != *flag)
    }
}
