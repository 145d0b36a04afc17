//! Yours: what this service does, beyond the breaker, when a monitor speaks. Written once and never overwritten.

use crate::hook::{Hooks, LazyEvent};
use crate::model::{Change, Monitor, Notification};
use async_trait::async_trait;

/// Each hook runs at least once, after the state is stored: make them idempotent. An error or a timeout is retried.
pub struct ServiceHooks;

#[async_trait]
impl Hooks for ServiceHooks {
    /// For every callback that is no test, whether its monitor feeds a breaker or not. `event.get().await` asks Datadog
    /// for the event's text, tags and alert type; it may be late, so do not depend on it.
    async fn on_notification(&self, n: &Notification, _event: &LazyEvent, monitor: &Monitor) -> anyhow::Result<()> {
        tracing::info!(
            monitor = monitor.id,
            name = monitor.name,
            group = n.group,
            transition = n.transition,
            "notified"
        );
        Ok(())
    }

    async fn on_open(&self, change: &Change) -> anyhow::Result<()> {
        tracing::warn!(breaker = change.breaker, group = change.group, monitor = change.monitor, "breaker opened");
        Ok(())
    }

    async fn on_degraded(&self, change: &Change) -> anyhow::Result<()> {
        tracing::warn!(breaker = change.breaker, group = change.group, monitor = change.monitor, "breaker degraded");
        Ok(())
    }

    async fn on_close(&self, change: &Change) -> anyhow::Result<()> {
        tracing::info!(breaker = change.breaker, group = change.group, monitor = change.monitor, "breaker closed");
        Ok(())
    }
}
