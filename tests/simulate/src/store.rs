//! The service's `Store`: the scaffold's own in-memory store behind one Redis' worth of faults, shared by all instances. Every write
//! passes here, so the promises about writes are checked here.

use crate::mutant::Mutant;
use crate::schedule::What;
use crate::source::Datadog;
use crate::time;
use crate::truth::MONITOR;
use crate::world::{Broken, World};
use async_trait::async_trait;
use serde_json::{Value, json};
use service::clock::Clock;
use service::model::{Entry, Level};
use service::store::memory::MemoryStore;
use service::store::{Contents, Op, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A trip to Redis.
const TRIP: i64 = 1;
/// The scaffold's default of `CB_ABSENT_AFTER_S`.
pub(crate) const ABSENT_AFTER: i64 = 600_000;

/// Redis.
pub(crate) struct Redis {
    world: Arc<World>,
    clock: Arc<Clock>,
    changed: watch::Sender<()>,
    inner: Mutex<Inner>,
}

struct Inner {
    store: Arc<MemoryStore>,
    /// How often the store was emptied.
    flushed: usize,
    /// Who holds the poller's lease, and until when.
    leader: Option<(String, i64)>,
    /// When the reading that was written last began.
    written: i64,
    /// Numbers of a store without a fence.
    count: u64,
    /// Since when each group is missing from the answers.
    absent: BTreeMap<String, i64>,
}

impl Redis {
    pub(crate) fn new(world: Arc<World>, clock: Arc<Clock>) -> Arc<Self> {
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let inner = Inner { store, flushed: 0, leader: None, written: 0, count: u64::MAX / 2, absent: BTreeMap::new() };
        Arc::new(Self { world, clock, changed: watch::Sender::new(()), inner: Mutex::new(inner) })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store as it is now, emptied if a flush has come since; an error while it is down.
    pub(crate) fn reach(&self) -> Result<Arc<MemoryStore>, StoreError> {
        let now = time::now();
        let flushes = self.world.truth.flushes(now);
        let mut inner = self.inner();
        if flushes > inner.flushed {
            self.world.saw("store flushed");
            (inner.flushed, inner.leader, inner.written) = (flushes, None, 0);
            inner.store = Arc::new(MemoryStore::new(self.clock.clone()));
        }
        if self.world.truth.on(now, |what| matches!(what, What::StoreDown { .. })).is_some() {
            self.world.saw("store down");
            return Err(StoreError("connection refused".into()));
        }
        Ok(inner.store.clone())
    }

    /// What is stored of the monitor's groups.
    pub(crate) async fn groups(&self) -> BTreeMap<String, Entry> {
        match self.reach() {
            Ok(store) => groups(&store).await,
            Err(_) => BTreeMap::new(),
        }
    }

    fn lead(&self, me: &str, ttl: i64) -> bool {
        let (now, mut inner) = (time::now(), self.inner());
        let mine = inner.leader.as_ref().is_none_or(|(leader, until)| leader == me || *until <= now);
        if mine {
            inner.leader = (ttl > 0).then(|| (me.to_owned(), now + ttl));
        }
        mine && ttl > 0
    }
}

async fn groups(store: &MemoryStore) -> BTreeMap<String, Entry> {
    let contents = (store as &dyn Store).ask::<Contents>(Op::Load).await.unwrap_or_default();
    contents.monitors.get(MONITOR).map(|monitor| monitor.groups.clone()).unwrap_or_default()
}

/// One instance's connection.
pub(crate) struct Connection {
    pub(crate) redis: Arc<Redis>,
    pub(crate) me: String,
    pub(crate) source: Arc<Datadog>,
    /// When the reading in flight took its number.
    began: Mutex<i64>,
    hint: tokio::sync::Mutex<watch::Receiver<()>>,
}

impl Connection {
    pub(crate) fn new(redis: Arc<Redis>, me: String, source: Arc<Datadog>) -> Self {
        let hint = tokio::sync::Mutex::new(redis.changed.subscribe());
        Self { redis, me, source, began: Mutex::new(0), hint }
    }

    fn began(&self) -> MutexGuard<'_, i64> {
        self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn execute(&self, store: &Arc<MemoryStore>, op: Op) -> Result<Value, StoreError> {
        let world = &self.redis.world;
        match op {
            Op::Lead { ttl } => Ok(json!(self.redis.lead(&self.me, ttl))),
            Op::Dirty { .. } if world.is(Mutant::NoDirtyReread) => Ok(Value::Null),
            Op::Fence => {
                *self.began() = time::now();
                store.run(Op::Fence).await
            }
            Op::Apply(mut update) => {
                if world.is(Mutant::NoFence) {
                    let mut inner = self.redis.inner();
                    inner.count += 1;
                    update.seq = inner.count;
                } else if world.is(Mutant::FenceAfterRead) {
                    update.seq = (&**store as &dyn Store).ask(Op::Fence).await?;
                }
                let before = groups(store).await;
                let answer = store.run(Op::Apply(update)).await?;
                if answer["applied"] == true {
                    self.examine(&before, &groups(store).await);
                } else {
                    world.saw("write rejected");
                }
                Ok(answer)
            }
            op => store.run(op).await,
        }
    }

    /// The promises about a write that was taken.
    fn examine(&self, before: &BTreeMap<String, Entry>, after: &BTreeMap<String, Entry>) {
        let (answer, mut inner, world) = (self.source.last(), self.redis.inner(), &self.redis.world);
        if answer.taken < inner.written {
            let detail = format!("an answer of {} ms after a reading begun at {} ms", answer.taken, inner.written);
            world.broke(Broken::Overwritten, detail);
        }
        let began = *self.began();
        inner.written = inner.written.max(began);
        inner.absent.retain(|group, _| answer.absent.contains(group));
        for group in &answer.absent {
            inner.absent.entry(group.clone()).or_insert(began);
        }
        let level = |groups: &BTreeMap<String, Entry>, group: &str| {
            groups.get(group).map_or(Level::Closed, |entry| entry.level)
        };
        for group in before.keys().chain(after.keys()) {
            let (from, to) = (level(before, group), level(after, group));
            if to == Level::Open && from != to && !answer.alerting.contains(group) {
                world.broke(Broken::OpenedOnUnknown, format!("{group} opened by an answer of {} ms", answer.taken));
            }
            let gone = inner.absent.get(group).map(|since| began - since);
            if to < from && gone.is_some_and(|gone| gone < ABSENT_AFTER) {
                world.broke(
                    Broken::ClosedByAbsence,
                    format!("{group} went from {from:?} to {to:?} while it was absent"),
                );
            }
        }
    }
}

#[async_trait]
impl Store for Connection {
    async fn run(&self, op: Op) -> Result<Value, StoreError> {
        time::sleep(TRIP).await;
        let store = self.redis.reach()?;
        let changes = matches!(op, Op::Apply(_) | Op::Failed { .. } | Op::Forget { .. } | Op::Override(_));
        let answer = self.execute(&store, op).await;
        if changes {
            self.redis.changed.send_replace(());
        }
        answer
    }

    async fn changed(&self) {
        // An error would mean that Redis is gone for good; the service then waits for its own timer.
        let _ = self.hint.lock().await.changed().await;
    }
}
