//! The promise of the whole: whatever a service does, no event is lost. A thousand events, three of
//! ten calls fail, the service is down twice for longer than Lambda tries; then one `replay`.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatcher::callback::Caller;
use dispatcher::dial::{Found, Resolver};
use dispatcher::replay::{Options, replay};
use serde_json::{Value, json};

use crate::inside::{LAPTOP, Settings, send, with_resolver};
use crate::replay::{FAST, NOW, dated};
use crate::support::{Answer, PATH, Service};

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

    /// A dispatcher that finds it.
    fn caller(&self) -> Arc<Caller> {
        with_resolver(FUNDS, leads_to(self.port))
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
/// As many as are sent in a minute.
const PER_MINUTE: usize = 100;

fn events() -> Vec<Value> {
    let event = |at: usize| {
        let mut event = dated(&format!("http://funds.example.com{PATH}"), NOW);
        event["Records"][0]["Sns"]["MessageId"] = json!(format!("m-{at}"));
        event
    };
    (1..=EVENTS).map(event).collect()
}

/// Sends all events, and what Lambda tries again, minute by minute.
async fn deliver(service: &mut Fragile) -> Lambda {
    let mut lambda = Lambda {
        waiting: Vec::new(),
        dead: Vec::new(),
    };
    let mut fresh = events();
    for minute in 0..20 {
        match minute {
            2 | 9 => service.up = None,
            7 | 14 => service.start().await,
            _ => {}
        }
        let caller = service.caller();
        let mut now = lambda.due(minute);
        let new = fresh.drain(..fresh.len().min(PER_MINUTE));
        now.extend(new.map(|event| (0, event)));
        for (failures, event) in now {
            if send(&caller, &event).await.is_err() {
                lambda.failed(minute, failures + 1, event);
            }
            service.note();
        }
    }
    assert!(fresh.is_empty() && lambda.waiting.is_empty());
    lambda
}

#[tokio::test]
async fn of_a_thousand_events_none_is_lost() {
    let answer = |at| if at % 10 < 3 { "500 Oops" } else { "200 OK" };
    let mut service = Fragile {
        up: None,
        port: 0,
        heard: BTreeSet::new(),
        answers: (0..EVENTS * 4).map(answer).collect(),
    };
    service.start().await;
    let Lambda { dead, .. } = deliver(&mut service).await;
    assert!(
        dead.len() > 100,
        "only {} dead: the case is too easy",
        dead.len()
    );
    let accounted = service.heard.len() + dead.len();
    assert_eq!(accounted, EVENTS, "lost without a letter");

    service.answers.clear();
    service.start().await;
    let letters: Vec<_> = dead.iter().map(Value::to_string).collect();
    let letters = letters.join("\n");
    let options = Options {
        max_age_s: Some(3600),
        per_second: FAST,
    };
    let caller = service.caller();
    let report = replay(&caller, letters.as_bytes(), options, Vec::new()).await;
    let report = report.unwrap();
    service.note();
    assert_eq!((report.called, report.failed), (dead.len(), 0));
    let all: BTreeSet<_> = (1..=EVENTS).map(|at| format!("m-{at}")).collect();
    assert_eq!(service.heard, all);
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
