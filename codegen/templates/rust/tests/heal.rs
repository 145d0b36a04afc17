//! What heals without anyone's help: lagging reads, outages, lost callbacks, lost state. Time is moved, never waited for.

mod common;

use common::{App, Backend, FakeDatadog, Redis, sure};
use serde_json::json;
use service::clock::Clock;
use service::guard::Verdict;
use service::store::Op;
use std::sync::Arc;

on_both_stores!(
    a_first_read_that_lags_is_mended_within_thirty_seconds,
    datadog_down_through_all_attempts_heals_without_a_replay,
    a_lost_recovery_is_polled,
    a_lost_alert_is_polled_even_of_a_monitor_never_heard_of,
    a_fresh_start_reads_the_known_monitors,
    a_source_that_stays_away_follows_its_policy,
    a_group_that_vanished_is_held_then_ramps_to_closed,
);

const BAD: &[(&str, &str)] = &[("bank_code:0001", "Alert"), ("bank_code:0002", "OK")];
const GOOD: &[(&str, &str)] = &[("bank_code:0001", "OK"), ("bank_code:0002", "OK")];

async fn a_first_read_that_lags_is_mended_within_thirty_seconds(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", GOOD);
    assert_eq!(app.callback("11").await, 200);
    assert!(!app.open("bank_code:0001"));
    for step in [5_000, 10_000] {
        let before = datadog.reads("11");
        app.clock.advance(step);
        datadog.read_times("11", before + 1).await;
    }
    datadog.set("11", BAD);
    app.clock.advance(15_000);
    app.becomes("bank_code:0001", true).await;
}

async fn datadog_down_through_all_attempts_heals_without_a_replay(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", BAD);
    datadog.fault(Some(503));
    for _ in 0..3 {
        assert_eq!(app.callback("11").await, 503);
        app.clock.advance(90_000);
    }
    let before = datadog.reads("11");
    app.clock.advance(600_000);
    datadog.read_times("11", before + 1).await;
    assert!(!app.open("bank_code:0001"));
    datadog.fault(None);
    // However long it lasted, the next try is at most an idle poll away.
    app.clock.advance(300_000);
    app.becomes("bank_code:0001", true).await;
}

async fn a_lost_recovery_is_polled(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", BAD);
    assert_eq!(app.callback("11").await, 200);
    let before = datadog.reads("11");
    app.clock.advance(200_000);
    datadog.read_times("11", before + 1).await;
    datadog.set("11", GOOD);
    app.clock.advance(60_000);
    app.becomes("bank_code:0001", false).await;
}

async fn a_lost_alert_is_polled_even_of_a_monitor_never_heard_of(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.read_times("list", 1).await;
    datadog.set("11", BAD);
    let mut other = common::bank("12", &[("bank_code:0002", "Alert")]);
    other["tags"] = json!(["circuit_breaker:bank", "service:another"]);
    datadog.put("12", other);
    app.clock.advance(300_000);
    app.becomes("bank_code:0001", true).await;
    assert_eq!(datadog.reads("12"), 0, "another service's monitor is not ours to read");
}

async fn a_fresh_start_reads_the_known_monitors(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    datadog.set("11", BAD);
    let app = App::start(&backend, &datadog, &[]).await;
    app.becomes("bank_code:0001", true).await;
    app.stop().await;
    if let Backend::Redis(redis) = &backend {
        // The lease of an instance that was killed keeps nobody from reading at the start.
        redis.command(&["FLUSHALL"]).await;
        redis.command(&["SET", &format!("cb:{{{}}}:poller", service::service::NAME), "a dead instance"]).await;
    }
    let again = App::start(&backend, &datadog, &[]).await;
    again.becomes("bank_code:0001", true).await;
}

async fn a_source_that_stays_away_follows_its_policy(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let changes = [("CB_MAX_STALE_S", "3600"), ("CB_ON_SOURCE_DOWN", "last_known:open")];
    let app = App::start(&backend, &datadog, &changes).await;
    datadog.set("11", BAD);
    assert_eq!(app.callback("11").await, 200);
    datadog.fault(Some(500));
    app.clock.advance(900_000 + 3_000_000);
    assert!(app.open("bank_code:0001") && !app.open("bank_code:0002"), "the last known state, past its lease");
    app.clock.advance(700_000);
    app.becomes("bank_code:0002", true).await;
    datadog.fault(None);
    app.clock.advance(300_000);
    app.becomes("bank_code:0002", false).await;
}

async fn a_group_that_vanished_is_held_then_ramps_to_closed(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[("CB_RAMP_S", "100"), ("CB_ABSENT_AFTER_S", "600")]).await;
    datadog.set("11", BAD);
    assert_eq!(app.callback("11").await, 200);
    datadog.set("11", &[("bank_code:0002", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    app.clock.advance(590_000);
    assert_eq!(app.callback("11").await, 200);
    assert!(app.open("bank_code:0001"), "held");
    app.clock.advance(11_000);
    assert_eq!(app.callback("11").await, 200);
    app.clock.advance(50_000);
    let allowed = (0..1000).filter(|_| app.allow("bank_code:0001") == Verdict::Allow).count();
    assert!((400..600).contains(&allowed), "half way up the ramp {allowed} of 1000");
    app.clock.advance(50_000);
    assert!((0..1000).all(|_| app.allow("bank_code:0001") == Verdict::Allow));
}

#[tokio::test]
async fn a_flush_heals_without_a_callback() {
    let Some(redis) = Redis::start() else { return };
    let (redis, datadog) = (Arc::new(redis), FakeDatadog::start().await);
    datadog.set("11", BAD);
    let app = App::start(&Backend::Redis(redis.clone()), &datadog, &[]).await;
    app.becomes("bank_code:0001", true).await;
    let reads = datadog.reads("11");
    redis.command(&["FLUSHALL"]).await;
    app.clock.advance(5_000);
    datadog.read_times("11", reads + 1).await;
    app.becomes("bank_code:0001", true).await;
}

#[tokio::test]
async fn a_change_on_one_instance_reaches_the_other() {
    let Some(redis) = Redis::start() else { return };
    let (backend, datadog) = (Backend::Redis(Arc::new(redis)), FakeDatadog::start().await);
    let one = App::start(&backend, &datadog, &[]).await;
    let clock = Arc::new(Clock::default());
    let listening = backend.store(&clock, "three");
    sure("a subscription", listening.changed()).await;
    let two = App::start_with(backend.store(&clock, "two"), clock, &datadog, &[]).await;
    datadog.set("11", BAD);
    assert_eq!(one.callback("11").await, 200);
    sure("a hint", listening.changed()).await;
    two.becomes("bank_code:0001", true).await;
}

#[tokio::test]
async fn one_instance_polls() {
    let Some(redis) = Redis::start() else { return };
    let (backend, clock) = (Backend::Redis(Arc::new(redis)), Arc::new(Clock::default()));
    let (one, two) = (backend.store(&clock, "one"), backend.store(&clock, "two"));
    let lead = async |store: &Arc<dyn service::store::Store>, ttl| store.ask::<bool>(Op::Lead { ttl }).await.unwrap();
    assert!(lead(&one, 60_000).await && lead(&one, 60_000).await);
    assert!(!lead(&two, 60_000).await, "the lease is held");
    assert!(!lead(&two, 0).await && !lead(&two, 60_000).await, "and only its holder gives it up");
    lead(&one, 0).await;
    assert!(lead(&two, 60_000).await);
}
