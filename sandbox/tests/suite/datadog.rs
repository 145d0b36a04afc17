//! Datadog's API, through its routes: shapes, defaults, errors, keys, lists.

use crate::support::{Sandbox, bank_errors};
use axum::http::StatusCode;
use serde_json::{Value, json};

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

const COMMON: [&str; 17] = [
    "created",
    "created_at",
    "deleted",
    "draft_status",
    "id",
    "message",
    "modified",
    "multi",
    "name",
    "options",
    "org_id",
    "overall_state",
    "overall_state_modified",
    "priority",
    "query",
    "tags",
    "type",
];

/// The keys every answer has, and these.
fn common_and(more: &[&'static str]) -> Vec<&'static str> {
    let mut all: Vec<_> = COMMON.iter().chain(more).copied().collect();
    all.sort_unstable();
    all
}

/// What a read asks for, and which keys it then has besides the common ones.
const READS: [(&str, &[&str]); 4] = [
    ("", &["creator", "restricted_roles"]),
    (
        "?with_assets=true",
        &["assets", "creator", "restricted_roles"],
    ),
    (
        "?group_states=all",
        &["creator", "restricted_roles", "state"],
    ),
    (
        "?group_states=all&with_downtimes=true",
        &["creator", "matching_downtimes", "restricted_roles", "state"],
    ),
];

#[tokio::test]
async fn each_kind_of_answer_has_its_own_keys() {
    let sandbox = Sandbox::new();
    let created = sandbox.post("/api/v1/monitor", bank_errors()).await;
    assert_eq!(
        keys(&created),
        common_and(&[
            "assets",
            "creator",
            "restricted_roles",
            "restriction_policy"
        ])
    );
    let path = format!("/api/v1/monitor/{}", created["id"]);

    let updated = sandbox.call("PUT", &path, json!({"name": "x"})).await.ok();
    assert_eq!(
        keys(&updated),
        common_and(&["assets", "restricted_roles", "restriction_policy"])
    );
    for (query, more) in READS {
        let read = sandbox.get(&format!("{path}{query}")).await;
        assert_eq!(keys(&read), common_and(more), "{query}");
    }
    let list = sandbox.get("/api/v1/monitor").await;
    assert_eq!(
        keys(&list[0]),
        common_and(&["creator", "matching_downtimes", "restricted_roles"])
    );
    let deleted = sandbox.call("DELETE", &path, Value::Null).await.ok();
    assert_eq!(deleted, json!({"deleted_monitor_id": created["id"]}));
}

#[tokio::test]
async fn what_was_sent_comes_back_with_the_servers_additions() {
    let sandbox = Sandbox::new();
    let mut sent = bank_errors();
    sent["message"] = json!("  text\n");
    let id = sandbox.monitor(sent.clone()).await;
    let read = sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    for key in ["name", "query", "type", "tags"] {
        assert_eq!(read[key], sent[key], "{key}");
    }
    assert_eq!(read["message"], "text");
    assert_eq!(read["multi"], true);
    let options = r#"{"include_tags":true,"new_host_delay":300,"notify_audit":false,"notify_no_data":false,"silenced":{},"thresholds":{"critical":50.0,"warning":20.0}}"#;
    assert_eq!(read["options"].to_string(), options);
    assert_eq!(read["overall_state"], "No Data");
}

#[tokio::test]
async fn a_put_names_only_what_changes() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let path = format!("/api/v1/monitor/{id}");
    sandbox
        .call("PUT", &path, json!({"tags": ["a:b"], "priority": 3}))
        .await
        .ok();
    let read = sandbox.get(&path).await;
    assert_eq!(
        (&read["tags"], &read["priority"], &read["name"]),
        (&json!(["a:b"]), &json!(3), &json!("Bank errors"))
    );
    assert_eq!(read["options"]["thresholds"]["critical"], 50.0);
}

/// Method, path, body, status, the one error. `ID` is a monitor that exists.
const ERRORS: [(&str, &str, &str, u16, &str); 14] = [
    ("GET", "/api/v1/monitor/1", "", 404, "Monitor not found"),
    ("GET", "/api/v1/monitor/x", "", 404, "Monitor not found"),
    ("PUT", "/api/v1/monitor/1", "{}", 404, "Monitor not found"),
    ("DELETE", "/api/v1/monitor/1", "", 404, "Monitor not found"),
    (
        "POST",
        "/api/v1/monitor/1/validate",
        "{}",
        404,
        "Monitor not found",
    ),
    ("GET", "/api/v1/events/1", "", 404, "Event not found"),
    (
        "POST",
        "/api/v1/monitor",
        "[]",
        400,
        "Payload is not in the expected format",
    ),
    (
        "POST",
        "/api/v1/monitor",
        r#"{"type":"metric alert"}"#,
        400,
        "The value provided for parameter 'query' is invalid",
    ),
    (
        "POST",
        "/api/v1/monitor/validate",
        r#"{"type":"metric alert","query":"avg(last_5m):x{*} > 51","options":{"thresholds":{"critical":50}}}"#,
        400,
        "Alert threshold (50.0) does not match that used in the query (51.0).",
    ),
    (
        "PUT",
        "/api/v1/monitor/ID",
        r#"{"options":{"thresholds":{"critical":51}}}"#,
        400,
        "Alert threshold (51.0) does not match that used in the query (50.0).",
    ),
    (
        "GET",
        "/api/v1/monitor?page=-1",
        "",
        400,
        "The value provided for parameter 'page' is invalid",
    ),
    (
        "GET",
        "/api/v1/monitor?id_offset=x",
        "",
        400,
        "The value provided for parameter 'id_offset' is invalid",
    ),
    (
        "PUT",
        "/api/v1/monitor/ID",
        r#"{"options":{"thresholds":{"critical":50,"critical_recovery":51}}}"#,
        400,
        "alert and alert recovery criteria are such that the monitor can be simultaneously in alert and alert recovery states",
    ),
    (
        "PUT",
        "/api/v1/monitor/ID",
        r#"{"type":"composite"}"#,
        400,
        "Cannot change the type of a monitor",
    ),
];

#[tokio::test]
async fn errors_are_said_as_datadog_says_them() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await.to_string();
    for (method, path, body, status, error) in ERRORS {
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(body).unwrap()
        };
        let answer = sandbox.call(method, &path.replace("ID", &id), body).await;
        let found = (answer.status.as_u16(), answer.json());
        assert_eq!(
            found,
            (status, json!({"errors": [error]})),
            "{method} {path}"
        );
    }
    let read = sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    assert_eq!(
        (&read["type"], &read["options"]["thresholds"]["critical"]),
        (&json!("query alert"), &json!(50.0))
    );
}

#[tokio::test]
async fn validation_creates_nothing() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox
            .post("/api/v1/monitor/validate", bank_errors())
            .await,
        json!({})
    );
    assert_eq!(sandbox.get("/api/v1/monitor").await, json!([]));
    let id = sandbox.monitor(bank_errors()).await;
    assert_eq!(
        sandbox
            .post(
                &format!("/api/v1/monitor/{id}/validate"),
                json!({"name": "y"})
            )
            .await,
        json!({})
    );
    let deletable = sandbox
        .get(&format!("/api/v1/monitor/can_delete?monitor_ids={id}"))
        .await;
    assert_eq!(deletable, json!({"data": {"ok": [id]}, "errors": null}));
}

/// API key, application key, status of a list, status of the question whether the API key is valid.
const KEYS: [(Option<&str>, Option<&str>, u16, u16); 5] = [
    (None, None, 401, 401),
    (None, Some("sandbox-app-key"), 401, 401),
    (Some("sandbox-api-key"), None, 403, 200),
    (Some("wrong"), Some("sandbox-app-key"), 403, 403),
    (Some("sandbox-api-key"), Some("sandbox-app-key"), 200, 200),
];

#[tokio::test]
async fn keys_are_checked() {
    let sandbox = Sandbox::new();
    for (api, app, listed, valid) in KEYS {
        let named = [("dd-api-key", api), ("dd-application-key", app)];
        let headers: Vec<_> = named
            .iter()
            .filter_map(|(name, key)| Some((*name, (*key)?)))
            .collect();
        for (path, status) in [("/api/v1/monitor", listed), ("/api/v1/validate", valid)] {
            let answer = sandbox.send("GET", path, &headers, "").await;
            assert_eq!(answer.status.as_u16(), status, "{path} {headers:?}");
            let errors = match status {
                401 => json!(["Unauthorized"]),
                403 => json!(["Forbidden"]),
                _ => continue,
            };
            assert_eq!(answer.json()["errors"], errors);
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let sandbox = Sandbox::new();
    for n in 0..5 {
        let mut monitor = bank_errors();
        monitor["name"] = json!(format!("Monitor {n}"));
        monitor["tags"] = json!([format!("n:{n}"), "service:funds"]);
        sandbox.monitor(monitor).await;
    }
    let cases: [(&str, &[u64]); 11] = [
        ("", &[0, 1, 2, 3, 4]),
        ("?name=monitor%203", &[3]),
        ("?monitor_tags=service:funds", &[0, 1, 2, 3, 4]),
        ("?monitor_tags=service:funds,n:2", &[2]),
        ("?monitor_tags=service:fund", &[]),
        ("?tags=env:prod", &[0, 1, 2, 3, 4]),
        ("?tags=env:test", &[]),
        ("?page=0&page_size=2", &[0, 1]),
        ("?page=2&page_size=2", &[4]),
        ("?page=3&page_size=2", &[]),
        ("?page_size=2", &[0, 1, 2, 3, 4]),
    ];
    for (query, expected) in cases {
        let list = sandbox.get(&format!("/api/v1/monitor{query}")).await;
        let names: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|monitor| monitor["name"].clone())
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|n| json!(format!("Monitor {n}")))
            .collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_goes_on_after_the_last_id() {
    let sandbox = Sandbox::new();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(sandbox.monitor(bank_errors()).await);
    }
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let path = format!("/api/v1/monitor?id_offset={after}&page_size=2");
        let page = sandbox.get(&path).await;
        let ids: Vec<u64> = page
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|monitor| monitor["id"].as_u64())
            .collect();
        assert!(ids.len() <= 2, "{ids:?}");
        let Some(last) = ids.last() else { break };
        after = *last;
        seen.extend(ids);
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn group_states_and_overall_state() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let path = format!("/api/v1/monitor/{id}");
    let states = |wanted: &'static str| {
        let (sandbox, path) = (sandbox.clone(), path.clone());
        async move { sandbox.get(&format!("{path}?group_states={wanted}")).await }
    };
    assert_eq!(states("all").await["state"], json!({"groups": {}}));

    for (group, status) in [
        ("bank_code:0001", "Alert"),
        ("bank_code:0002", "OK"),
        ("bank_code:0003", "No Data"),
    ] {
        sandbox.set(id, group, status).await;
    }
    let all = states("all").await;
    assert_eq!(all["overall_state"], "Alert");
    let alert = &all["state"]["groups"]["bank_code:0001"];
    assert_eq!(
        (&alert["name"], &alert["status"]),
        (&json!("bank_code:0001"), &json!("Alert"))
    );
    assert!(alert["last_triggered_ts"].is_u64() && alert["last_notified_ts"].is_u64());
    assert!(alert["last_resolved_ts"].is_null() && alert["last_nodata_ts"].is_null());

    assert_eq!(
        keys(&states("alert").await["state"]["groups"]),
        ["bank_code:0001"]
    );
    assert_eq!(
        keys(&states("no%20data,ok").await["state"]["groups"]),
        ["bank_code:0002", "bank_code:0003"]
    );
    sandbox.set(id, "bank_code:0001", "Warn").await;
    assert_eq!(states("all").await["overall_state"], "Warn");
}

#[tokio::test]
async fn composites_have_a_state_but_no_groups() {
    let sandbox = Sandbox::new();
    let simple = sandbox
        .monitor(json!({"name": "s", "type": "metric alert", "query": "avg(last_5m):x{*} > 1"}))
        .await;
    let composite = sandbox
        .monitor(json!({"name": "c", "type": "composite", "query": "1 && 2"}))
        .await;
    for (id, groups) in [(simple, vec!["*"]), (composite, vec![])] {
        sandbox.set(id, "*", "Alert").await;
        let read = sandbox
            .get(&format!("/api/v1/monitor/{id}?group_states=all"))
            .await;
        assert_eq!(
            (&read["overall_state"], &read["multi"]),
            (&json!("Alert"), &json!(false))
        );
        assert_eq!(keys(&read["state"]["groups"]), groups);
    }
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.get("/_sandbox/requests").await["total"], 0);
    let id = sandbox.monitor(bank_errors()).await;
    sandbox.get(&format!("/api/v1/monitor/{id}")).await;
    sandbox.send("GET", "/api/v1/monitor", &[], "").await;
    let expected =
        json!({"GET /api/v1/monitor": 1, "GET /api/v1/monitor/{id}": 1, "POST /api/v1/monitor": 1});
    assert_eq!(
        sandbox.get("/_sandbox/requests").await,
        json!({"total": 3, "routes": expected})
    );
}

#[tokio::test]
async fn unknown_routes_and_methods_are_told_apart() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox
            .call("GET", "/api/v2/nothing", Value::Null)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        sandbox
            .call("PATCH", "/api/v1/monitor", Value::Null)
            .await
            .status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert!(
        sandbox
            .send("GET", "/", &[], "")
            .await
            .text
            .contains("/api/v1/monitor")
    );
}
