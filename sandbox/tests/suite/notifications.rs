//! From a change of a group to what recipients read.

use crate::support::{Sandbox, bank_errors};
use serde_json::{Value, json};

/// A monitor whose message shows every conditional that holds, one word each.
fn talkative() -> Value {
    let names = [
        "is_alert",
        "is_warning",
        "is_recovery",
        "is_alert_recovery",
        "is_warning_recovery",
        "is_alert_to_warning",
        "is_no_data",
        "is_no_data_recovery",
        "is_unknown",
        "is_renotify",
    ];
    let blocks: String = names
        .iter()
        .map(|name| format!("{{{{#{name}}}}}{name} {{{{/{name}}}}}"))
        .collect();
    let mut monitor = bank_errors();
    monitor["message"] = json!(format!("{blocks}@sns-breakers"));
    monitor["options"]["notify_no_data"] = json!(true);
    monitor
}

/// Statuses one after the other, with the transition and the conditionals each one shows.
const STEPS: [(&str, &str, &str); 11] = [
    ("Warn", "warning", "is_warning"),
    ("Alert", "alert", "is_alert"),
    ("Warn", "alert_to_warning", "is_warning is_alert_to_warning"),
    ("OK", "warning_recovery", "is_recovery is_warning_recovery"),
    ("Alert", "alert", "is_alert"),
    ("OK", "alert_recovery", "is_recovery is_alert_recovery"),
    ("No Data", "no_data", "is_no_data"),
    ("OK", "no_data_recovery", "is_recovery is_no_data_recovery"),
    ("Unknown", "unknown", "is_unknown"),
    ("OK", "recovery", "is_recovery"),
    ("OK", "", ""),
];

#[tokio::test]
async fn each_transition_shows_its_conditionals() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(talkative()).await;
    for (status, transition, shown) in STEPS {
        let before = sandbox.deliveries().await.len();
        let notification = sandbox.set(id, "bank_code:0001", status).await;
        let new = &sandbox.deliveries().await[before..];
        if transition.is_empty() {
            assert!(notification.is_null() && new.is_empty());
            continue;
        }
        assert_eq!(notification["transition"], transition);
        assert_eq!(new.len(), 1, "{transition}");
        let first = new[0]["message"].as_str().unwrap().lines().next().unwrap();
        assert_eq!(first, format!("{shown} @sns-breakers"), "{transition}");
    }
}

#[tokio::test]
async fn an_alert_is_told_in_full() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let told = sandbox.set(id, "bank_code:0001", "Alert").await;
    assert_eq!(told["notified"], json!(["@slack-bank", "@sns-breakers"]));
    let delivery = &sandbox.deliveries().await[0];
    assert_eq!(
        delivery["subject"],
        "[Triggered on {bank_code:0001}] Bank errors"
    );
    assert_eq!(
        (&delivery["topic"], &delivery["state"]),
        (&json!("breakers"), &json!("queued"))
    );
    assert_eq!(
        (&delivery["monitor_id"], &delivery["group"]),
        (&json!(id.to_string()), &json!("bank_code:0001"))
    );
    let message = delivery["message"].as_str().unwrap();
    assert!(message.starts_with(
        "open\n\nBank 0001\n@slack-bank @sns-breakers\n\nbank.errors over bank_code:0001 was > 50"
    ));
    assert!(message.contains(&format!("/monitors/{id}?group=bank_code%3A0001&")));
    assert!(message.contains(&format!(
        "link_event_id={}",
        told["event_id"].as_str().unwrap()
    )));
}

#[tokio::test]
async fn the_form_of_the_links_can_be_chosen() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    sandbox
        .post("/_sandbox/form", json!({"form": "2018"}))
        .await;
    let told = sandbox.set(id, "bank_code:0001", "Alert").await;
    let message = sandbox.deliveries().await[0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains(&format!(
        "/monitors#{id}?group=bank_code%3A0001 · Edit Monitor:"
    )));
    assert!(message.contains(&format!(
        "/event/event?id={} · Related Logs:",
        told["event_id"].as_str().unwrap()
    )));
    assert_eq!(
        sandbox
            .call("POST", "/_sandbox/form", json!({"form": "1999"}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn an_alert_that_becomes_a_warning_reaches_those_who_wait_for_its_end() {
    let sandbox = Sandbox::new();
    let mut monitor = bank_errors();
    monitor["message"] = json!(
        "text\n{{#is_alert}}@sns-a{{/is_alert}}{{#is_alert_recovery}}over @sns-b{{/is_alert_recovery}}"
    );
    let id = sandbox.monitor(monitor).await;
    sandbox.set(id, "bank_code:0001", "Alert").await;
    let told = sandbox.set(id, "bank_code:0001", "Warn").await;
    assert_eq!(told["notified"], json!(["@sns-b"]));
    let delivery = sandbox.deliveries().await.pop().unwrap();
    assert!(
        delivery["message"]
            .as_str()
            .unwrap()
            .starts_with("text\n\n"),
        "{delivery}"
    );
    let told = sandbox.set(id, "bank_code:0001", "OK").await;
    assert_eq!(
        told["notified"],
        json!([]),
        "a warning's end is not an alert's end"
    );
}

#[tokio::test]
async fn events_are_found_by_their_exact_id() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let told = sandbox.set(id, "bank_code:0001", "Alert").await;
    let exact = told["event_id"].as_str().unwrap();
    let event = sandbox.get(&format!("/api/v1/events/{exact}")).await["event"].clone();
    assert_eq!(event["id_str"], *exact);
    let rounded = event["id"].as_u64().unwrap();
    assert_ne!(rounded.to_string(), exact);
    assert_eq!(rounded as f64, exact.parse::<f64>().unwrap());
    assert_eq!(
        (&event["monitor_id"], &event["alert_type"]),
        (&json!(id), &json!("error"))
    );
    assert_eq!(event["monitor_groups"], json!(["bank_code:0001"]));
    assert_eq!(
        event["title"],
        "[Triggered on {bank_code:0001}] Bank errors"
    );
    let by_rounded = sandbox
        .call("GET", &format!("/api/v1/events/{rounded}"), Value::Null)
        .await;
    assert_eq!(by_rounded.status, 404);
}

#[tokio::test]
async fn a_test_says_it_is_one_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let path = format!("/_sandbox/monitors/{id}/test");
    for (body, subject, first) in [
        (Value::Null, "[TEST] [Triggered] Bank errors", "open"),
        (
            json!({"transition": "alert_recovery", "group": "bank_code:0001"}),
            "[TEST] [Recovered on {bank_code:0001}] Bank errors",
            "close",
        ),
    ] {
        sandbox.post(&path, body).await;
        let delivery = sandbox.deliveries().await.pop().unwrap();
        assert_eq!(delivery["subject"], subject);
        let message = delivery["message"].as_str().unwrap();
        assert_eq!(message.lines().next(), Some(first));
        assert!(message.contains(
            "UTC.\n\nTest notification triggered by sandbox@example.com.\n\nMonitor Status:"
        ));
    }
    let read = sandbox
        .get(&format!("/api/v1/monitor/{id}?group_states=all"))
        .await;
    assert_eq!(
        (&read["overall_state"], &read["state"]["groups"]),
        (&json!("No Data"), &json!({}))
    );
    assert_eq!(
        sandbox
            .call("POST", &path, json!({"transition": "nothing"}))
            .await
            .status,
        400
    );
}

/// Options, statuses one after the other, and the transitions that are told.
const NO_DATA: [(&str, &[&str], &[&str]); 6] = [
    ("{}", &["No Data", "OK"], &[]),
    (
        "{}",
        &["Alert", "No Data", "OK"],
        &["alert", "alert_recovery"],
    ),
    (
        r#"{"notify_no_data": true}"#,
        &["No Data", "OK"],
        &["no_data", "no_data_recovery"],
    ),
    (r#"{"on_missing_data": "show_no_data"}"#, &["No Data"], &[]),
    (
        r#"{"on_missing_data": "show_and_notify_no_data"}"#,
        &["No Data"],
        &["no_data"],
    ),
    (
        r#"{"on_missing_data": "resolve"}"#,
        &["Alert", "No Data"],
        &["alert", "alert_recovery"],
    ),
];

#[tokio::test]
async fn missing_data_is_told_as_the_options_say() {
    for (options, statuses, expected) in NO_DATA {
        let sandbox = Sandbox::new();
        let mut monitor = bank_errors();
        monitor["options"] = serde_json::from_str(options).unwrap();
        let id = sandbox.monitor(monitor).await;
        for status in statuses {
            sandbox.set(id, "bank_code:0001", status).await;
        }
        let told = sandbox
            .get(&format!("/_sandbox/notifications?monitor_id={id}"))
            .await;
        let told: Vec<_> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|told| told["transition"].as_str().unwrap())
            .collect();
        assert_eq!(told, expected, "{options} {statuses:?}");
    }
}

#[tokio::test]
async fn some_changes_are_told_to_nobody() {
    let sandbox = Sandbox::new();
    let mut draft = bank_errors();
    draft["draft_status"] = json!("draft");
    let draft = sandbox.monitor(draft).await;
    sandbox.set(draft, "bank_code:0001", "Alert").await;

    let mut silenced = bank_errors();
    silenced["options"]["silenced"] = json!({"bank_code:0001": null});
    let silenced = sandbox.monitor(silenced).await;
    sandbox.set(silenced, "bank_code:0001", "Alert").await;

    let quiet = sandbox.monitor(bank_errors()).await;
    let silent = json!({"group": "bank_code:0001", "status": "Alert", "silent": true});
    sandbox
        .post(&format!("/_sandbox/monitors/{quiet}/groups"), silent)
        .await;

    let muted = sandbox.monitor(bank_errors()).await;
    let downtimes = format!("/_sandbox/monitors/{muted}/downtimes");
    sandbox
        .post(&downtimes, json!({"scope": ["bank_code:0001"]}))
        .await;
    sandbox.set(muted, "bank_code:0001", "Alert").await;

    assert_eq!(sandbox.deliveries().await, Vec::<Value>::new());
    for id in [draft, silenced, quiet, muted] {
        assert_eq!(
            sandbox.get(&format!("/api/v1/monitor/{id}")).await["overall_state"],
            "Alert"
        );
    }
    let read = sandbox
        .get(&format!("/api/v1/monitor/{muted}?with_downtimes=true"))
        .await;
    assert_eq!(
        read["matching_downtimes"][0]["scope"],
        json!(["bank_code:0001"])
    );
    sandbox.call("DELETE", &downtimes, Value::Null).await.ok();
    sandbox.set(muted, "bank_code:0001", "OK").await;
    assert_eq!(sandbox.deliveries().await.len(), 1);
}

#[tokio::test]
async fn the_same_status_is_told_again_only_when_asked() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    sandbox.set(id, "bank_code:0001", "Alert").await;
    assert!(sandbox.set(id, "bank_code:0001", "Alert").await.is_null());
    let again = json!({"group": "bank_code:0001", "status": "Alert", "renotify": true});
    let told = sandbox
        .post(&format!("/_sandbox/monitors/{id}/groups"), again)
        .await;
    assert_eq!(
        told["notification"]["title"],
        "[Re-Triggered on {bank_code:0001}] Bank errors"
    );
}

#[tokio::test]
async fn nonsense_is_refused_with_a_remedy() {
    let sandbox = Sandbox::new();
    let id = sandbox.monitor(bank_errors()).await;
    let path = format!("/_sandbox/monitors/{id}/groups");
    for (path, body, status, word) in [
        (path.as_str(), json!({"status": "Broken"}), 400, "`Broken`"),
        (path.as_str(), json!({"group": "a:b"}), 400, "status"),
        (
            path.as_str(),
            json!({"status": "OK", "grop": "a:b"}),
            400,
            "grop",
        ),
        (
            "/_sandbox/monitors/1/groups",
            json!({"status": "OK"}),
            404,
            "`1`",
        ),
    ] {
        let answer = sandbox.call("POST", path, body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(
            answer.json()["error"].as_str().unwrap().contains(word),
            "{}",
            answer.text
        );
    }
}
