//! Nothing is believed for ever: dirty monitors are read again, open ones often, all known ones now and then.

use crate::model::{Level, MonitorState};
use crate::outbox;
use crate::reconcile::reconcile;
use crate::service::{NAME, ReconcileError, Service};
use crate::store::{Contents, Op};
use futures_util::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Re-reads after the last callback, in milliseconds: Datadog's own state may lag its notification.
const STEPS: [i64; 5] = [5_000, 15_000, 30_000, 60_000, 120_000];
const TICK: i64 = 1_000;
/// The poller's lease; another instance takes over after so long.
const LEAD: i64 = 5_000;
const RELOAD: i64 = 5_000;
const READS_AT_ONCE: usize = 4;

/// Keeps the snapshot fresh: at every hint, and every five seconds without one.
pub async fn refresh(service: Arc<Service>) {
    loop {
        service.reload().await;
        tokio::select! {
            () = service.store.changed() => {}
            () = service.clock.sleep(RELOAD) => {}
        }
    }
}

/// What the poller remembers between two rounds.
#[derive(Default)]
struct Poller {
    known: BTreeSet<String>,
    /// When the list of known monitors is due; 0 until it was read for the first time.
    list_due: i64,
    list_fails: u32,
    /// For each monitor, the reading after which its next poll was drawn, and that poll.
    polls: BTreeMap<String, (i64, i64)>,
}

/// Polls for ever. The first round is every instance's own, so that a fresh start heals by itself; then one leads.
pub async fn poll(service: Arc<Service>) {
    let mut poller = Poller::default();
    service.reload().await;
    loop {
        let leads = service.store.ask(Op::Lead { ttl: LEAD }).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "no poller without the store");
            false
        });
        if leads || poller.list_due == 0 {
            poller.round(&service).await;
        }
        service.clock.sleep(TICK).await;
    }
}

impl Poller {
    async fn round(&mut self, service: &Arc<Service>) {
        let now = service.clock.now();
        if now >= self.list_due {
            self.list(service, now).await;
            outbox::adopt(service).await;
        }
        let due = self.due(service, &service.guard.snapshot().contents, now);
        if due.is_empty() {
            return;
        }
        let read = |id: String| async move { (reconcile(service, &id).await, id) };
        let mut reads = stream::iter(due).map(read).buffer_unordered(READS_AT_ONCE);
        while let Some((result, id)) = reads.next().await {
            if let Err(ReconcileError::NotOurs(_)) = result {
                self.known.remove(&id);
            }
        }
        service.reload().await;
    }

    /// The service's own list, else the monitors tagged with its name and a breaker.
    async fn list(&mut self, service: &Arc<Service>, now: i64) {
        let found = match &service.settings.monitors {
            Some(ids) => Ok(ids.clone()),
            None => service.source.known(NAME).await,
        };
        match found {
            Ok(ids) => {
                self.known = ids.into_iter().collect();
                self.list_fails = 0;
                self.list_due = now + service.settings.idle_poll;
            }
            Err(error) => {
                tracing::warn!(%error, "the known monitors were not listed");
                self.list_fails += 1;
                self.list_due = now + backoff(self.list_fails, service.settings.poll);
            }
        }
    }

    fn due(&mut self, service: &Service, contents: &Contents, now: i64) -> Vec<String> {
        let ids: BTreeSet<_> = self.known.iter().chain(contents.monitors.keys()).cloned().collect();
        self.polls.retain(|id, _| ids.contains(id));
        let unread = MonitorState::default();
        let mut due = Vec::new();
        for id in ids {
            let monitor = contents.monitors.get(&id).unwrap_or(&unread);
            let poll = self.polls.entry(id.clone()).or_default();
            if poll.0 != monitor.tried {
                *poll = (monitor.tried, monitor.tried + interval(service, monitor));
            }
            // Never read, `poll` is long past: due at once, as after a fresh start or a flush of the store.
            if now >= next(monitor, poll.1, service.settings.poll) {
                due.push(id);
            }
        }
        due
    }
}

/// The time until the next poll, shortened by up to a tenth so that monitors spread out.
fn interval(service: &Service, monitor: &MonitorState) -> i64 {
    let busy = monitor.groups.values().any(|entry| entry.level != Level::Closed);
    let full = if busy { service.settings.poll } else { service.settings.idle_poll };
    full - (full as f64 / 10.0 * service.chance.draw()) as i64
}

/// When a monitor is to be read next: by its poll, the steps after its last callback, or the retry of a failure.
fn next(monitor: &MonitorState, poll: i64, most: i64) -> i64 {
    let dirty = (monitor.dirty > 0).then_some(monitor.dirty);
    let step = dirty.and_then(|at| STEPS.iter().map(|step| at + step).find(|due| *due > monitor.tried));
    let retry = (monitor.fails > 0).then(|| monitor.tried + backoff(monitor.fails, most));
    step.into_iter().chain(retry).fold(poll, i64::min)
}

/// 5, 10, 20 … seconds after the first, second, third … failure, but never more than `most`.
fn backoff(fails: u32, most: i64) -> i64 {
    (5_000 << fails.saturating_sub(1).min(10)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: i64 = 300_000;
    const MOST: i64 = 60_000;

    /// The moments of all reads after a callback at 1,000,000, where every read but the first `fails` succeeds.
    fn reads(mut fails: u32) -> Vec<i64> {
        let dirty = 1_000_000;
        let mut monitor = MonitorState { dirty, tried: dirty, ..MonitorState::default() };
        let mut seen = Vec::new();
        while monitor.tried < dirty + 200_000 {
            monitor.fails = if fails > 0 { monitor.fails + 1 } else { 0 };
            fails = fails.saturating_sub(1);
            monitor.tried = next(&monitor, monitor.tried + IDLE, MOST);
            seen.push((monitor.tried - dirty) / 1000);
        }
        seen
    }

    #[test]
    fn a_dirty_monitor_is_read_at_each_step_and_then_at_its_poll() {
        assert_eq!(reads(0), [5, 15, 30, 60, 120, 420]);
    }

    #[test]
    fn failures_are_retried_ever_slower_and_the_steps_stay() {
        assert_eq!(reads(3), [5, 15, 30, 60, 120, 420], "the steps are as close as any retry");
        assert_eq!(reads(9)[4..], [120, 180, 240]);
        assert_eq!((backoff(1, MOST), backoff(3, MOST), backoff(40, MOST)), (5_000, 20_000, MOST));
    }
}
