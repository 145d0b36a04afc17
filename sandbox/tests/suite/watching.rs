//! What a page reads (state and events), and a run that is saved and played again.

use std::process::{Command, Output};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{Sandbox, bank_errors};

#[tokio::test]
async fn every_happening_is_an_event_with_an_id() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    sandbox.set(monitor, "bank_code:0001", "Alert").await;
    let run = sandbox.next_invocation().await;
    sandbox.end_invocation(&run, None).await;
    sandbox
        .post("/_sandbox/clock", json!({"advance_ms": 1}))
        .await;
    sandbox
        .post(
            "/_sandbox/reports",
            json!({"kind": "callback", "data": {"url": "x"}}),
        )
        .await;
    let log = sandbox.get("/_sandbox/log").await;
    let log = log.as_array().unwrap();
    let kinds: Vec<&str> = log
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    let expected = [
        "monitor",
        "transition",
        "delivery",
        "notification",
        "delivery",
        "delivery",
        "clock",
        "callback",
    ];
    assert_eq!(kinds, expected);
    let states = [2, 4, 5].map(|at: usize| &log[at]["data"]["state"]);
    assert_eq!(states, ["queued", "running", "delivered"]);
    assert!(
        log.iter()
            .enumerate()
            .all(|(i, entry)| entry["id"] == json!(i + 1))
    );
}

#[tokio::test]
async fn events_are_streamed_from_where_the_reader_was() {
    let sandbox = Sandbox::new();
    for kind in ["one", "two", "three"] {
        sandbox
            .post("/_sandbox/reports", json!({"kind": kind}))
            .await;
    }
    let request = Request::get("/_sandbox/events")
        .header("last-event-id", "1")
        .body(Body::empty())
        .unwrap();
    let mut body = sandbox.stream(request).await;
    let mut text = String::new();
    while !text.contains("three") {
        let frame = body.frame().await.unwrap().unwrap();
        text += std::str::from_utf8(&frame.into_data().unwrap()).unwrap();
    }
    assert!(text.starts_with("id: 2\nevent: two\ndata: {"), "{text}");
    assert!(!text.contains("event: one"), "{text}");
    // Nobody polls: what happens next wakes the stream.
    sandbox
        .post("/_sandbox/reports", json!({"kind": "four"}))
        .await;
    let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(
        String::from_utf8(frame.to_vec())
            .unwrap()
            .starts_with("id: 4\nevent: four\n")
    );
}

#[tokio::test]
async fn the_state_holds_what_a_page_shows() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    sandbox.set(monitor, "bank_code:0001", "Alert").await;
    let downtimes = format!("/_sandbox/monitors/{monitor}/downtimes");
    sandbox
        .post(&downtimes, json!({"scope": ["bank_code:0001"]}))
        .await;
    let state = sandbox.get("/_sandbox/state").await;
    let shown = &state["monitors"][0];
    assert_eq!(
        (&shown["id"], &shown["evaluates"]),
        (&json!(monitor.to_string()), &json!(true))
    );
    assert_eq!(
        (&shown["groups"][0]["status"], &shown["groups"][0]["muted"]),
        (&json!("Alert"), &json!(true))
    );
    assert_eq!(state["deliveries"][0]["state"], "queued");
    assert_eq!(state["notifications"][0]["transition"], "alert");
    assert_eq!(state["function"]["rules"]["retries"], 2);
}

fn replay(run: &Value) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    std::fs::write(&file, run.to_string()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
        .arg("replay")
        .arg(&file)
        .output()
        .unwrap()
}

#[tokio::test]
async fn a_saved_run_gives_the_same_answers_again() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    sandbox.set(monitor, "bank_code:0001", "Alert").await;
    let run = sandbox.next_invocation().await;
    sandbox.end_invocation(&run, Some("down")).await;
    sandbox
        .post("/_sandbox/clock", json!({"advance_ms": 60_000}))
        .await;
    let run = sandbox.next_invocation().await;
    sandbox.end_invocation(&run, None).await;
    sandbox
        .send("GET", "/api/v1/monitor", &[("dd-api-key", "no")], "")
        .await;
    sandbox
        .call(
            "GET",
            &format!("/api/v1/monitor/{monitor}?group_states=all"),
            Value::Null,
        )
        .await;

    let saved = sandbox.get("/_sandbox/record").await;
    assert_eq!(saved["record"]["steps"].as_array().unwrap().len(), 9);
    assert!(!saved.to_string().contains("sandbox-api-key"));
    let same = replay(&saved);
    let said = String::from_utf8(same.stdout).unwrap();
    assert!(
        same.status.success() && said.contains("9 steps played, 0 answers differ"),
        "{said}"
    );

    let mut other = saved.clone();
    other["record"]["steps"][1]["what"]["request"]["body"] =
        json!(r#"{"group": "bank_code:0002", "status": "Alert"}"#);
    let differs = replay(&other);
    let said = String::from_utf8(differs.stdout).unwrap();
    assert!(
        !differs.status.success() && said.contains("step 2: POST /_sandbox/monitors/"),
        "{said}"
    );
}
