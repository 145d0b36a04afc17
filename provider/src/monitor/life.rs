//! The life of a monitor through the hooks, against a small Datadog: which requests are made when, and that a plan
//! after a read is empty unless something was changed by hand.

use super::cases::{NoWait, monitor, value};
use super::fake::Fake;
use super::model::set;
use super::{Monitor, create, schema};
use crate::config::{self, Settings, Surroundings};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tfplugin::{Cx, Diagnostics, FromValue, Resource, Value};

struct Life {
    fake: Fake,
    settings: Arc<Settings>,
}

impl Life {
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    async fn with(mut provider: Json) -> Self {
        let (fake, url) = Fake::start().await;
        if provider.get("api_url").is_none() {
            provider["api_url"] = url.into();
        }
        let environment = Box::new(|_: &str| Some("key".to_owned()));
        let surroundings = Surroundings {
            environment,
            clock: Arc::new(NoWait),
            now: std::time::SystemTime::now,
            chance: Arc::new(NoWait),
        };
        let block = config::Block::from_value(&value(&provider, &config::schema().ty())).unwrap();
        let (settings, _) = config::configure(block, &surroundings, "").unwrap();
        Self {
            fake,
            settings: Arc::new(settings),
        }
    }

    fn cx(&self) -> Cx<Settings> {
        Cx::new(Some(self.settings.clone()))
    }

    /// What the hook makes of what Terraform proposes: the configuration, with the id that is known.
    async fn plan(&self, config: &Json, prior: Option<&Value>) -> (Value, Diagnostics) {
        let config = monitor(config);
        let mut planned = config.clone();
        set(
            &mut planned,
            "id",
            prior.map_or(Value::Unknown, |prior| prior.get("id").clone()),
        );
        let mut cx = self.cx();
        Monitor
            .modify_plan(&mut cx, &config, prior, &mut planned)
            .await
            .unwrap();
        (planned, cx.reported().clone())
    }

    async fn create(&self, config: &Json) -> Value {
        let (planned, told) = self.plan(config, None).await;
        assert!(!told.has_errors(), "{told}");
        Monitor.create(&mut self.cx(), planned).await.unwrap()
    }

    async fn update(&self, prior: &Value, config: &Json) -> Value {
        let (planned, told) = self.plan(config, Some(prior)).await;
        assert!(!told.has_errors(), "{told}");
        Monitor
            .update(&mut self.cx(), prior.clone(), planned)
            .await
            .unwrap()
    }

    async fn read(&self, state: &Value) -> Option<Value> {
        Monitor.read(&mut self.cx(), state.clone()).await.unwrap()
    }
}

fn config() -> Json {
    json!({
        "name": "n", "type": "query alert", "query": "avg(last_5m):avg:m{*} by {bank_code} > 2\n", "message": "text\n",
        "sns_topic": "t", "breaker": "bank", "tags": ["service:funds"],
        "callback": [{"url": "https://a.example/", "on": ["alert", "alert_recovery"]}],
        "monitor_thresholds": [{"critical": "2"}],
    })
}

#[tokio::test]
async fn a_monitor_is_asked_about_created_read_and_then_nothing_changes() {
    let life = Life::new().await;
    let state = life.create(&config()).await;
    assert_eq!(
        life.fake.asked(),
        [
            "POST /api/v1/monitor/validate",
            "GET /api/v1/monitor?name=n&page=0&page_size=1000",
            "POST /api/v1/monitor"
        ]
    );
    assert!(state.is_wholly_known());
    assert_eq!(life.read(&state).await, Some(state.clone()));
    assert_eq!(life.fake.asked().len(), 1);
    let (planned, _) = life.plan(&config(), Some(&state)).await;
    assert_eq!(planned, state);
    assert_eq!(life.fake.asked(), [""; 0], "an empty plan asks nothing");
}

#[tokio::test]
async fn a_monitor_whose_answer_was_lost_is_known_again_as_datadog_stores_it() {
    let life = Life::new().await;
    life.fake.lose_answers();
    let state = life.create(&config()).await;
    let held = life.fake.only();
    assert_eq!(state.get("id").as_str(), Some(&*held["id"].to_string()));
    assert_eq!(life.read(&state).await, Some(state));
}

#[tokio::test]
async fn a_monitor_of_another_body_is_not_taken_for_the_lost_one() {
    let life = Life::new().await;
    let (planned, _) = life.plan(&config(), None).await;
    Monitor
        .create(&mut life.cx(), planned.clone())
        .await
        .unwrap();
    let made = life.fake.only();
    assert!(create::is_made_of(&planned, &made, &life.settings));
    for change in [
        json!({"message": "other"}),
        json!({"tags": ["service:funds"]}),
        json!({"priority": 1}),
        json!({"query": "avg(last_5m):avg:m{*} by {bank_code} > 3"}),
        json!({"options": {"thresholds": {"critical": 2.0}, "renotify_interval": 5}}),
        json!({"options": {"thresholds": {"critical": 2.0, "warning": 1.0}}}),
    ] {
        let mut other = made.clone();
        super::fake::merge(&mut other, change.as_object().unwrap());
        assert!(
            !create::is_made_of(&planned, &other, &life.settings),
            "{change}"
        );
    }
}

#[tokio::test]
async fn an_update_asks_reads_and_puts_without_what_only_answers_hold() {
    let life = Life::new().await;
    let state = life.create(&config()).await;
    life.fake.by_hand(&json!({"priority": 2}));
    life.fake.requests();
    let mut changed = config();
    changed["renotify_interval"] = 60.into();
    let read = life.read(&state).await.unwrap();
    let updated = life.update(&read, &changed).await;
    let id = state.get("id").as_str().unwrap();
    let path = format!("/api/v1/monitor/{id}");
    let requests = life.fake.requests();
    let lines: Vec<&str> = requests.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            format!("GET {path}?with_assets=true"),
            format!("POST {path}/validate"),
            format!("GET {path}?with_assets=true"),
            format!("PUT {path}")
        ]
    );
    let put = &requests[3].1;
    assert_eq!(
        put["options"],
        json!({"renotify_interval": 60, "thresholds": {"critical": 2}})
    );
    assert_eq!(put["priority"], Json::Null);
    assert_eq!(life.fake.only()["priority"], Json::Null);
    assert_eq!(life.read(&updated).await, Some(updated));
}

#[tokio::test]
async fn drift_is_seen_and_mended() {
    let life = Life::new().await;
    let state = life.create(&config()).await;
    let before = life.fake.only();
    for drift in [
        json!({"message": "typed over @slack-x"}),
        json!({"tags": []}),
        json!({"name": "other"}),
        json!({"draft_status": "draft"}),
        json!({"options": {"thresholds": {"critical": 3.0}, "notify_audit": true}}),
    ] {
        life.fake.by_hand(&drift);
        let read = life.read(&state).await.unwrap();
        let (planned, _) = life.plan(&config(), Some(&read)).await;
        assert_ne!(planned, read, "{drift}");
        let mended = Monitor.update(&mut life.cx(), read, planned).await.unwrap();
        assert_eq!(life.fake.only(), before, "{drift}");
        assert_eq!(life.read(&mended).await.as_ref(), Some(&mended), "{drift}");
    }
}

#[tokio::test]
async fn what_was_deleted_outside_is_gone() {
    let life = Life::new().await;
    let state = life.create(&config()).await;
    life.fake.by_hand(&Json::Null);
    assert_eq!(life.read(&state).await, None);
    Monitor.delete(&mut life.cx(), state.clone()).await.unwrap();
    let error = Monitor
        .update(&mut life.cx(), state.clone(), state)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("plan again"), "{error}");
}

#[tokio::test]
async fn a_forced_delete_is_forced() {
    let life = Life::new().await;
    let mut slo = config();
    (slo["tags"], slo["breaker"]) = (json!(["in:slo"]), Json::Null);
    let mut state = life.create(&slo).await;
    let error = Monitor
        .delete(&mut life.cx(), state.clone())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("referenced in slos"), "{error}");
    set(&mut state, "force_delete", true.into());
    life.fake.requests();
    Monitor.delete(&mut life.cx(), state).await.unwrap();
    assert!(life.fake.asked()[0].ends_with("?force=true"));
}

#[tokio::test]
async fn an_import_reads_everything_back() {
    let life = Life::new().await;
    let state = life.create(&config()).await;
    let id = state.get("id").as_str().unwrap();
    let imported = Monitor.import(&mut life.cx(), id).await.unwrap();
    let imported = imported.conform(&schema::schema().ty()).unwrap();
    let read = life.read(&imported).await.unwrap();
    let rendered = |value: &Value| value.get("rendered_message").clone();
    assert_eq!(rendered(&read), rendered(&state));
    for name in [
        "callback",
        "sns_topic",
        "breaker",
        "tags",
        "effective_tags",
        "monitor_thresholds",
    ] {
        assert_eq!(read.get(name), state.get(name), "{name}");
    }
}

#[tokio::test]
async fn what_this_provider_refuses_is_refused_before_any_request() {
    let life = Life::new().await;
    let mut topicless = config();
    topicless["sns_topic"] = Json::Null;
    let (_, told) = life.plan(&topicless, None).await;
    assert!(
        told.has_errors() && told.to_string().contains("sns_topic"),
        "{told}"
    );
    assert_eq!(life.fake.asked(), [""; 0]);
}

#[tokio::test]
async fn what_datadog_refuses_is_told_at_plan_unless_it_must_not_be_asked() {
    let life = Life::new().await;
    let mut wrong = config();
    wrong["monitor_thresholds"][0]["critical"] = "3".into();
    let (_, told) = life.plan(&wrong, None).await;
    assert!(
        told.has_errors() && told.to_string().contains("Alert threshold (3)"),
        "{told}"
    );
    wrong["validate"] = false.into();
    life.fake.requests();
    let (_, told) = life.plan(&wrong, None).await;
    assert!(told.is_empty() && life.fake.asked().is_empty(), "{told}");
}

#[tokio::test]
async fn nothing_is_asked_while_anything_is_unknown() {
    let life = Life::new().await;
    let mut open = config();
    open["callback"][0]["url"] = "(unknown)".into();
    let (planned, told) = life.plan(&open, None).await;
    assert!(
        told.is_empty() && planned.get("rendered_message").is_unknown(),
        "{told}"
    );
    let keyless = Life::with(json!({"api_key": "(unknown)"})).await;
    let (planned, told) = keyless.plan(&config(), None).await;
    assert!(
        told.is_empty() && planned.get("rendered_message").is_known(),
        "{told}"
    );
    assert_eq!([life.fake.asked(), keyless.fake.asked()], [[""; 0]; 2]);
    let error = Monitor
        .create(&mut keyless.cx(), planned)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("-target"), "{error}");
}

#[tokio::test]
async fn a_datadog_that_cannot_be_asked_is_a_warning_at_plan() {
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", refused.local_addr().unwrap());
    drop(refused);
    let life = Life::with(json!({"api_url": url})).await;
    let (_, told) = life.plan(&config(), None).await;
    assert!(!told.has_errors() && !told.is_empty(), "{told}");
}
