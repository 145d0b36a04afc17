//! The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and however often.

use crate::datadog::Reading;
use crate::mapping::{breaker_of, map};
use crate::metrics::Count;
use crate::model::Monitor;
use crate::outbox;
use crate::service::{NAME, ReconcileError, Service};
use crate::store::{StoreError, Update};
use std::sync::Arc;

/// Reconciles monitor `id`; callers that come while it is being read share the next reading.
pub async fn reconcile(service: &Arc<Service>, id: &str) -> Result<Monitor, ReconcileError> {
    service.slots.share(id, read_and_apply(service, id)).await
}

async fn read_and_apply(service: &Arc<Service>, id: &str) -> Result<Monitor, ReconcileError> {
    let (store, now) = (&service.store, service.clock.now());
    // The fence comes first: whatever is read after it is at least as new as the number says.
    let seq = store.fence().await?;
    let reading = match service.source.monitor(id).await {
        Ok(reading) => reading,
        Err(error) => {
            service.metrics.add(Count::ReadFailed);
            tracing::warn!(%error, monitor = id, "the monitor was not read; its state is held and it will be read again");
            store.failed(id, now, &error.to_string()).await?;
            return Err(error.into());
        }
    };
    service.metrics.add(Count::ReadDone);
    if service.settings.require_service_tag && !reading.tags.contains(&format!("service:{NAME}")) {
        store.forget(id).await?;
        return Err(ReconcileError::NotOurs(id.to_owned()));
    }
    apply(service, &reading, seq, now).await?;
    Ok(Monitor { id: id.to_owned(), name: reading.name, tags: reading.tags })
}

async fn apply(service: &Arc<Service>, reading: &Reading, seq: u64, now: i64) -> Result<(), StoreError> {
    let (settings, mapped) = (&service.settings, map(reading, &service.settings, now));
    let (monitor, breaker) = (reading.id.to_string(), breaker_of(reading));
    if mapped.capped {
        service.metrics.add(Count::Capped);
        tracing::error!(monitor, breaker, "more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens");
    }
    let source = if mapped.complete { "ok" } else { "unknown: a grouped monitor without groups" }.to_owned();
    let (lease, absent_after) = (settings.lease, settings.absent_after);
    let (complete, groups) = (mapped.complete, mapped.groups);
    let update = Update { monitor, breaker, seq, now, lease, absent_after, source, complete, groups };
    let outcome = service.store.apply(&update).await?;
    if !outcome.applied {
        service.metrics.add(Count::WriteRejected);
        tracing::info!(monitor = update.monitor, "a newer reading was applied already; the monitor will be read again");
    }
    outbox::deliver(service, outcome.items);
    service.reload().await;
    Ok(())
}
