//! Deleting monitors that others refer to.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Sandbox, bank_errors};

/// Two monitors, the first used by a composite, and the composite.
async fn sandbox() -> (Sandbox, [u64; 3]) {
    let sandbox = Sandbox::new();
    let (used, free) = (
        sandbox.monitor(bank_errors()).await,
        sandbox.monitor(bank_errors()).await,
    );
    let composite =
        json!({"name": "Both", "type": "composite", "query": format!("{used} && !{used}9")});
    let composite = sandbox.monitor(composite).await;
    (sandbox, [used, free, composite])
}

fn refusal(used: u64, composite: u64) -> Value {
    json!([format!(
        "monitor [{used},Bank errors] is referenced in composite monitors: [{composite},Both]"
    )])
}

#[tokio::test]
async fn a_part_of_a_composite_goes_only_by_force() {
    let (sandbox, [used, free, composite]) = sandbox().await;
    let refused = sandbox
        .call("DELETE", &format!("/api/v1/monitor/{used}"), Value::Null)
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({"errors": refusal(used, composite)}));
    for path in [
        format!("{free}"),
        format!("{used}?force=true"),
        format!("{composite}"),
    ] {
        let path = format!("/api/v1/monitor/{path}");
        sandbox.call("DELETE", &path, Value::Null).await.ok();
    }
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
}

#[tokio::test]
async fn it_can_be_asked_before() {
    let (sandbox, [used, free, composite]) = sandbox().await;
    let ask = |ids: String| {
        let sandbox = sandbox.clone();
        async move {
            let path = format!("/api/v1/monitor/can_delete?monitor_ids={ids}");
            let answer = sandbox.call("GET", &path, Value::Null).await;
            (answer.status.as_u16(), answer.json())
        }
    };
    let (status, body) = ask(format!("{used},{free}")).await;
    let errors = json!({used.to_string(): refusal(used, composite)});
    assert_eq!(
        (status, body),
        (409, json!({"data": {"ok": [free]}, "errors": errors}))
    );
    let (status, body) = ask(format!("{free},{composite}")).await;
    assert_eq!(
        (status, body),
        (
            200,
            json!({"data": {"ok": [free, composite]}, "errors": null})
        )
    );
    assert_eq!(ask("1".to_owned()).await.0, 404);
}
