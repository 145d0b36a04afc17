//! Trying again at once, settings that hold callbacks back, queues, and what is passed on.

use std::sync::{Arc, Mutex};

use contract::SigningKeys;
use dispatcher::dial::{Found, Resolver};
use dispatcher::handle::{Invocation, ItemFailure, handle};
use dispatcher::trace::Trace;
use serde_json::{Value, json};

use crate::inside::{
    LAPTOP, NOW_S, OK, PATIENT, Settings, caller, dispatch, ignored, send, summary, with_resolver,
};
use crate::support::{Answer, KEY, PATH, Service, event, message};

async fn answers(answers: &[&'static str]) -> (bool, usize) {
    let mut service = Service::start(Answer::each(answers)).await;
    let done = dispatch(LAPTOP, &[message(&[service.url("http")])]).await;
    (done.is_ok(), service.all_heard().len())
}

#[tokio::test]
async fn what_may_pass_at_once_is_tried_once_more() {
    for (given, accepted, heard) in [
        (&["502 Bad Gateway"][..], true, 2),
        (&["503 Wait"], true, 2),
        (&["504 Slow"], true, 2),
        (&["500 Oops\r\nretry-after: 0"], true, 2),
        (&["429 Wait\r\nretry-after: 0"], true, 2),
        (&["503 Wait", "503 Wait"], false, 2),
        (&["500 Oops"], false, 1),
        (&["404 Not Found"], false, 1),
        (&["429 Wait"], false, 1),
        // Longer than the callback may take: left to Lambda.
        (&["503 Wait\r\nretry-after: 3600"], false, 1),
    ] {
        assert_eq!(answers(given).await, (accepted, heard), "{given:?}");
    }
}

#[tokio::test]
async fn the_second_attempt_is_the_same_message() {
    let mut service = Service::start(Answer::each(&["503 Wait"])).await;
    let done = dispatch(LAPTOP, &[message(&[service.url("http")])]).await;
    assert_eq!(done, summary(1, 0));
    let heard = service.all_heard();
    assert_eq!(
        heard[0].headers["webhook-id"],
        heard[1].headers["webhook-id"]
    );
    assert_eq!(heard[0].body, heard[1].body);
}

/// The answers of a resolver, one after the other.
fn resolver(answers: &[&[&'static str]], port: u16) -> (Resolver, Arc<Mutex<usize>>) {
    let answers: Vec<Vec<_>> = answers
        .iter()
        .map(|one| {
            one.iter()
                .map(|ip| format!("{ip}:{port}").parse().unwrap())
                .collect()
        })
        .collect();
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let resolver: Resolver = Arc::new(move |_, _| -> Found {
        let mut asked = count.lock().unwrap();
        let answer = answers[(*asked).min(answers.len() - 1)].clone();
        *asked += 1;
        Box::pin(async move { Ok(answer) })
    });
    (resolver, asked)
}

#[tokio::test]
async fn a_connection_that_fails_is_tried_once_more() {
    let service = Service::start(OK).await;
    let settings = Settings {
        hosts: "funds.example.com",
        ..LAPTOP
    };
    // Nobody listens on 127.0.0.3; then the name leads to the service.
    let (resolver, asked) = resolver(&[&["127.0.0.3"], &["127.0.0.1"]], service.address.port());
    let caller = with_resolver(settings, resolver);
    let event = event(&[message(&[format!("http://funds.example.com{PATH}")])]);
    assert_eq!(send(&caller, &event).await, summary(1, 0));
    assert_eq!(*asked.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_connection_is_kept_and_its_end_loses_nothing() {
    let mut service = Service::start(Answer::Lasting(2)).await;
    let caller = caller(LAPTOP, PATIENT);
    let event = event(&[message(&[service.url("http")])]);
    for _ in 0..3 {
        assert_eq!(send(&caller, &event).await, summary(1, 0));
    }
    // The third request was heard on the first connection, which then ended, and on the second.
    assert_eq!((service.all_heard().len(), service.connections()), (4, 2));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere() {
    let mut service = Service::start(OK).await;
    let port = service.address.port();
    let settings = Settings {
        hosts: "funds.example.com",
        cidrs: "127.0.0.1/32",
        ..LAPTOP
    };
    let event = event(&[message(&[format!("http://funds.example.com{PATH}")])]);
    for (answers, expected) in [
        // Good, then bad: each attempt judges the addresses that it dials itself.
        (
            &[&["127.0.0.1"][..], &["127.0.0.2"]][..],
            [summary(1, 0), summary(0, 1)],
        ),
        (
            &[&["127.0.0.1"], &["169.254.169.254"]],
            [summary(1, 0), summary(0, 1)],
        ),
        (
            &[&["127.0.0.2"], &["127.0.0.1"]],
            [summary(0, 1), summary(1, 0)],
        ),
        // Both at once: only the good one is dialled.
        (
            &[&["169.254.169.254", "127.0.0.1"]],
            [summary(1, 0), summary(1, 0)],
        ),
        (
            &[&["10.0.0.1", "127.0.0.2"]],
            [summary(0, 1), summary(0, 1)],
        ),
    ] {
        let (resolver, _) = resolver(answers, port);
        let caller = with_resolver(settings, resolver);
        for expected in expected {
            assert_eq!(send(&caller, &event).await, expected, "{answers:?}");
        }
    }
    assert_eq!(service.all_heard().len(), 5);
}

#[tokio::test]
async fn a_dry_run_judges_and_calls_nothing() {
    let mut service = Service::start(OK).await;
    let settings = Settings {
        more: ("CB_DRY_RUN", "1"),
        ..LAPTOP
    };
    let urls = [service.url("http"), "https://other.example.com/".to_owned()];
    let done = dispatch(settings, &[message(&urls)]).await.unwrap();
    assert_eq!((done.called, done.refused, done.ignored), (0, 1, 1));
    assert_eq!(service.all_heard().len(), 0);
}

#[tokio::test]
async fn tests_of_people_are_forwarded_unless_told_otherwise() {
    let mut service = Service::start(OK).await;
    let mut test = event(&[message(&[service.url("http")])]);
    test["Records"][0]["Sns"]["Subject"] = json!("[TEST] [Triggered] x");
    // A monitor may be named so; its real alerts are none.
    let mut named = test.clone();
    named["Records"][0]["Sns"]["Subject"] = json!("[Triggered] [TEST] x");
    let ignore = Settings {
        more: ("CB_TEST_NOTIFICATIONS", "ignore"),
        ..LAPTOP
    };
    for (settings, event, expected, marked) in [
        (LAPTOP, &test, summary(1, 0), Some(true)),
        (LAPTOP, &named, summary(1, 0), Some(false)),
        (ignore, &test, ignored(1), None),
        (ignore, &named, summary(1, 0), Some(false)),
    ] {
        let caller = caller(settings, PATIENT);
        assert_eq!(send(&caller, event).await, expected);
        let heard = service.all_heard();
        let body = heard
            .first()
            .map(|heard| serde_json::from_str::<Value>(&heard.body).unwrap());
        assert_eq!(body.map(|body| body["test"] == json!(true)), marked);
    }
}

#[tokio::test]
async fn a_queue_gets_back_what_failed_and_nothing_else() {
    let good = Service::start(OK).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let sns = |url: String| {
        let record = event(&[message(&[url])]);
        record["Records"][0]["Sns"].to_string()
    };
    let item =
        |id: &str, body: String| json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" });
    let failed = |ids: &[&str]| {
        let id = |id: &&str| ItemFailure {
            item_identifier: (*id).to_owned(),
        };
        Some(ids.iter().map(id).collect::<Vec<_>>())
    };
    let caller = caller(LAPTOP, PATIENT);
    let (fine, broken) = (sns(good.url("http")), sns(bad.url("http")));
    let batch = json!({ "Records": [
        item("q-1", broken.clone()), item("q-2", fine.clone()), item("q-3", "Words.".into()),
    ] });
    let done = send(&caller, &batch).await.unwrap();
    assert_eq!(
        (done.called, &done.batch_item_failures),
        (1, &failed(&["q-1", "q-3"]))
    );
    let items = json!([{ "itemIdentifier": "q-1" }, { "itemIdentifier": "q-3" }]);
    assert_eq!(json!(done), json!({ "batchItemFailures": items }));
    let whole = send(&caller, &json!({ "Records": [item("q-1", fine)] }))
        .await
        .unwrap();
    assert_eq!(whole.batch_item_failures, failed(&[]));
    let none = send(&caller, &json!({ "Records": [item("q-1", broken)] })).await;
    assert!(none.is_err(), "all of them failed: {none:?}");
}

#[tokio::test]
async fn each_host_is_signed_for_with_its_own_keys() {
    let mut service = Service::start(OK).await;
    let own = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let keys = format!("{KEY}; localhost={own},{KEY}");
    let settings = Settings {
        more: ("CB_SIGNING_KEYS", &keys),
        ..LAPTOP
    };
    let done = dispatch(settings, &[message(&[service.url("http")])]).await;
    assert_eq!(done, summary(1, 0));
    let heard = service.heard.recv().await.unwrap();
    let signed = SigningKeys::parse(&format!("{own},{KEY}")).unwrap();
    let signed = signed.sign("m-1", NOW_S, heard.body.as_bytes()).unwrap();
    assert_eq!(heard.headers["webhook-signature"], signed);

    let other = format!("other.example={own}");
    let settings = Settings {
        more: ("CB_SIGNING_KEYS", &other),
        ..LAPTOP
    };
    let error = dispatch(settings, &[message(&[service.url("http")])])
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no signing key for `localhost:"),
        "{error}"
    );
    assert_eq!(service.all_heard().len(), 0);
}

#[tokio::test]
async fn the_trace_goes_on() {
    let mut service = Service::start(OK).await;
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let call = Invocation {
        trace: Trace::of_invocation(Some(header)),
        ..Invocation::default()
    };
    let event = event(&[message(&[service.url("http")])]);
    handle(&caller(LAPTOP, PATIENT), &event, &call)
        .await
        .unwrap();
    let heard = service.heard.recv().await.unwrap();
    assert_eq!(heard.headers["x-amzn-trace-id"], header);
    let derived = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    assert_eq!(heard.headers["traceparent"], derived);
}

#[tokio::test]
async fn a_request_beyond_4_kib_is_refused_and_an_endless_answer_is_not_read() {
    let mut service = Service::start(Answer::Say("200 OK\r\ntransfer-encoding: chunked")).await;
    let long = format!("{}?{}", service.url("http"), "x".repeat(4096));
    let urls = [long, service.url("http")];
    assert_eq!(dispatch(LAPTOP, &[message(&urls)]).await, summary(1, 1));
    assert_eq!(service.all_heard().len(), 1);
}

#[tokio::test]
async fn an_error_shows_no_query() {
    let service = Service::start(Answer::Say("500 Oops")).await;
    let url = format!("{}?token=hidden", service.url("http"));
    let error = dispatch(LAPTOP, &[message(&[url])]).await.unwrap_err();
    assert!(!error.to_string().contains("hidden"), "{error}");
}
