//! The callback endpoint through the real routes: what it commits, and each of its answers.

mod common;

use common::{App, Backend, FakeDatadog, KEY, OTHER_KEY, Redis, bank, request};
use serde_json::json;
use service::guard::Verdict;

on_both_stores!(
    an_alert_opens_its_group_alone_and_a_recovery_closes_it,
    every_answer_has_its_status,
    no_dedupe_before_the_commit
);

async fn an_alert_opens_its_group_alone_and_a_recovery_closes_it(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "Alert"), ("bank_code:0002", "OK"), ("bank_code:0003", "Warn")]);
    assert_eq!(app.callback("11").await, 200);
    // Committed and loaded before the answer: no waiting here.
    assert_eq!(app.allow("bank_code:0001"), Verdict::Probe, "the first call of an interval");
    assert_eq!(app.allow("bank_code:0001"), Verdict::Reject);
    assert_eq!(app.allow("bank_code:0002"), Verdict::Allow);
    let (_, asked) =
        app.post("/_conformance/allow", json!({ "breaker": "bank", "group": "bank_code:0003", "n": 1000 })).await;
    assert!((400..600).contains(&asked["allow"].as_u64().unwrap()), "degraded lets half through: {asked}");
    datadog.set("11", &[("bank_code:0001", "OK"), ("bank_code:0002", "OK"), ("bank_code:0003", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    assert_eq!((app.allow("bank_code:0001"), app.allow("bank_code:0003")), (Verdict::Allow, Verdict::Allow));
}

async fn every_answer_has_its_status(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let keys = format!("{OTHER_KEY} {KEY}");
    let changes = [("CB_SIGNING_KEYS", &*keys), ("CB_MONITORS", "11,12,13"), ("CB_REQUIRE_SERVICE_TAG", "1")];
    let app = App::start(&backend, &datadog, &changes).await;
    datadog.set("11", &[("bank_code:0001", "OK")]);
    let mut stranger = bank("13", &[("bank_code:0001", "Alert")]);
    stranger["tags"] = json!(["circuit_breaker:bank", "service:other"]);
    datadog.put("13", stranger);
    let sent = async |body, key, age| app.send(body, key, age).await.status().as_u16();
    assert_eq!(sent(request("11"), KEY, 0).await, 200);
    assert_eq!(sent(request("11"), OTHER_KEY, 0).await, 200, "a key being rotated in");
    assert_eq!(sent(request("11"), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0).await, 401);
    assert_eq!(sent(request("11"), KEY, 400).await, 401, "an old signature");
    assert_eq!(app.post("/dd_circuit_breaker/callback", request("11")).await.0, 401, "no signature");
    assert_eq!(sent(json!({ "monitor_id": "11" }), KEY, 0).await, 400, "fields missing");
    let with_id = |id: serde_json::Value| {
        let mut body = request("11");
        body["monitor_id"] = id;
        body
    };
    assert_eq!(sent(with_id(json!(11)), KEY, 0).await, 400, "ids are text");
    assert_eq!(sent(with_id(json!("../v2/x")), KEY, 0).await, 400, "an id is no path");
    assert_eq!(sent(with_id(json!("99")), KEY, 0).await, 404, "outside CB_MONITORS");
    assert_eq!(sent(request("13"), KEY, 0).await, 404, "without this service's tag");
    assert!(!app.open("bank_code:0001"), "and nothing of it was kept");
    let mut long = request("11");
    long["group"] = json!("x".repeat(65 * 1024));
    assert_eq!(sent(long, KEY, 0).await, 413);
    for fault in [500, 503, 429, 403, 404, 0] {
        datadog.fault(Some(fault));
        let answer = app.send(request("11"), KEY, 0).await;
        assert_eq!(answer.status().as_u16(), 503, "Datadog answered {fault}");
        assert_eq!(answer.headers()["retry-after"], "5");
    }
}

async fn no_dedupe_before_the_commit(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "Alert")]);
    datadog.fault(Some(503));
    assert_eq!(app.callback("11").await, 503);
    assert!(!app.open("bank_code:0001"));
    datadog.fault(None);
    assert_eq!(app.callback("11").await, 200, "the retry has the same webhook-id");
    assert!(app.open("bank_code:0001"));
}

#[tokio::test]
async fn a_store_that_is_down_is_503_and_the_snapshot_goes_on() {
    let Some(redis) = Redis::start() else { return };
    let redis = std::sync::Arc::new(redis);
    let datadog = FakeDatadog::start().await;
    let app = App::start(&Backend::Redis(redis.clone()), &datadog, &[("CB_MAX_STALE_S", "600")]).await;
    datadog.set("11", &[("bank_code:0001", "Alert"), ("bank_code:0002", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    redis.stop();
    let answer = app.send(request("11"), KEY, 0).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    assert!(app.open("bank_code:0001") && !app.open("bank_code:0002"), "the last known state");
    redis.restart();
    let before = app.clock.now();
    app.clock.advance(60_000);
    // The state is gone with Redis; the known monitors bring it back without any callback.
    let read =
        || app.service.guard.snapshot().contents.monitors.get("11").is_some_and(|monitor| monitor.tried > before);
    app.until("a new reading", || read() && app.open("bank_code:0001")).await;
    assert_eq!(app.callback("11").await, 200);
}
