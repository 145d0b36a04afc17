//! Monitors that evaluate the points they are sent, on the virtual clock.

use serde_json::{Value, json};

use crate::support::{Sandbox, bank_errors};

impl Sandbox {
    /// One count of a bank's errors, sent now.
    async fn errors(&self, bank: &str, count: u32) {
        self.count("bank.errors", bank, count).await;
    }

    /// One count of a bank, sent now.
    async fn count(&self, metric: &str, bank: &str, count: u32) {
        let now_s = self.get("/_sandbox/clock").await["wall_ms"]
            .as_u64()
            .unwrap()
            / 1000;
        let series = json!({"metric": metric, "type": 1, "interval": 10, "points": [{"timestamp": now_s, "value": count}],
            "tags": ["env:prod", format!("bank_code:{bank}")]});
        let taken = self
            .call("POST", "/api/v2/series", json!({"series": [series]}))
            .await;
        assert_eq!(
            (taken.status.as_u16(), taken.json()),
            (202, json!({"errors": []}))
        );
    }

    async fn minutes(&self, minutes: u64) {
        self.post("/_sandbox/clock", json!({"advance_ms": minutes * 60_000}))
            .await;
    }

    /// The status of each group.
    async fn statuses(&self, monitor: u64) -> Vec<(String, String)> {
        let answer = self
            .get(&format!("/api/v1/monitor/{monitor}?group_states=all"))
            .await;
        let groups = answer["state"]["groups"].as_object().unwrap().clone();
        groups
            .into_iter()
            .map(|(name, group)| (name, group["status"].as_str().unwrap().to_owned()))
            .collect()
    }

    /// The transitions that were told, with their groups.
    async fn told(&self) -> Vec<String> {
        let notices = self.get("/_sandbox/notifications").await;
        let text = |notice: &Value, key: &str| notice[key].as_str().unwrap().to_owned();
        notices
            .as_array()
            .unwrap()
            .iter()
            .map(|n| text(n, "transition") + " " + &text(n, "group"))
            .collect()
    }
}

fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found
        .iter()
        .map(|(group, status)| (group.as_str(), status.as_str()))
        .collect()
}

#[tokio::test]
async fn errors_alert_one_bank_and_their_end_lets_it_recover() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    sandbox.errors("0001", 60).await;
    sandbox.errors("0002", 30).await;
    sandbox.errors("0003", 1).await;
    sandbox.minutes(1).await;
    let found = sandbox.statuses(monitor).await;
    assert_eq!(
        pairs(&found),
        [
            ("bank_code:0001", "Alert"),
            ("bank_code:0002", "Warn"),
            ("bank_code:0003", "OK")
        ]
    );
    assert_eq!(
        sandbox.told().await,
        ["alert bank_code:0001", "warning bank_code:0002"]
    );
    assert_eq!(sandbox.deliveries().await.len(), 2);

    // A count without points is zero: after five minutes nothing is left in the window.
    sandbox.minutes(6).await;
    assert!(
        sandbox
            .statuses(monitor)
            .await
            .iter()
            .all(|(_, status)| status == "OK")
    );
    assert_eq!(
        sandbox.told().await[2..],
        [
            "alert_recovery bank_code:0001",
            "warning_recovery bank_code:0002"
        ]
    );
}

#[tokio::test]
async fn the_message_holds_the_measured_value() {
    let sandbox = Sandbox::new();
    let mut body = bank_errors();
    body["message"] = json!("{{bank_code.name}}: {{value}} > {{threshold}} @sns-breakers");
    sandbox.monitor(body).await;
    sandbox.errors("0001", 75).await;
    let told = sandbox.post("/_sandbox/evaluate", Value::Null).await;
    assert_eq!(told["notifications"][0]["transition"], "alert");
    let message = sandbox.deliveries().await[0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.starts_with("0001: 75 > 50 "), "{message}");
    assert_eq!(
        sandbox.post("/_sandbox/evaluate", Value::Null).await["notifications"],
        json!([])
    );
}

#[tokio::test]
async fn missing_data_of_a_gauge_is_told_after_its_time() {
    let sandbox = Sandbox::new();
    let body = json!({"name": "n", "type": "metric alert", "message": "@sns-breakers",
        "query": "avg(last_5m):avg:queue.length{*} by {bank_code} > 5",
        "options": {"notify_no_data": true, "no_data_timeframe": 10}});
    let monitor = sandbox.monitor(body).await;
    let now_s = sandbox.get("/_sandbox/clock").await["wall_ms"]
        .as_u64()
        .unwrap()
        / 1000;
    let point = json!({"metric": "queue.length", "type": "gauge", "points": [[now_s, 9]], "tags": ["bank_code:1"]});
    let taken = sandbox
        .call("POST", "/api/v1/series", json!({"series": [point]}))
        .await;
    assert_eq!(
        (taken.status.as_u16(), taken.json()),
        (202, json!({"status": "ok"}))
    );
    sandbox.minutes(9).await;
    assert_eq!(sandbox.told().await, ["alert bank_code:1"]);
    sandbox.minutes(2).await;
    assert_eq!(sandbox.told().await[1..], ["no_data bank_code:1"]);
    assert_eq!(
        pairs(&sandbox.statuses(monitor).await),
        [("bank_code:1", "No Data")]
    );
}

#[tokio::test]
async fn points_need_an_api_key_only_and_what_is_no_payload_is_refused() {
    let sandbox = Sandbox::new();
    let key = [("dd-api-key", "sandbox-api-key")];
    let send = async |headers: &[(&str, &str)], body: &str| {
        sandbox
            .send("POST", "/api/v2/series", headers, body)
            .await
            .status
            .as_u16()
    };
    assert_eq!(send(&key, r#"{"series": []}"#).await, 202);
    assert_eq!(send(&[], r#"{"series": []}"#).await, 401);
    assert_eq!(send(&key, r#"{"series": [{}]}"#).await, 400);
}

#[tokio::test]
async fn an_alert_is_told_again_with_its_escalation_message() {
    let sandbox = Sandbox::new();
    let mut body = bank_errors();
    body["options"] = json!({"renotify_interval": 10, "renotify_occurrences": 2, "escalation_message": "still @sns-second"});
    let monitor = sandbox.monitor(body).await;
    sandbox.set(monitor, "bank_code:0001", "Alert").await;
    sandbox.minutes(40).await;
    let told = sandbox.told().await;
    let again = "renotify bank_code:0001";
    assert_eq!(told, ["alert bank_code:0001", again, again]);
    let topics: Vec<Value> = sandbox
        .deliveries()
        .await
        .iter()
        .map(|delivery| delivery["topic"].clone())
        .collect();
    assert_eq!(
        topics,
        ["breakers", "breakers", "second", "breakers", "second"]
    );
}

#[tokio::test]
async fn notify_by_tells_of_the_worst_of_its_groups() {
    let sandbox = Sandbox::new();
    let mut body = bank_errors();
    body["query"] = json!("sum(last_5m):sum:bank.errors{*} by {bank_code,env}.as_count() > 50");
    body["options"]["notify_by"] = json!(["env"]);
    let monitor = sandbox.monitor(body).await;
    for (group, status) in [
        ("bank_code:1,env:prod", "Warn"),
        ("bank_code:2,env:prod", "Alert"),
        ("bank_code:3,env:prod", "Alert"),
        ("bank_code:2,env:prod", "OK"),
        ("bank_code:3,env:prod", "OK"),
        ("bank_code:1,env:prod", "OK"),
    ] {
        sandbox.set(monitor, group, status).await;
    }
    let expected = [
        "warning env:prod",
        "alert env:prod",
        "alert_to_warning env:prod",
        "warning_recovery env:prod",
    ];
    assert_eq!(sandbox.told().await, expected);
}

#[tokio::test]
async fn the_loop_closes_through_probes() {
    let sandbox = Sandbox::new();
    let mut body = bank_errors();
    body["query"] = json!(
        "sum(last_5m):sum:bank.errors{*} by {bank_code}.as_count() / sum:bank.calls{*} by {bank_code}.as_count() > 0.5"
    );
    body["options"] = json!({"thresholds": {"critical": 0.5}});
    let monitor = sandbox.monitor(body).await;
    sandbox.count("bank.calls", "0001", 10).await;
    sandbox.count("bank.calls", "0002", 10).await;
    sandbox.count("bank.errors", "0001", 8).await;
    sandbox.minutes(1).await;
    let found = sandbox.statuses(monitor).await;
    assert_eq!(
        pairs(&found),
        [("bank_code:0001", "Alert"), ("bank_code:0002", "OK")]
    );

    // A breaker that lets nothing through starves the monitor, which then stays as it was.
    sandbox.minutes(10).await;
    assert_eq!(
        pairs(&sandbox.statuses(monitor).await)[0],
        ("bank_code:0001", "Alert")
    );

    // One probe that succeeds is enough to know.
    sandbox.count("bank.calls", "0001", 1).await;
    sandbox.minutes(1).await;
    assert_eq!(
        sandbox.told().await,
        ["alert bank_code:0001", "alert_recovery bank_code:0001"]
    );
}
