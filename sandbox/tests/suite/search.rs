//! Searches for monitors and groups.

use serde_json::json;

use crate::support::{Sandbox, bank_errors};

/// Searches, and how many of the two monitors they find.
const SEARCHES: [(&str, usize); 10] = [
    ("", 2),
    ("bank", 1),
    ("BANK", 1),
    ("status:alert", 1),
    ("status:%22no%20data%22", 0),
    ("tag:service:funds", 1),
    ("type:metric", 1),
    ("type:log", 1),
    ("bank%20status:ok", 0),
    ("nothing", 0),
];

async fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let banks = sandbox.monitor(bank_errors()).await;
    sandbox
        .monitor(json!({"name": "Logs", "type": "log alert", "query": "logs(\"x\").index(\"*\").rollup(\"count\").last(\"5m\") > 2", "message": ""}))
        .await;
    sandbox.set(banks, "bank_code:0001", "Alert").await;
    sandbox.set(banks, "bank_code:0002", "OK").await;
    sandbox
}

#[tokio::test]
async fn monitors_are_found_by_words() {
    let sandbox = sandbox().await;
    for (words, expected) in SEARCHES {
        let found = sandbox
            .get(&format!("/api/v1/monitor/search?query={words}"))
            .await;
        assert_eq!(found["metadata"]["total_count"], expected, "{words}");
    }
    let all = sandbox
        .get("/api/v1/monitor/search?per_page=1&page=1")
        .await;
    assert_eq!(
        all["metadata"],
        json!({"total_count": 2, "page_count": 2, "page": 1, "per_page": 1})
    );
    assert_eq!(all["monitors"][0]["name"], "Logs");
    assert_eq!(
        all["counts"]["type"],
        json!([{"count": 1, "name": "log"}, {"count": 1, "name": "metric"}])
    );
    let bank = sandbox.get("/api/v1/monitor/search?query=bank").await["monitors"][0].clone();
    assert_eq!(
        (&bank["metrics"], &bank["scopes"]),
        (&json!(["bank.errors"]), &json!(["env:prod"]))
    );
    assert_eq!(
        bank["notifications"][1],
        json!({"handle": "sns-breakers", "name": "sns-breakers"})
    );
}

#[tokio::test]
async fn groups_are_found_by_status() {
    let sandbox = sandbox().await;
    let found = sandbox
        .get("/api/v1/monitor/groups/search?query=status:alert")
        .await;
    assert_eq!(found["metadata"]["total_count"], 1);
    assert_eq!(
        (&found["groups"][0]["group"], &found["groups"][0]["status"]),
        (&json!("bank_code:0001"), &json!("Alert"))
    );
}
