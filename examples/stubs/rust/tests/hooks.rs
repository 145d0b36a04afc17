//! The service's own reactions: when they run, how often, and what their failure changes (nothing).

mod common;

use common::{App, Backend, FakeDatadog, KEY, bank, request};
use serde_json::{Value, json};
use service::model::Event;
use service::store::{Item, Op};
use std::sync::atomic::Ordering::SeqCst;

on_both_stores!(
    changes_reach_their_hooks_and_are_acknowledged,
    a_failing_hook_is_retried_and_changes_nothing_else,
    a_monitor_of_no_breaker_notifies_too,
    a_test_notification_reconciles_and_skips_the_hook,
    what_nobody_acknowledged_is_taken_over,
);

async fn pending(app: &App) -> Vec<Item> {
    app.service.store.ask(Op::Orphans { idle: 0 }).await.unwrap()
}

async fn changes_reach_their_hooks_and_are_acknowledged(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    for (status, word) in [("Alert", "open"), ("Warn", "degraded"), ("OK", "close")] {
        datadog.set("11", &[("bank_code:0001", status), ("bank_code:0002", "OK")]);
        let before = app.hooks.seen.borrow().len();
        assert_eq!(app.callback("11").await, 200);
        let seen = app.hooks.wait(before + 2).await;
        assert!(seen[before..].contains(&format!("{word} bank bank_code:0001")), "{seen:?}");
        assert!(
            seen[before..].contains(&"notified bank 11 bank_code:0001 event 9007199254740993".to_owned()),
            "{seen:?}"
        );
    }
    assert_eq!(app.callback("11").await, 200);
    assert_eq!(app.hooks.wait(7).await.len(), 7, "no change, no hook but the notification's");
    common::sure("an empty outbox", async {
        while !pending(&app).await.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn a_failing_hook_is_retried_and_changes_nothing_else(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "Alert")]);
    app.hooks.failures.store(3, SeqCst);
    let mut test = request("11");
    test["test"] = json!(true);
    assert_eq!(app.send(test, KEY, 0).await.status().as_u16(), 200);
    assert!(app.open("bank_code:0001"));
    // A panic, an error, a hang, and then success.
    for tries in 1..=4 {
        app.hooks.wait(tries).await;
        app.clock.advance(20_000);
    }
    assert!(app.hooks.wait(4).await.iter().all(|call| call == "open bank bank_code:0001"));
    assert_eq!(app.service.metrics.get(service::metrics::Count::HookFailed), 3);
}

async fn a_monitor_of_no_breaker_notifies_too(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    let mut disk = bank("12", &[]);
    (disk["tags"], disk["multi"], disk["overall_state"], disk["name"]) =
        (json!([]), json!(false), json!("Alert"), json!("disk"));
    datadog.put("12", disk);
    let mut late = request("12");
    (late["event_id"], late["group"]) = (json!("404"), Value::Null);
    assert_eq!(app.send(late, KEY, 0).await.status().as_u16(), 200);
    let seen = app.hooks.wait(2).await;
    assert!(seen.contains(&"notified disk - event late".to_owned()), "a missing event stops nothing: {seen:?}");
    assert!(seen.contains(&"open 12 *".to_owned()), "an untagged monitor is the breaker of its id: {seen:?}");
}

async fn a_test_notification_reconciles_and_skips_the_hook(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    datadog.set("11", &[("bank_code:0001", "Alert")]);
    let mut test = request("11");
    test["test"] = json!(true);
    assert_eq!(app.send(test, KEY, 0).await.status().as_u16(), 200);
    assert!(app.open("bank_code:0001"), "what is true stays true");
    assert_eq!(app.callback("11").await, 200);
    let seen = app.hooks.wait(2).await;
    assert_eq!(seen.iter().filter(|call| call.starts_with("notified")).count(), 1, "{seen:?}");
}

async fn what_nobody_acknowledged_is_taken_over(backend: Backend) {
    let datadog = FakeDatadog::start().await;
    let app = App::start(&backend, &datadog, &[]).await;
    let (notification, monitor) = (serde_json::from_value(request("11")).unwrap(), Default::default());
    let event = json!(Event::Notification { notification, monitor }).to_string();
    let item: Item = app.service.store.ask(Op::Emit { event }).await.unwrap();
    let orphans = pending(&app).await;
    assert_eq!(orphans.iter().map(|orphan| &orphan.id).collect::<Vec<_>>(), [&item.id]);
    service::outbox::deliver(&app.service, orphans);
    app.hooks.wait(1).await;
    app.service.store.run(Op::Ack { id: item.id }).await.unwrap();
    assert!(pending(&app).await.is_empty());
}
