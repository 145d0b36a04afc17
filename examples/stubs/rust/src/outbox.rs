//! From a committed event to its hook: timeout, retries, acknowledgement. A failing hook changes neither state nor answer.

use crate::hook::LazyEvent;
use crate::metrics::Count;
use crate::model::{Event, Level};
use crate::service::Service;
use crate::store::{Item, Op};
use std::sync::Arc;

/// Tries before an entry is left to whoever asks for orphans.
const TRIES: u32 = 6;
/// Pending for so long, an entry belongs to nobody. Longer than all tries take with the default timeout.
const ORPHANED: i64 = 180_000;

/// Runs the hooks of `items` in their order, in the background.
pub fn deliver(service: &Arc<Service>, items: Vec<Item>) {
    let service = service.clone();
    tokio::spawn(async move {
        for item in items {
            deliver_one(&service, item).await;
        }
    });
}

/// Takes over what another instance, or an earlier life of this one, left undone.
pub async fn adopt(service: &Arc<Service>) {
    match service.store.ask(Op::Orphans { idle: ORPHANED }).await {
        Ok(items) => deliver(service, items),
        Err(error) => tracing::warn!(%error, "the outbox was not looked through"),
    }
}

async fn deliver_one(service: &Arc<Service>, item: Item) {
    for attempt in 0..TRIES {
        // A task of its own: a hook that panics fails like any other.
        let running = tokio::spawn(run(service.clone(), item.event.clone()));
        let abort = running.abort_handle();
        let result = tokio::select! {
            ended = running => ended.unwrap_or_else(|panic| Err(panic.into())),
            () = service.clock.sleep(service.settings.hook_timeout) => Err(anyhow::anyhow!("timed out")),
        };
        abort.abort();
        let Err(error) = result else {
            service.metrics.add(Count::HookDone);
            if let Err(error) = service.store.run(Op::Ack { id: item.id.clone() }).await {
                tracing::warn!(%error, entry = item.id, "a hook ran but may run again");
            }
            return;
        };
        service.metrics.add(Count::HookFailed);
        tracing::warn!(%error, entry = item.id, attempt, "a hook failed");
        service.clock.sleep(1000 << attempt).await;
    }
}

async fn run(service: Arc<Service>, event: Event) -> anyhow::Result<()> {
    match event {
        Event::Change(change) => match change.to {
            Level::Open => service.hooks.on_open(&change).await,
            Level::Degraded => service.hooks.on_degraded(&change).await,
            Level::Closed => service.hooks.on_close(&change).await,
        },
        Event::Notification { notification, monitor } => {
            let event = LazyEvent { id: notification.event_id.clone(), source: service.source.clone() };
            service.hooks.on_notification(&notification, &event, &monitor).await
        }
        Event::Override(_) => Ok(()),
    }
}
