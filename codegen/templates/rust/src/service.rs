//! The parts of the service and what they share. Each part's behaviour lives in its own file as `impl Service`.

use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Settings;
use crate::datadog::{Source, SourceError};
use crate::guard::Guard;
use crate::hook::Hooks;
use crate::metrics::{Count, Metrics};
use crate::model::Monitor;
use crate::slots::Slots;
use crate::store::{Contents, Op, Store, StoreError};
use std::sync::Arc;

/// The service's name: that of its package, and of its tag `service:NAME`.
pub const NAME: &str = env!("CARGO_PKG_NAME");

/// Why a monitor was not reconciled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("monitor `{0}` lacks the tag `service:{NAME}`: add it, or unset CB_REQUIRE_SERVICE_TAG")]
    NotOurs(String),
}

/// What a service is made of; tests bring their own.
pub struct Parts {
    pub clock: Arc<Clock>,
    pub store: Arc<dyn Store>,
    pub source: Arc<dyn Source>,
    pub hooks: Arc<dyn Hooks>,
    pub seed: u64,
}

pub struct Service {
    pub settings: Arc<Settings>,
    pub clock: Arc<Clock>,
    pub store: Arc<dyn Store>,
    pub source: Arc<dyn Source>,
    pub hooks: Arc<dyn Hooks>,
    pub guard: Arc<Guard>,
    pub metrics: Arc<Metrics>,
    pub slots: Slots<Result<Monitor, ReconcileError>>,
    pub chance: Chance,
    pub started: i64,
    reloading: Slots<()>,
}

impl Service {
    pub fn new(settings: Settings, parts: Parts) -> Arc<Self> {
        let (settings, metrics) = (Arc::new(settings), Arc::new(Metrics::default()));
        let Parts { clock, store, source, hooks, seed } = parts;
        let chance = Chance::seeded(seed);
        let guard = Guard::new(settings.clone(), clock.clone(), Chance::seeded(!seed), metrics.clone());
        let (guard, slots, started, reloading) = (Arc::new(guard), Slots::default(), clock.now(), Slots::default());
        let service = Self { settings, clock, store, source, hooks, guard, metrics, slots, chance, started, reloading };
        Arc::new(service)
    }

    /// Reads the store into the guard's snapshot; one at a time, so that an older one cannot win, and a burst shares a few.
    pub async fn reload(&self) {
        self.reloading.share("", self.load()).await;
    }

    async fn load(&self) {
        let at = self.clock.now();
        let loaded = self.store.ask::<Contents>(Op::Load).await;
        if let Err(error) = &loaded {
            self.metrics.add(Count::StoreFailed);
            tracing::warn!(%error, "the snapshot was not reloaded");
        }
        self.guard.replace(loaded.ok(), at);
    }
}
