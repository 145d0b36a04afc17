//! The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and however often.

use crate::config::Settings;
use crate::datadog::Reading;
use crate::mapping::{Mapped, map};
use crate::metrics::Count;
use crate::model::Monitor;
use crate::outbox;
use crate::service::{ReconcileError, Service};
use crate::store::{Op, Outcome, StoreError, Update};
use std::sync::Arc;

/// Reconciles monitor `id`; callers that come while it is being read share the next reading.
pub async fn reconcile(service: &Arc<Service>, id: &str) -> Result<Monitor, ReconcileError> {
    service.slots.share(id, read_and_apply(service, id)).await
}

async fn read_and_apply(service: &Arc<Service>, id: &str) -> Result<Monitor, ReconcileError> {
    let (store, now, monitor) = (&service.store, service.clock.now(), id.to_owned());
    // The fence comes first: whatever is read after it is at least as new as the number says.
    let seq = store.ask(Op::Fence).await?;
    let reading = match service.source.monitor(id).await {
        Ok(reading) => reading,
        Err(error) => {
            service.metrics.add(Count::ReadFailed);
            tracing::warn!(%error, monitor, "the monitor was not read: its state is held and it will be read again");
            store.run(Op::Failed { monitor, now, why: error.to_string() }).await?;
            return Err(error.into());
        }
    };
    service.metrics.add(Count::ReadDone);
    if service.settings.require_service_tag && !reading.tags().contains(&concat!("service:", env!("CARGO_PKG_NAME"))) {
        store.run(Op::Forget { monitor: monitor.clone() }).await?;
        return Err(ReconcileError::NotOurs(monitor));
    }
    apply(service, &reading, seq, now).await?;
    let tags = reading.tags().into_iter().map(str::to_owned).collect();
    Ok(Monitor { id: monitor, name: reading.name().to_owned(), tags })
}

async fn apply(service: &Arc<Service>, reading: &Reading, seq: u64, now: i64) -> Result<(), StoreError> {
    let Settings { lease, absent_after, .. } = *service.settings;
    let Mapped { groups, complete, capped } = map(reading, &service.settings, now);
    let monitor = reading.id();
    // A breaker is named by the monitor's tag; without one it bears the monitor's id.
    let breaker = reading.tag("circuit_breaker").unwrap_or(&monitor).to_owned();
    if capped {
        service.metrics.add(Count::Capped);
        tracing::error!(monitor, breaker, "more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens");
    }
    let source = if complete { "ok" } else { "unknown: a grouped monitor without groups" }.to_owned();
    let update = Update { monitor, breaker, seq, now, lease, absent_after, source, complete, groups };
    let outcome: Outcome = service.store.ask(Op::Apply(update)).await?;
    if !outcome.applied {
        service.metrics.add(Count::WriteRejected);
        tracing::info!(monitor = reading.id(), "a newer reading was there already: the monitor will be read again");
    }
    outbox::deliver(service, outcome.items);
    service.reload().await;
    Ok(())
}
