//! The operator's side: what is shown, who may override, and that an override wins while it lasts.

mod common;

use common::{App, Backend, FakeDatadog, Redis, settings};
use serde_json::{Value, json};
use service::guard::Verdict;

on_both_stores!(an_override_wins_until_it_ends, breakers_are_shown_with_the_worst_of_their_monitors);

async fn send(app: &App, breaker: &str, token: &str, body: Value) -> u16 {
    let request = app.http.post(format!("{}/breakers/{breaker}/override", app.url));
    request.bearer_auth(token).json(&body).send().await.unwrap().status().as_u16()
}

async fn an_override_wins_until_it_ends(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[("CB_ADMIN_TOKEN", "right")]).await;
    datadog.set("11", &[("bank_code:0001", "Alert"), ("bank_code:0002", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    let order = |mode: &str, group: Value| json!({ "mode": mode, "group": group, "actor": "ann", "reason": "drill", "ttl_s": 60 });
    assert_eq!(send(&app, "bank", "wrong", order("force_open", Value::Null)).await, 401);
    assert_eq!(send(&app, "bank", "rigth", order("force_open", Value::Null)).await, 401);
    let endless = json!({ "mode": "force_open", "actor": "ann", "reason": "drill" });
    assert_eq!(send(&app, "bank", "right", endless).await, 400, "an override ends");
    let nobody = json!({ "mode": "force_open", "actor": " ", "reason": "drill", "ttl_s": 60 });
    assert_eq!(send(&app, "bank", "right", nobody).await, 400, "and is someone's");
    assert_eq!(send(&app, "bank", "right", order("force_open", Value::Null)).await, 200);
    assert!((0..100).all(|_| app.allow("bank_code:0002") == Verdict::Reject), "not even a probe");
    assert_eq!(send(&app, "bank", "right", order("force_closed", json!("bank_code:0001"))).await, 200);
    assert_eq!(app.allow("bank_code:0001"), Verdict::Allow, "the narrower override decides");
    assert_eq!(send(&app, "bank", "right", order("clear", json!("bank_code:0001"))).await, 200);
    assert_eq!(app.allow("bank_code:0001"), Verdict::Reject);
    app.clock.advance(61_000);
    assert!(app.open("bank_code:0001") && !app.open("bank_code:0002"), "ended: the monitor decides again");
}

async fn breakers_are_shown_with_the_worst_of_their_monitors(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "Alert")]);
    datadog.set("12", &[("bank_code:0001", "Warn"), ("bank_code:0002", "OK")]);
    for monitor in ["11", "12"] {
        assert_eq!(app.callback(monitor).await, 200);
    }
    let (status, shown) = app.get("/breakers").await;
    let group = &shown["breakers"]["bank"]["groups"]["bank_code:0001"];
    assert_eq!((status, &group["state"], &group["monitors"]), (200, &json!("open"), &json!(["11", "12"])), "{shown}");
    assert!(group["lease_expires_ms"].as_i64() > shown["now_ms"].as_i64());
    assert_eq!(shown["breakers"]["bank"]["groups"]["bank_code:0002"]["state"], "closed");
    assert_eq!(shown["breakers"]["bank"]["monitors"]["11"]["source"], "ok");
    datadog.set("11", &[("bank_code:0001", "OK")]);
    assert_eq!(app.callback("11").await, 200);
    assert_eq!(app.get("/breakers").await.1["breakers"]["bank"]["groups"]["bank_code:0001"]["state"], "degraded");
    let (_, metrics) = app.get("/metrics").await;
    let metrics = metrics.as_str().unwrap();
    for line in
        ["cb_groups{state=\"degraded\"} 1", "cb_groups{state=\"closed\"} 2", "cb_callbacks_total{result=\"done\"} 3"]
    {
        assert!(metrics.lines().any(|own| own == line), "{line} in {metrics}");
    }
}

#[tokio::test]
async fn without_a_token_overrides_do_not_exist_and_reading_is_free() {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&Backend::Memory, &datadog, &[("CB_CONFORMANCE", "0")]).await;
    assert_eq!(send(&app, "bank", "", json!({ "mode": "clear", "actor": "a", "reason": "b" })).await, 404);
    assert_eq!(app.get("/breakers").await.0, 200);
    assert_eq!(app.get("/healthz").await.0, 200);
    assert_eq!(app.post("/_conformance/clock", json!({ "advance_ms": 1 })).await.0, 404, "off by default");
}

#[tokio::test]
async fn ready_waits_for_the_store_or_for_the_policy() {
    let Some(redis) = Redis::start() else { return };
    let redis = std::sync::Arc::new(redis);
    redis.stop();
    let datadog = FakeDatadog::start().await;
    let backend = Backend::Redis(redis.clone());
    let waits = App::start(&backend, &datadog, &[]).await;
    let decided = App::start(&backend, &datadog, &[("CB_ON_STORE_DOWN", "open")]).await;
    assert_eq!((waits.get("/readyz").await.0, decided.get("/readyz").await.0), (503, 200));
    assert_eq!((waits.allow("x"), decided.allow("x")), (Verdict::Allow, Verdict::Reject));
    redis.restart();
    waits.clock.advance(5_000);
    waits.until("a load", || waits.service.guard.snapshot().loaded.is_some()).await;
    assert_eq!(waits.get("/readyz").await.0, 200);
    assert!(format!("{:?}", settings("http://x", &[("CB_ADMIN_TOKEN", "s3cret")])).find("s3cret").is_none());
}
