//! Which moment a read of group states speaks of: Datadog's own state may lag behind its notification.

use super::view::Wanted;
use crate::clock::Moment;
use crate::monitor::{Groups, Monitor};
use crate::world::World;

/// The moment of one read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Past {
    Now,
    /// Before each monitor's latest change.
    BeforeTheLatest,
    /// At this virtual time.
    At(u64),
}

impl Past {
    /// What the faults make of this read; a stale one is used up.
    pub(super) fn of(world: &mut World, wanted: &Wanted, now: Moment) -> Self {
        if wanted.group_states.is_none() {
            Self::Now
        } else if world.faults.hit_stale_read() {
            Self::BeforeTheLatest
        } else if world.faults.state_lag_ms > 0 {
            Self::At(now.virtual_ms.saturating_sub(world.faults.state_lag_ms))
        } else {
            Self::Now
        }
    }

    /// The groups of a monitor then.
    pub(super) fn groups(self, monitor: &Monitor) -> &Groups {
        match self {
            Self::Now => &monitor.groups,
            Self::BeforeTheLatest => monitor.groups_before(),
            Self::At(virtual_ms) => monitor.groups_at(virtual_ms),
        }
    }
}
