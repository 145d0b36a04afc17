//! Races between readings: what a slow, late or repeated reading may do, over both stores.

mod common;

use async_trait::async_trait;
use common::{App, Backend, FakeDatadog, Recorder, Redis, bank, settings};
use serde_json::Value;
use service::clock::Clock;
use service::datadog::{Reading, Source, SourceError};
use service::reconcile::reconcile;
use service::service::{Parts, Service};
use service::store::{Op, Store};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, Semaphore};

on_both_stores!(a_slow_old_reading_loses, a_fence_only_grows, a_reading_that_began_before_a_callback_does_not_serve_it);

/// A source of one reading, which is handed out when the test says so.
struct Slow {
    reading: Mutex<Value>,
    asked: Notify,
    go: Semaphore,
}

impl Slow {
    fn new(reading: Value) -> Arc<Self> {
        Arc::new(Self { reading: Mutex::new(reading), asked: Notify::new(), go: Semaphore::new(0) })
    }
}

#[async_trait]
impl Source for Slow {
    async fn monitor(&self, _: &str) -> Result<Reading, SourceError> {
        let seen = self.reading.lock().unwrap().clone();
        self.asked.notify_one();
        self.go.acquire().await.unwrap().forget();
        Ok(Reading(seen))
    }
    async fn known(&self, _: &str) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
    async fn event(&self, _: &str) -> Result<Value, SourceError> {
        Err(SourceError("no events here".into()))
    }
}

fn instance(store: &Arc<dyn Store>, source: &Arc<Slow>, clock: &Arc<Clock>) -> Arc<Service> {
    let (store, source, clock) = (store.clone(), source.clone(), clock.clone());
    let hooks = Arc::new(Recorder::default());
    Service::new(settings("http://127.0.0.1:9", &[]), Parts { clock, store, source, hooks, seed: 1 })
}

fn open(service: &Service) -> bool {
    service.guard.allow("bank", "bank_code:0001") != service::guard::Verdict::Allow
}

async fn a_slow_old_reading_loses(backend: Backend) {
    let clock = Arc::new(Clock::default());
    let store = backend.store(&clock, "one");
    let old = Slow::new(bank("11", &[("bank_code:0001", "Alert")]));
    let new = Slow::new(bank("11", &[("bank_code:0001", "OK")]));
    let (first, second) = (instance(&store, &old, &clock), instance(&store, &new, &clock));
    let reading = tokio::spawn({
        let first = first.clone();
        async move { reconcile(&first, "11").await.map(drop) }
    });
    old.asked.notified().await;
    new.go.add_permits(1);
    reconcile(&second, "11").await.unwrap();
    old.go.add_permits(1);
    reading.await.unwrap().unwrap();
    assert!(!open(&first) && !open(&second), "the alert was read before the recovery and came after it");
    let state = &first.guard.snapshot().contents.monitors["11"];
    assert!(state.dirty > 0 && state.dirty >= state.tried, "and the monitor is read again: {state:?}");
}

async fn a_fence_only_grows(backend: Backend) {
    let clock = Arc::new(Clock::default());
    let store = backend.store(&clock, "one");
    let mut last = 0;
    for _ in 0..100 {
        let seq: u64 = store.ask(Op::Fence).await.unwrap();
        assert!(seq > last && seq < 1 << 53, "{seq} after {last}");
        last = seq;
    }
    if let Backend::Redis(redis) = &backend {
        redis.command(&["FLUSHALL"]).await;
        let seq: u64 = store.ask(Op::Fence).await.unwrap();
        assert!(seq > last, "after a flush: {seq} after {last}");
    }
}

async fn a_reading_that_began_before_a_callback_does_not_serve_it(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "OK")]);
    datadog.hold();
    let alert = async {
        datadog.read_times("11", 1).await;
        datadog.set("11", &[("bank_code:0001", "Alert")]);
        let release = async { datadog.release() };
        tokio::join!(app.callback("11"), release).0
    };
    assert_eq!(tokio::join!(app.callback("11"), alert), (200, 200));
    assert!(app.open("bank_code:0001"));
}

#[tokio::test]
async fn a_flush_while_a_read_is_in_flight_does_not_block_the_next_alert() {
    let Some(redis) = Redis::start() else { return };
    let (redis, datadog) = (Arc::new(redis), FakeDatadog::start().await);
    let app = App::start(&Backend::Redis(redis.clone()), &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    datadog.hold();
    let flush = async {
        datadog.read_times("11", 2).await;
        redis.command(&["FLUSHALL"]).await;
        datadog.release();
    };
    let (answer, ()) = tokio::join!(app.callback("11"), flush);
    assert_eq!(answer, 200);
    datadog.set("11", &[("bank_code:0001", "Alert")]);
    assert_eq!(app.callback("11").await, 200);
    assert!(app.open("bank_code:0001"));
}
