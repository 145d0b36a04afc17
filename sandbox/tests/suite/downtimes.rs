//! Downtimes of the API's second version: what they look like, and whom they mute.

use serde_json::{Value, json};

use crate::support::{Sandbox, bank_errors};

async fn watched() -> (Sandbox, u64) {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    (sandbox, monitor)
}

fn body(attributes: Value) -> Value {
    json!({"data": {"type": "downtime", "attributes": attributes}})
}

#[tokio::test]
async fn a_downtime_mutes_its_monitors_until_it_is_cancelled() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    for (which, scope, muted) in [
        (json!({"monitor_id": monitor}), "bank_code:1", true),
        (json!({"monitor_id": monitor + 1}), "*", false),
        (json!({"monitor_tags": ["service:funds"]}), "*", true),
        (json!({"monitor_tags": ["service:other"]}), "*", false),
        (json!({"monitor_tags": ["*"]}), "bank_code:2", false),
    ] {
        let sent = body(json!({"monitor_identifier": which, "scope": scope}));
        let made = sandbox.post("/api/v2/downtime", sent).await;
        assert_eq!(made["data"]["attributes"]["status"], "active");
        let told = sandbox.set(monitor, "bank_code:1", "Alert").await;
        assert_eq!(told.is_null(), muted, "{which} {scope}");
        let path = format!("/api/v2/downtime/{}", made["data"]["id"].as_str().unwrap());
        assert_eq!(sandbox.call("DELETE", &path, Value::Null).await.status, 204);
        assert_eq!(
            sandbox.get(&path).await["data"]["attributes"]["status"],
            "canceled"
        );
        sandbox.set(monitor, "bank_code:1", "OK").await;
    }
    let matches = format!("/api/v2/monitor/{monitor}/downtime_matches");
    assert_eq!(sandbox.get(&matches).await["data"], json!([]));
}

#[tokio::test]
async fn one_that_is_still_to_come_or_over_mutes_nobody() {
    let (sandbox, monitor) = watched().await;
    let scheduled = |start: &str, end: &str| {
        body(
            json!({"monitor_identifier": {"monitor_id": monitor}, "scope": "*", "schedule": {"start": start, "end": end}}),
        )
    };
    let future = scheduled("2190-01-01T00:00:00+00:00", "2190-01-02T00:00:00Z");
    let made = sandbox.post("/api/v2/downtime", future).await["data"].clone();
    assert_eq!(made["attributes"]["status"], "scheduled");
    assert_eq!(
        made["attributes"]["schedule"]["end"],
        "2190-01-02T00:00:00+00:00"
    );
    assert!(
        sandbox
            .set(monitor, "bank_code:1", "Alert")
            .await
            .is_object()
    );

    let path = format!("/api/v2/downtime/{}", made["id"].as_str().unwrap());
    let past = scheduled("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z");
    let changed = sandbox.call("PATCH", &path, past).await.ok();
    assert_eq!(changed["data"]["attributes"]["status"], "ended");
    assert!(sandbox.set(monitor, "bank_code:1", "OK").await.is_object());
}

#[tokio::test]
async fn nonsense_is_refused() {
    let (sandbox, monitor) = watched().await;
    let times = json!({"start": "soon", "end": "late"});
    let soon =
        json!({"monitor_identifier": {"monitor_id": monitor}, "scope": "*", "schedule": times});
    for sent in [body(json!({"scope": "*"})), json!({}), body(soon)] {
        assert_eq!(
            sandbox.call("POST", "/api/v2/downtime", sent).await.status,
            400
        );
    }
    assert_eq!(
        sandbox
            .call("GET", "/api/v2/downtime/x", Value::Null)
            .await
            .status,
        404
    );
}
