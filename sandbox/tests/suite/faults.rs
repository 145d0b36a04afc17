//! Faults of Datadog's API.

use crate::support::{Sandbox, bank_errors};
use serde_json::{Value, json};

/// No fault at all.
fn none() -> Value {
    json!({
        "datadog": null, "rate_limit": null, "latency_ms": 0, "list_lag_ms": 0, "state_lag_ms": 0,
        "stale_reads": 0, "deliveries": {"lose": 0, "duplicate": 0, "delay": 0, "delay_ms": 0}, "hold_deliveries": false,
        "cut": {"redis": false, "service": false}
    })
}

#[tokio::test]
async fn an_outage_answers_html_a_limit_answers_headers_a_refusal_answers_json() {
    let sandbox = Sandbox::new();
    let fault = |status: u16| json!({"datadog": {"status": status}});
    sandbox.post("/_sandbox/faults", fault(503)).await;
    let down = sandbox.call("GET", "/api/v1/monitor", Value::Null).await;
    assert_eq!(down.status, 503);
    assert!(
        down.header("content-type").starts_with("text/html") && down.text.starts_with("<html>")
    );

    sandbox.post("/_sandbox/faults", fault(429)).await;
    let limited = sandbox.call("GET", "/api/v1/monitor", Value::Null).await;
    assert_eq!(limited.status, 429);
    for header in ["limit", "period", "remaining", "reset", "name"] {
        assert!(!limited.header(&format!("x-ratelimit-{header}")).is_empty());
    }
    assert_eq!(limited.json()["errors"].as_array().unwrap().len(), 1);

    sandbox.post("/_sandbox/faults", fault(403)).await;
    let refused = sandbox.call("GET", "/api/v1/monitor", Value::Null).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()),
        (403, json!({"errors": ["Forbidden"]}))
    );

    let mended = sandbox
        .post("/_sandbox/faults", json!({"datadog": null}))
        .await;
    assert_eq!(mended, none());
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
}

#[tokio::test]
async fn a_fault_may_be_counted_and_limited_to_paths() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let fault = json!({"datadog": {"status": 500, "count": 2, "path_contains": "/monitor/"}});
    sandbox.post("/_sandbox/faults", fault).await;
    let path = format!("/api/v1/monitor/{id}");
    let mut statuses = Vec::new();
    for path in ["/api/v1/monitor", &path, &path, &path] {
        statuses.push(sandbox.call("GET", path, Value::Null).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
}

#[tokio::test]
async fn stale_reads_show_the_state_before_the_latest_transition() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let path = format!("/api/v1/monitor/{id}?group_states=all");
    sandbox.set(id, "bank_code:0001", "OK").await;
    sandbox.set(id, "bank_code:0001", "Alert").await;
    sandbox
        .post("/_sandbox/faults", json!({"stale_reads": 2}))
        .await;
    // A read without groups is no read of groups.
    sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let read = sandbox.get(&path).await;
        let group = read["state"]["groups"]["bank_code:0001"]["status"]
            .as_str()
            .unwrap()
            .to_owned();
        seen.push((group, read["overall_state"].as_str().unwrap().to_owned()));
    }
    let [ok, alert] = ["OK", "Alert"].map(|status| (status.to_owned(), status.to_owned()));
    assert_eq!(seen, [ok.clone(), ok, alert]);
}

#[tokio::test]
async fn nonsense_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::new();
    for body in [
        json!({"datadog": {"status": 200}}),
        json!({"stale_reads": "x"}),
        json!({"nothing": 1}),
        json!([]),
    ] {
        assert_eq!(
            sandbox.call("POST", "/_sandbox/faults", body).await.status,
            400
        );
    }
    assert_eq!(sandbox.get("/_sandbox/faults").await, none());
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let sandbox = Sandbox::new();
    let first = sandbox.monitor(bank_errors()).await;
    sandbox.set(first, "bank_code:0001", "Alert").await;
    sandbox
        .post("/_sandbox/faults", json!({"hold_deliveries": true}))
        .await;
    sandbox.post("/_sandbox/reset", Value::Null).await;
    assert_eq!(sandbox.deliveries().await, Vec::<Value>::new());
    assert_eq!(sandbox.get("/_sandbox/requests").await["total"], 0);
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
    assert_eq!(
        sandbox.get("/_sandbox/faults").await["hold_deliveries"],
        false
    );
    assert_eq!(
        sandbox.monitor(bank_errors()).await,
        first,
        "ids begin anew"
    );
}

#[tokio::test]
async fn a_held_request_is_counted_and_answered_once_the_fault_is_gone() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let fault = json!({"datadog": {"hold": true, "path_contains": "group_states"}});
    sandbox.post("/_sandbox/faults", fault).await;
    let path = format!("/api/v1/monitor/{id}?group_states=all");
    let held = sandbox.get(&path);
    tokio::pin!(held);
    // Other requests pass; the held one has arrived and has no answer.
    sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    assert!(poll_once(held.as_mut()).await.is_none());
    let counts = sandbox.get("/_sandbox/requests").await;
    assert_eq!(counts["total"], 3, "{counts}");
    sandbox
        .post("/_sandbox/faults", json!({"datadog": null}))
        .await;
    assert_eq!(held.await["id"], json!(id));
}

#[tokio::test]
async fn an_answer_may_wear_another_face() {
    let sandbox = Sandbox::new();
    // The fault; whether the body is a page; whether it says when to come back.
    for (fault, page, headers) in [
        (json!({"status": 429, "headers": false}), false, false),
        (json!({"status": 429, "html": true}), true, true),
        (json!({"status": 503, "html": false}), false, false),
        (json!({"status": 404, "html": true}), true, false),
        (json!({"status": 200, "html": true}), true, false),
    ] {
        let status = fault["status"].clone();
        sandbox
            .post("/_sandbox/faults", json!({"datadog": fault}))
            .await;
        let answer = sandbox.call("GET", "/api/v1/monitor", Value::Null).await;
        assert_eq!(json!(answer.status.as_u16()), status);
        assert_eq!(answer.text.starts_with("<html>"), page, "{fault}");
        let told = answer.headers.contains_key("x-ratelimit-reset");
        assert_eq!(told, headers, "{fault}");
    }
}

#[tokio::test]
async fn an_error_may_hide_an_effect() {
    let sandbox = Sandbox::new();
    for (fault, monitors) in [
        (json!({"status": 502, "count": 1, "method": "POST"}), 0),
        (
            json!({"status": 502, "count": 1, "method": "POST", "after": true}),
            1,
        ),
    ] {
        sandbox
            .post("/_sandbox/faults", json!({"datadog": fault}))
            .await;
        let lost = sandbox.call("POST", "/api/v1/monitor", bank_errors()).await;
        assert_eq!(lost.status, 502);
        let list = sandbox.get("/api/v1/monitor").await;
        assert_eq!(list.as_array().unwrap().len(), monitors, "{fault}");
    }
}

#[tokio::test]
async fn a_rate_limit_tells_every_request_how_much_is_left() {
    let sandbox = Sandbox::new();
    // A window that outlasts the test.
    let limit = json!({"rate_limit": {"limit": 2, "period_s": 1_000_000_000}});
    sandbox.post("/_sandbox/faults", limit).await;
    let mut seen = Vec::new();
    for path in ["/api/v1/monitor", "/api/v1/monitor/1", "/api/v1/monitor"] {
        let answer = sandbox.call("GET", path, Value::Null).await;
        let remaining = answer.header("x-ratelimit-remaining").to_owned();
        assert_eq!(answer.header("x-ratelimit-limit"), "2");
        assert_eq!(answer.header("x-ratelimit-period"), "1000000000");
        assert_eq!(answer.header("x-ratelimit-name"), "monitors");
        assert!(answer.header("x-ratelimit-reset").parse::<u64>().unwrap() > 0);
        seen.push((answer.status.as_u16(), remaining));
    }
    let expected = [(200, "1"), (404, "0"), (429, "0")];
    assert_eq!(
        seen,
        expected.map(|(status, left)| (status, left.to_owned()))
    );
}

#[tokio::test]
async fn a_list_may_lag_behind_while_the_id_is_known() {
    let sandbox = Sandbox::new();
    let lag = json!({"list_lag_ms": 1_000_000_000});
    sandbox.post("/_sandbox/faults", lag).await;
    let id = sandbox.monitor(bank_errors()).await;
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
    sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    sandbox
        .post("/_sandbox/faults", json!({"list_lag_ms": 0}))
        .await;
    assert_eq!(sandbox.get("/api/v1/monitor").await[0]["id"], json!(id));
}

/// Polls once.
async fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut future = Some(future);
    std::future::poll_fn(|context| {
        let polled = future.take().map(|future| future.poll(context));
        std::task::Poll::Ready(match polled {
            Some(std::task::Poll::Ready(output)) => Some(output),
            _ => None,
        })
    })
    .await
}

#[tokio::test]
async fn group_states_can_lag_behind_the_notification() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    sandbox
        .post("/_sandbox/faults", json!({"state_lag_ms": 60_000}))
        .await;
    assert_eq!(
        sandbox.set(monitor, "a:1", "Alert").await["transition"],
        "alert"
    );
    let path = format!("/api/v1/monitor/{monitor}?group_states=all");
    assert_eq!(sandbox.get(&path).await["state"]["groups"], json!({}));
    sandbox
        .post("/_sandbox/clock", json!({"advance_ms": 60_000}))
        .await;
    assert_eq!(
        sandbox.get(&path).await["state"]["groups"]["a:1"]["status"],
        "Alert"
    );
}

#[tokio::test]
async fn sns_loses_doubles_and_delays_the_next_messages() {
    let sandbox = Sandbox::new();
    let faults = json!({"deliveries": {"lose": 1, "duplicate": 1, "delay": 1, "delay_ms": 90_000}});
    sandbox.post("/_sandbox/faults", faults).await;
    for message in ["lost", "twice", "late", "plain"] {
        sandbox
            .post("/_sandbox/topics/t/publish", json!({"message": message}))
            .await;
    }
    let deliveries = sandbox.deliveries().await;
    let shown: Vec<(&str, &str)> = deliveries
        .iter()
        .map(|delivery| {
            (
                delivery["message"].as_str().unwrap(),
                delivery["state"].as_str().unwrap(),
            )
        })
        .collect();
    let queued = ["twice", "twice", "late", "plain"].map(|message| (message, "queued"));
    assert_eq!((shown[0], &shown[1..]), (("lost", "dropped"), &queued[..]));
    let due = |at: usize| deliveries[at]["next_attempt_ms"].as_u64().unwrap();
    assert!(due(3) - due(1) >= 90_000);
}

#[tokio::test]
async fn a_slow_datadog_answers_after_its_latency() {
    let sandbox = Sandbox::new();
    let hour = json!({"latency_ms": 3_600_000});
    sandbox.post("/_sandbox/faults", hour).await;
    let wait = std::time::Duration::from_millis(50);
    let slow = sandbox.call("GET", "/api/v1/monitor", Value::Null);
    assert!(tokio::time::timeout(wait, slow).await.is_err());
    sandbox
        .post("/_sandbox/faults", json!({"latency_ms": 1}))
        .await;
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
}
