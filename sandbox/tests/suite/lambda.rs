//! Asynchronous invocation: the test is the function, and asks the Runtime API for its work.

use std::time::Duration;

use crate::support::{Answer, Sandbox, bank_errors};
use sandbox::hub::Settings;
use serde_json::{Value, json};

async fn advance(sandbox: &Sandbox, ms: u64) {
    sandbox
        .post("/_sandbox/clock", json!({"advance_ms": ms}))
        .await;
}

async fn publish(sandbox: &Sandbox, message: &str) -> String {
    let published = sandbox
        .post("/_sandbox/topics/t/publish", json!({"message": message}))
        .await;
    published["delivery"].as_str().unwrap().to_owned()
}

fn record(invocation: &Answer) -> Value {
    let event = invocation.json();
    assert_eq!(event["Records"].as_array().unwrap().len(), 1);
    event["Records"][0]["Sns"].clone()
}

#[tokio::test]
async fn an_invocation_has_lambdas_headers_and_the_events_shape() {
    let sandbox = Sandbox::new();
    sandbox
        .post(
            "/_sandbox/topics/breakers/publish",
            json!({"message": "m", "subject": "s"}),
        )
        .await;
    let invocation = sandbox.next_invocation().await;
    let clock = sandbox.get("/_sandbox/clock").await;
    let deadline: u64 = invocation
        .header("lambda-runtime-deadline-ms")
        .parse()
        .unwrap();
    let now = clock["wall_ms"].as_u64().unwrap();
    assert!(deadline > now && deadline <= now + 30_000);
    assert!(
        invocation
            .header("lambda-runtime-invoked-function-arn")
            .starts_with("arn:aws:lambda:")
    );
    assert!(
        invocation
            .header("lambda-runtime-trace-id")
            .starts_with("Root=1-")
    );

    let sns = record(&invocation);
    assert_eq!(
        (&sns["Message"], &sns["Subject"], &sns["Type"]),
        (&json!("m"), &json!("s"), &json!("Notification"))
    );
    assert!(sns["TopicArn"].as_str().unwrap().ends_with(":breakers"));
    assert_eq!(invocation.json()["Records"][0]["EventSource"], "aws:sns");
}

#[tokio::test]
async fn a_waiting_function_gets_what_comes() {
    let sandbox = Sandbox::new();
    let waiting = {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { sandbox.next_invocation().await })
    };
    let id = sandbox.monitor(bank_errors()).await;
    sandbox.set(id, "bank_code:0001", "Alert").await;
    let invocation = waiting.await.unwrap();
    assert_eq!(sandbox.deliveries().await[0]["state"], "running");
    assert_eq!(sandbox.end_invocation(&invocation, None).await.status, 202);
    let delivery = &sandbox.deliveries().await[0];
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(
        (
            &delivery["attempts"][0]["ok"],
            &delivery["attempts"][0]["error"]
        ),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn errors_are_tried_again_then_dead_then_redriven() {
    let sandbox = Sandbox::new();
    publish(&sandbox, "m").await;
    let mut messages = Vec::new();
    let mut event = String::new();
    for wait in [0, 60_000, 120_000] {
        advance(&sandbox, wait).await;
        let invocation = sandbox.next_invocation().await;
        messages.push(record(&invocation)["MessageId"].clone());
        event = invocation.text.clone();
        sandbox.end_invocation(&invocation, Some("no route")).await;
    }
    assert!(messages.iter().all(|id| *id == messages[0]));
    let delivery = &sandbox.deliveries().await[0];
    assert_eq!(delivery["state"], "dead");
    let at: Vec<u64> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["at_ms"].as_u64().unwrap())
        .collect();
    assert!(
        at[1] - at[0] >= 60_000 && at[2] - at[1] >= 120_000,
        "{at:?}"
    );

    let letters = sandbox.get("/_sandbox/dlq").await;
    assert_eq!(letters[0]["body"], *event);
    let attributes = &letters[0]["attributes"];
    assert_eq!(attributes["RequestID"], delivery["request_id"]);
    assert_eq!(
        (&attributes["ErrorCode"], &attributes["ErrorMessage"]),
        (&json!("200"), &json!("no route"))
    );

    sandbox.post("/_sandbox/dlq/redrive", Value::Null).await;
    let invocation = sandbox.next_invocation().await;
    assert_eq!(invocation.text, event);
    sandbox.end_invocation(&invocation, None).await;
    assert_eq!(sandbox.deliveries().await[0]["state"], "delivered");
    assert_eq!(sandbox.get("/_sandbox/dlq").await, json!([]));
}

#[tokio::test]
async fn a_retry_waits_for_the_virtual_clock_and_no_longer() {
    let sandbox = Sandbox::new();
    let id = publish(&sandbox, "first").await;
    let invocation = sandbox.next_invocation().await;
    sandbox.end_invocation(&invocation, Some("no")).await;
    let delivery = sandbox.deliveries().await.remove(0);
    let clock = sandbox.get("/_sandbox/clock").await;
    let left =
        delivery["next_attempt_ms"].as_u64().unwrap() - clock["virtual_ms"].as_u64().unwrap();
    assert!(left > 0 && left <= 60_000);

    // A later message overtakes the one that waits.
    publish(&sandbox, "second").await;
    let overtaking = sandbox.next_invocation().await;
    assert_eq!(record(&overtaking)["Message"], "second");

    let waiting = {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { sandbox.next_invocation().await })
    };
    advance(&sandbox, 60_000).await;
    assert_eq!(record(&waiting.await.unwrap())["Message"], "first");
    assert_eq!(
        sandbox
            .call(
                "POST",
                &format!("/_sandbox/deliveries/{id}/drop"),
                Value::Null
            )
            .await
            .status,
        409
    );
}

#[tokio::test]
async fn speed_moves_the_virtual_clock() {
    let sandbox = Sandbox::with(Settings {
        speed: 100_000.0,
        ..Settings::default()
    });
    publish(&sandbox, "m").await;
    for _ in 0..3 {
        let invocation = sandbox.next_invocation().await;
        sandbox.end_invocation(&invocation, Some("no")).await;
    }
    assert_eq!(sandbox.deliveries().await[0]["state"], "dead");
}

async fn states(sandbox: &Sandbox) -> Vec<String> {
    let deliveries = sandbox.deliveries().await;
    let state = |delivery: &Value| delivery["state"].as_str().unwrap().to_owned();
    deliveries.iter().map(state).collect()
}

#[tokio::test]
async fn held_deliveries_are_released_doubled_and_dropped() {
    let sandbox = Sandbox::new();
    sandbox
        .post("/_sandbox/faults", json!({"hold_deliveries": true}))
        .await;
    let mut ids = Vec::new();
    for message in ["lost", "late", "twice"] {
        ids.push(publish(&sandbox, message).await);
    }
    assert_eq!(states(&sandbox).await, ["held", "held", "held"]);
    for (id, action) in ids.iter().zip(["drop", "release", "duplicate"]) {
        sandbox
            .post(&format!("/_sandbox/deliveries/{id}/{action}"), Value::Null)
            .await;
    }
    let mut got = Vec::new();
    for _ in 0..3 {
        let invocation = sandbox.next_invocation().await;
        let sns = record(&invocation);
        let request = invocation
            .header("lambda-runtime-aws-request-id")
            .to_owned();
        got.push((sns["Message"].clone(), sns["MessageId"].clone(), request));
        sandbox.end_invocation(&invocation, None).await;
    }
    let words: Vec<_> = got
        .iter()
        .map(|(message, ..)| message.as_str().unwrap())
        .collect();
    assert_eq!(words, ["late", "twice", "twice"]);
    assert!(
        got[1].1 == got[2].1 && got[1].2 != got[2].2,
        "one message, two requests"
    );
    let ended = ["dropped", "delivered", "delivered", "delivered"];
    assert_eq!(states(&sandbox).await, ended);
}

#[tokio::test]
async fn several_invocations_run_at_once_and_each_is_answered_once() {
    let sandbox = Sandbox::new();
    publish(&sandbox, "a").await;
    publish(&sandbox, "b").await;
    let (first, second) = (
        sandbox.next_invocation().await,
        sandbox.next_invocation().await,
    );
    assert_eq!(sandbox.end_invocation(&second, None).await.status, 202);
    assert_eq!(sandbox.end_invocation(&first, Some("x")).await.status, 202);
    let again = sandbox.end_invocation(&first, None).await;
    assert_eq!(
        (again.status.as_u16(), again.json()["errorType"].clone()),
        (400, json!("InvalidRequestID"))
    );
}

#[tokio::test]
async fn a_long_error_is_cut_in_the_dead_letter_only() {
    let sandbox = Sandbox::with(Settings {
        timeout: Duration::from_secs(60),
        ..Settings::default()
    });
    publish(&sandbox, "m").await;
    for wait in [0, 60_000, 120_000] {
        advance(&sandbox, wait).await;
        let invocation = sandbox.next_invocation().await;
        sandbox
            .end_invocation(&invocation, Some(&"x".repeat(5000)))
            .await;
    }
    let letter = &sandbox.get("/_sandbox/dlq").await[0];
    assert_eq!(
        letter["attributes"]["ErrorMessage"].as_str().unwrap().len(),
        1024
    );
    assert_eq!(
        sandbox.deliveries().await[0]["attempts"][0]["error"]
            .as_str()
            .unwrap()
            .len(),
        5000
    );
}

#[tokio::test]
async fn attempts_and_the_place_of_failures_can_be_set() {
    let sandbox = Sandbox::new();
    for body in [
        json!({"retries": 3}),
        json!({"max_age_s": 59}),
        json!({"on_failure": "s3"}),
    ] {
        let answer = sandbox.call("POST", "/_sandbox/function", body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    let rules = json!({"retries": 0, "on_failure": "destination"});
    sandbox.post("/_sandbox/function", rules).await;
    sandbox
        .post("/_sandbox/topics/t/publish", json!({"message": "m"}))
        .await;
    let run = sandbox.next_invocation().await;
    sandbox.end_invocation(&run, Some("down")).await;
    let letter = sandbox.get("/_sandbox/dlq").await[0].clone();
    let record: Value = serde_json::from_str(letter["body"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(
        record["requestPayload"]["Records"][0]["Sns"]["Message"],
        "m"
    );
}

#[tokio::test]
async fn an_event_that_is_too_old_is_not_tried_again() {
    let sandbox = Sandbox::new();
    let rules = json!({"max_age_s": 60, "on_failure": "destination"});
    sandbox.post("/_sandbox/function", rules).await;
    sandbox
        .post("/_sandbox/topics/t/publish", json!({"message": "m"}))
        .await;
    sandbox
        .post("/_sandbox/clock", json!({"advance_ms": 5000}))
        .await;
    let run = sandbox.next_invocation().await;
    sandbox.end_invocation(&run, Some("down")).await;
    let letter = sandbox.get("/_sandbox/dlq").await[0].clone();
    assert!(
        letter["body"]
            .as_str()
            .unwrap()
            .contains("EventAgeExceeded"),
        "{letter}"
    );
}
