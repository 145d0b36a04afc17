//! The rules of `apply.lua`, played on both stores: what an update may change, and what it announces.

mod common;

use common::Backend;
use service::clock::Clock;
use service::model::{Event, Level, Want};
use service::store::memory::MemoryStore;
use service::store::{Contents, Op, Outcome, Store, Update};
use std::future::Future;
use std::sync::Arc;
use std::task::Poll;

on_both_stores!(
    held_and_muted_groups_do_not_get_worse,
    only_a_newer_fence_is_applied,
    an_absent_group_is_held_closed_and_dropped,
    a_renamed_breaker_leaves_nothing_behind,
    an_incomplete_answer_renews_nothing,
    odd_names_and_an_empty_store_survive_the_trip,
);

const HOUR: i64 = 3_600_000;

struct Bench(Arc<dyn Store>);

impl Bench {
    fn new(backend: &Backend) -> Self {
        Self(backend.store(&Arc::new(Clock::default()), "one"))
    }

    /// Applies `groups` with the fence and the time `at`; answers the announced changes.
    async fn apply(&self, at: u32, breaker: &str, groups: &[(&str, Option<Level>, bool)]) -> Vec<String> {
        let groups =
            groups.iter().map(|(group, level, raise)| ((*group).to_owned(), Want { level: *level, raise: *raise }));
        let groups: std::collections::BTreeMap<_, _> = groups.collect();
        let update = Update {
            monitor: "11".into(),
            breaker: breaker.into(),
            seq: u64::from(at),
            now: i64::from(at),
            lease: 1000,
            absent_after: 100,
            source: "ok".into(),
            complete: !groups.is_empty(),
            groups,
        };
        let outcome: Outcome = self.0.ask(Op::Apply(update)).await.unwrap();
        let word = |event: &Event| match event {
            Event::Change(c) => format!("{} {:?}>{:?}", c.group, c.from, c.to),
            other => format!("{other:?}"),
        };
        let mut words: Vec<_> = outcome.items.iter().map(|item| word(&item.event)).collect();
        words.sort();
        if !outcome.applied {
            words.push("rejected".into());
        }
        words
    }

    async fn load(&self) -> Contents {
        self.0.ask(Op::Load).await.unwrap()
    }
}

const OPEN: Option<Level> = Some(Level::Open);
const WARN: Option<Level> = Some(Level::Degraded);
const OK: Option<Level> = Some(Level::Closed);

async fn held_and_muted_groups_do_not_get_worse(backend: Backend) {
    let bench = Bench::new(&backend);
    assert_eq!(
        bench.apply(1, "b", &[("a", OPEN, true), ("b", None, true), ("c", OPEN, false)]).await,
        ["a Closed>Open"]
    );
    assert!(bench.apply(2, "b", &[("a", None, true), ("b", OK, true), ("c", WARN, false)]).await.is_empty(), "held");
    assert_eq!(
        bench.apply(3, "b", &[("a", WARN, false), ("b", OPEN, true), ("c", OK, true)]).await,
        ["a Open>Degraded", "b Closed>Open"]
    );
    assert_eq!(
        bench.apply(4, "b", &[("a", OPEN, false), ("b", OPEN, false), ("c", OK, true)]).await,
        Vec::<String>::new()
    );
    let groups = &bench.load().await.monitors["11"].groups;
    assert_eq!(
        (groups["a"].level, groups["a"].was, groups["a"].since, groups["a"].lease),
        (Level::Degraded, Level::Open, 3, 1004)
    );
}

async fn only_a_newer_fence_is_applied(backend: Backend) {
    let bench = Bench::new(&backend);
    bench.apply(10, "b", &[("a", OPEN, true)]).await;
    assert_eq!(bench.apply(9, "b", &[("a", OK, true)]).await, ["rejected"]);
    assert_eq!(bench.apply(10, "b", &[("a", OK, true)]).await, ["rejected"]);
    let state = bench.load().await.monitors.remove("11").unwrap();
    assert_eq!((state.groups["a"].level, state.applied, state.dirty), (Level::Open, 10, 10));
    // Compared as numbers: as text, 9 would be more than 10.
    assert_eq!(bench.apply(100, "b", &[("a", OK, true)]).await, ["a Open>Closed"]);
}

async fn an_absent_group_is_held_closed_and_dropped(backend: Backend) {
    let bench = Bench::new(&backend);
    let there = ("b", OK, true);
    bench.apply(1, "b", &[("a", OPEN, true), there]).await;
    assert!(bench.apply(10, "b", &[there]).await.is_empty());
    assert!(bench.apply(50, "b", &[("a", OPEN, true), there]).await.is_empty(), "back again: the wait starts anew");
    assert!(bench.apply(60, "b", &[there]).await.is_empty());
    assert!(bench.apply(159, "b", &[there]).await.is_empty());
    assert_eq!(bench.apply(160, "b", &[there]).await, ["a Open>Closed"]);
    assert_eq!(bench.load().await.monitors["11"].groups["a"].was, Level::Open, "it ramps");
    bench.apply(260, "b", &[there]).await;
    assert_eq!(bench.load().await.monitors["11"].groups.keys().collect::<Vec<_>>(), ["b"]);
}

async fn a_renamed_breaker_leaves_nothing_behind(backend: Backend) {
    let bench = Bench::new(&backend);
    bench.apply(1, "old", &[("a", OPEN, true)]).await;
    assert_eq!(bench.apply(2, "new", &[("b", OPEN, true)]).await, ["b Closed>Open"]);
    assert_eq!(bench.apply(3, "old", &[("b", OK, true)]).await, Vec::<String>::new());
    let state = bench.load().await.monitors.remove("11").unwrap();
    assert_eq!((state.breaker.as_str(), state.groups.len()), ("old", 1));
    bench.0.run(Op::Forget { monitor: "11".into() }).await.unwrap();
    assert!(bench.load().await.monitors.is_empty());
}

async fn an_incomplete_answer_renews_nothing(backend: Backend) {
    let bench = Bench::new(&backend);
    bench.apply(1, "b", &[("a", OPEN, true)]).await;
    assert!(bench.apply(500, "b", &[]).await.is_empty());
    let state = bench.load().await.monitors.remove("11").unwrap();
    assert_eq!((state.groups["a"].level, state.groups["a"].lease, state.groups["a"].absent), (Level::Open, 1001, None));
}

async fn odd_names_and_an_empty_store_survive_the_trip(backend: Backend) {
    let bench = Bench::new(&backend);
    assert!(bench.load().await.monitors.is_empty() && bench.load().await.overrides.is_empty());
    let seq: u64 = bench.0.ask(Op::Fence).await.unwrap();
    let (group, breaker) = ("bank:\"みずほ\\,a b", "b:1 {x}");
    let groups = [(group.to_owned(), Want { level: OPEN, raise: true })].into();
    let (now, source) = (Clock::default().now(), "ok".to_owned());
    let update = Update {
        monitor: "11".into(),
        breaker: breaker.into(),
        seq,
        now,
        lease: HOUR,
        absent_after: 1,
        source,
        complete: true,
        groups,
    };
    bench.0.run(Op::Apply(update)).await.unwrap();
    let state = bench.load().await.monitors.remove("11").unwrap();
    assert_eq!((state.applied, state.breaker.as_str()), (seq, breaker), "all sixteen digits");
    assert_eq!((state.groups[group].since, state.groups[group].lease), (now, now + HOUR), "to the millisecond");
}

#[tokio::test]
async fn only_a_change_wakes_who_waits_for_one() {
    let bench = Bench(Arc::new(MemoryStore::new(Arc::new(Clock::default()))));
    let mut changed = std::pin::pin!(bench.0.changed());
    bench.load().await;
    let woken = std::future::poll_fn(|cx| Poll::Ready(changed.as_mut().poll(cx).is_ready()));
    assert!(!woken.await, "by reading");
    bench.apply(1, "bank", &[("bank:1", Some(Level::Open), true)]).await;
    changed.await;
}
