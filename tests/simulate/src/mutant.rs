//! Ways to break the service on purpose, each at a seam or in a setting: a check that finds none of them proves nothing.

use clap::ValueEnum;
use service::config::Settings;

/// A service with one of its guards removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mutant {
    /// Every write is taken, however old.
    NoFence,
    /// The number is taken when the answer is there.
    FenceAfterRead,
    /// A callback marks nothing dirty.
    NoDirtyReread,
    /// Monitors are read at callbacks only.
    NoPoll,
    /// What is absent is closed.
    AbsentClosed,
    /// What is open lets nothing through.
    NoProbe,
    /// No Data opens.
    UnknownOpens,
}

/// Longer than any schedule.
const NEVER: i64 = 1_000_000_000;

impl Mutant {
    /// The part of a mutant that a setting makes.
    pub(crate) fn set(self, settings: &mut Settings) {
        match self {
            Self::NoPoll => (settings.poll, settings.idle_poll) = (NEVER, NEVER),
            Self::AbsentClosed => settings.absent_after = 0,
            Self::NoProbe => (settings.probe_ratio, settings.probe_interval) = (0.0, NEVER),
            Self::UnknownOpens => settings.on_no_data = Some(service::model::Level::Open),
            Self::NoFence | Self::FenceAfterRead | Self::NoDirtyReread => {}
        }
    }
}
