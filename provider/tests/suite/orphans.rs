//! Creates whose answers are lost: what is adopted, what is not, and that nothing is ever left behind unsaid.

use crate::support::forgetful::{Fate, Forgetful};
use crate::support::setting::{Pauses, client};
use provider::datadog::{Client, Clock, Error, SystemClock, Wanted};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

struct Life {
    server: Forgetful,
    client: Client,
    pauses: Arc<Pauses>,
    stop: CancellationToken,
}

impl Life {
    async fn new(fates: &[Fate]) -> Self {
        let pauses = Arc::new(Pauses::default());
        Self {
            pauses: pauses.clone(),
            ..Self::with(fates, pauses).await
        }
    }

    async fn with(fates: &[Fate], clock: Arc<dyn Clock>) -> Self {
        let (server, url) = Forgetful::start(fates).await;
        Self {
            server,
            client: client(&url, clock),
            pauses: Arc::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Creates the monitor; its id.
    async fn create(&self, body: &Value) -> Result<String, Error> {
        let same = |found: &Value| {
            ["name", "query", "message", "options"]
                .iter()
                .all(|field| found[field] == body[field])
        };
        let wanted = Wanted {
            body,
            same: &same,
            stop: &self.stop,
        };
        let made = self.client.create_monitor(wanted).await?;
        Ok(made["id"].to_string())
    }
}

fn body() -> Value {
    json!({"name": "bank", "query": "q", "message": "m", "options": {}})
}

#[tokio::test]
async fn what_was_made_is_found_however_its_answer_was_lost() {
    for fate in [Fate::Hidden, Fate::Unreadable, Fate::Nameless, Fate::Silent] {
        let life = Life::new(&[fate]).await;
        let id = life.create(&body()).await.unwrap();
        assert_eq!(life.server.ids(), [id], "{fate:?}");
        assert_eq!(life.server.count("POST"), 1, "{fate:?}");
        assert_eq!(life.pauses.all(), [0; 0], "{fate:?}");
    }
}

#[tokio::test]
async fn a_list_that_lags_is_asked_again_for_ten_seconds() {
    let life = Life::new(&[Fate::Hidden]).await;
    life.server.lag(4);
    let id = life.create(&body()).await.unwrap();
    assert_eq!(life.server.ids(), [id]);
    assert_eq!(life.pauses.all(), [1, 2, 3, 4]);
    assert_eq!(life.server.count("POST"), 1);
}

#[tokio::test]
async fn what_was_not_made_is_made_once() {
    let life = Life::new(&[Fate::Lost, Fate::Lost]).await;
    let id = life.create(&body()).await.unwrap();
    assert_eq!(life.server.ids(), [id]);
    assert_eq!(life.pauses.all(), [1, 2, 3, 4, 1, 2, 3, 4]);
}

#[tokio::test]
async fn what_an_earlier_sending_made_late_is_found_after_a_later_one() {
    let life = Life::new(&[Fate::Hidden, Fate::Lost]).await;
    life.server.lag(5);
    let id = life.create(&body()).await.unwrap();
    assert_eq!(life.server.ids(), [id]);
    assert_eq!(life.server.count("POST"), 2);
}

#[tokio::test]
async fn sending_ends_and_says_that_nothing_came_of_it() {
    let life = Life::new(&[Fate::Lost; 3]).await;
    let error = life.create(&body()).await.unwrap_err().to_string();
    for part in ["status 502", "`bank` was not created", "3 times", "10 s"] {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert_eq!(life.server.count("POST"), 3);
    assert_eq!(life.server.ids(), [""; 0]);
}

#[tokio::test]
async fn what_a_rate_limit_refused_is_sent_again_without_a_search() {
    let life = Life::new(&[Fate::Limited]).await;
    let id = life.create(&body()).await.unwrap();
    assert_eq!(life.server.ids(), [id]);
    assert_eq!(life.server.count("GET"), 1, "the list before it");
}

/// A twin: seconds since it was made, lists that are without it, whether a resource holds it.
const TWINS: &[(i64, u32, bool)] = &[
    // Made just now, but there before.
    (0, 0, false),
    // Not listed before, but too old.
    (60, 1, false),
    // Neither, but held by another resource.
    (0, 1, true),
];

#[tokio::test]
async fn a_twin_that_was_there_is_never_adopted() {
    for (age, hidden, held) in TWINS {
        let life = Life::new(&[Fate::Lost]).await;
        let twin = life.server.foreign(&body(), *age, *hidden);
        if *held {
            life.client.read_monitor(&twin).await.unwrap();
        }
        let id = life.create(&body()).await.unwrap();
        assert_ne!(id, twin, "{age} {hidden} {held}");
        assert_eq!(life.server.ids(), [twin, id], "{age} {hidden} {held}");
    }
}

#[tokio::test]
async fn the_same_twin_would_be_adopted_without_a_reason_against_it() {
    let life = Life::new(&[Fate::Lost]).await;
    let twin = life.server.foreign(&body(), 0, 1);
    assert_eq!(life.create(&body()).await.unwrap(), twin);
}

#[tokio::test]
async fn another_body_of_the_same_name_is_not_adopted() {
    let life = Life::new(&[Fate::Mistaken]).await;
    let id = life.create(&body()).await.unwrap();
    let ids = life.server.ids();
    assert_eq!((ids.len(), &ids[1]), (2, &id));
}

#[tokio::test]
async fn two_that_could_be_it_are_named_and_nothing_more_is_sent() {
    let life = Life::new(&[Fate::Crossed]).await;
    let error = life.create(&body()).await.unwrap_err().to_string();
    for id in life.server.ids() {
        assert!(error.contains(&format!("`{id}`")), "{error}");
    }
    assert!(error.contains("terraform import"), "{error}");
    assert_eq!(life.server.count("POST"), 1);
}

#[tokio::test]
async fn equal_bodies_each_find_their_own() {
    let life = Life::new(&[Fate::Hidden; 3]).await;
    let body = body();
    let made = tokio::join!(life.create(&body), life.create(&body), life.create(&body));
    let ids: BTreeSet<String> = [made.0, made.1, made.2].map(Result::unwrap).into();
    assert_eq!(ids.len(), 3);
    assert_eq!(ids, life.server.ids().into_iter().collect());
}

#[tokio::test]
async fn many_creates_cost_one_list_and_few_a_list_each() {
    for (creates, lists) in [(1, 1), (3, 3), (20, 4)] {
        let life = Life::new(&[]).await;
        for i in 0..creates {
            let mut body = body();
            body["name"] = format!("bank {i}").into();
            life.create(&body).await.unwrap();
        }
        assert_eq!(life.server.count("GET"), lists, "{creates}");
    }
}

#[tokio::test]
async fn a_list_of_everything_is_given_up_where_there_is_too_much() {
    let life = Life::new(&[]).await;
    let mut other = body();
    other["name"] = "another".into();
    (0..5001).for_each(|_| drop(life.server.foreign(&other, 1000, 0)));
    for i in 0..5 {
        let mut body = body();
        body["name"] = format!("bank {i}").into();
        life.create(&body).await.unwrap();
    }
    // Three names, five pages, and the two other names.
    assert_eq!(life.server.count("GET"), 3 + 5 + 2);
}

#[tokio::test]
async fn an_interrupt_before_the_request_sends_none() {
    let life = Life::new(&[]).await;
    life.stop.cancel();
    let error = life.create(&body()).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error}");
    assert_eq!(life.server.count("POST"), 0);
}

/// Interrupted once the server has the request. Only the time limit of the request passes.
async fn interrupted(life: &Life) -> Result<String, Error> {
    let interrupt = async {
        while life.server.count("POST") == 0 {
            tokio::task::yield_now().await;
        }
        life.stop.cancel();
    };
    let body = body();
    tokio::join!(life.create(&body), interrupt).0
}

#[tokio::test]
async fn an_interrupt_while_the_answer_is_due_still_finds_the_monitor() {
    let life = Life::with(&[Fate::Silent], Arc::new(SystemClock)).await;
    let id = interrupted(&life).await.unwrap();
    assert_eq!(life.server.ids(), [id]);
}

#[tokio::test]
async fn an_interrupt_that_leaves_a_doubt_says_so() {
    let life = Life::with(&[Fate::Silent], Arc::new(SystemClock)).await;
    life.server.lag(5);
    let error = interrupted(&life).await.unwrap_err().to_string();
    for part in ["`bank`", "may exist", "interrupted"] {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert_eq!(life.server.count("POST"), 1);
}
