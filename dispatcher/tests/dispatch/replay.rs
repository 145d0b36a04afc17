//! `replay`, and the promise behind it: whatever a service does, no event is lost.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use dispatcher::dial::{Found, Resolver};
use dispatcher::replay::{Options, Report, replay};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::inside::{LAPTOP, NOW_S, OK, PATIENT, Settings, caller, send, with_resolver};
use crate::support::{Answer, KEY, PATH, Service, event, message};

const FAST: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
/// `NOW_S` and an hour less.
const NOW: &str = "2026-09-21T14:13:20Z";
const HOUR_AGO: &str = "2026-09-21T13:13:20Z";

fn dated(url: &str, sent: &str) -> Value {
    let mut event = event(&[message(&[url.to_owned()])]);
    event["Records"][0]["Sns"]["Timestamp"] = json!(sent);
    event
}

#[tokio::test]
async fn every_form_is_sent_and_the_old_is_left_out() {
    let mut service = Service::start(OK).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let url = service.url("http");
    let young = dated(&url, NOW);
    let failing = dated(&bad.url("http"), NOW);
    let lines = [
        young.to_string(),
        String::new(),
        json!({ "requestPayload": young }).to_string(),
        json!({ "Messages": [{ "MessageId": "q-1", "Body": young.to_string() }] }).to_string(),
        json!({ "Records": [{ "messageId": "q-1", "body": young.to_string() }] }).to_string(),
        dated(&url, HOUR_AGO).to_string(),
        event(&[message(&[url])]).to_string(),
        failing.to_string(),
        "no json".to_owned(),
    ];
    let letters = lines.join("\n");
    for (max_age_s, called, left_out) in [(Some(3599), 4, 2), (Some(3600), 5, 1), (None, 6, 0)] {
        let options = Options {
            max_age_s,
            per_second: FAST,
        };
        let mut failed = Vec::new();
        let caller = caller(LAPTOP, PATIENT);
        let report = replay(&caller, letters.as_bytes(), options, &mut failed)
            .await
            .unwrap();
        let expected = Report {
            lines: 8,
            failed: 2,
            left_out,
            called,
            ..Report::default()
        };
        assert_eq!(report, expected, "{max_age_s:?}");
        let failed = String::from_utf8(failed).unwrap();
        assert_eq!(failed, format!("{failing}\nno json\n"));
        let heard = service.all_heard();
        assert_eq!(heard.len(), called);
        assert!(
            heard
                .iter()
                .all(|heard| heard.headers["webhook-id"] == "m-1")
        );
    }
}

#[tokio::test]
async fn the_process_reads_stdin_and_sums_up() {
    let mut service = Service::start(OK).await;
    let letters = format!("{}\n", event(&[message(&[service.url("http")])]));
    for (arguments, code, called, part) in [
        (&["--any-age"][..], 0, 1, "1 callbacks accepted"),
        (&["--any-age", "--dry-run"], 0, 0, "1 ignored"),
        (&[], 0, 0, "1 notifications left out by age"),
    ] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
            .arg("replay")
            .args(arguments)
            .env_clear()
            .env("CB_SIGNING_KEYS", KEY)
            .env("CB_ALLOWED_HOSTS", "localhost:*")
            .env("CB_ALLOW_HTTP", "1")
            .env("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = process.stdin.take().unwrap();
        stdin.write_all(letters.as_bytes()).await.unwrap();
        drop(stdin);
        let output = process.wait_with_output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{said}");
        assert_eq!(service.all_heard().len(), called, "{arguments:?}");
    }
}

/// What stands between SNS and the dispatcher: Lambda, with a clock of its own.
struct Lambda {
    /// Events that failed, with the attempts they had and the minute of the next one.
    waiting: Vec<(u64, u32, Value)>,
    dead: Vec<Value>,
}

impl Lambda {
    /// Failures so far → minutes until the next attempt, as Lambda waits.
    fn failed(&mut self, minute: u64, failures: u32, event: Value) {
        match failures {
            1 => self.waiting.push((minute + 1, failures, event)),
            2 => self.waiting.push((minute + 2, failures, event)),
            _ => self.dead.push(event),
        }
    }

    fn due(&mut self, minute: u64) -> Vec<(u32, Value)> {
        let (due, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(at, _, _)| *at <= minute);
        self.waiting = waiting;
        Vec::into_iter(due)
            .map(|(_, failures, event)| (failures, event))
            .collect()
    }
}

/// A service that can be killed: while it is down, the port is nobody's.
struct Fragile {
    up: Option<Service>,
    port: u16,
    heard: BTreeSet<String>,
    /// Counts requests over restarts: 3 of 10 fail.
    answers: Vec<&'static str>,
}

impl Fragile {
    async fn start(&mut self) {
        let service = Service::start(Answer::each(&self.answers)).await;
        self.port = service.address.port();
        self.up = Some(service);
    }

    /// Notes the ids that were answered with 200: every answer has its place in the list.
    fn note(&mut self) {
        let Some(service) = &mut self.up else { return };
        for heard in service.all_heard() {
            let answer = if self.answers.is_empty() {
                "200 OK"
            } else {
                self.answers.remove(0)
            };
            if answer == "200 OK" {
                self.heard.insert(heard.headers["webhook-id"].clone());
            }
        }
    }
}

const EVENTS: usize = 1000;

#[tokio::test]
async fn of_a_thousand_events_none_is_lost() {
    let answers = (0..EVENTS * 4).map(|at| if at % 10 < 3 { "500 Oops" } else { "200 OK" });
    let mut service = Fragile {
        up: None,
        port: 0,
        heard: BTreeSet::new(),
        answers: answers.collect(),
    };
    service.start().await;
    let mut lambda = Lambda {
        waiting: Vec::new(),
        dead: Vec::new(),
    };
    let mut fresh: Vec<_> = (1..=EVENTS)
        .map(|at| {
            let mut event = dated(&format!("http://funds.example.com{PATH}"), NOW);
            event["Records"][0]["Sns"]["MessageId"] = json!(format!("m-{at}"));
            event
        })
        .collect();
    // A hundred events a minute; twice the service is down, longer than Lambda tries.
    for minute in 0..20 {
        match minute {
            2 | 9 => service.up = None,
            7 | 14 => service.start().await,
            _ => {}
        }
        let caller = with_resolver(FUNDS, leads_to(service.port));
        let mut now = lambda.due(minute);
        let new = fresh.drain(..fresh.len().min(100)).map(|event| (0, event));
        now.extend(new);
        for (failures, event) in now {
            if send(&caller, &event).await.is_err() {
                lambda.failed(minute, failures + 1, event);
            }
            service.note();
        }
    }
    assert!(fresh.is_empty() && lambda.waiting.is_empty());
    assert!(
        lambda.dead.len() > 100,
        "{} dead: the case is too easy",
        lambda.dead.len()
    );
    assert_eq!(
        service.heard.len() + lambda.dead.len(),
        EVENTS,
        "lost without a letter"
    );

    service.answers.clear();
    service.start().await;
    let letters: Vec<_> = lambda.dead.iter().map(Value::to_string).collect();
    let options = Options {
        max_age_s: Some(3600),
        per_second: FAST,
    };
    let caller = with_resolver(FUNDS, leads_to(service.port));
    let report = replay(&caller, letters.join("\n").as_bytes(), options, Vec::new())
        .await
        .unwrap();
    service.note();
    assert_eq!((report.called, report.failed), (lambda.dead.len(), 0));
    let all: BTreeSet<_> = (1..=EVENTS).map(|at| format!("m-{at}")).collect();
    assert_eq!(service.heard, all);
    assert_eq!(NOW_S, 1_790_000_000, "`NOW` is its text");
}

const FUNDS: Settings<'static> = Settings {
    hosts: "funds.example.com",
    ..LAPTOP
};

fn leads_to(port: u16) -> Resolver {
    Arc::new(move |_, _| -> Found {
        Box::pin(async move { Ok(vec![([127, 0, 0, 1], port).into()]) })
    })
}
