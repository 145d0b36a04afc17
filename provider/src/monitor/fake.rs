//! A small Datadog on 127.0.0.1 for the tests of the hooks: it stores monitors, and trims, fills in and refuses as
//! the real one does. It remembers every request.

use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::routing::{any, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

type Answer = (StatusCode, Json<Value>);

#[derive(Clone, Default)]
pub(super) struct Fake {
    monitors: Arc<Mutex<BTreeMap<u64, Value>>>,
    requests: Arc<Mutex<Vec<(String, Value)>>>,
    loses: Arc<AtomicBool>,
}

impl Fake {
    pub(super) async fn start() -> (Self, String) {
        let fake = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/api/v1/monitor", post(create).get(list))
            .route("/api/v1/monitor/validate", post(validate))
            .route("/api/v1/monitor/{id}", any(one))
            .route("/api/v1/monitor/{id}/validate", post(validate))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (fake, url)
    }

    /// From now on creates are carried out and answered with 502.
    pub(super) fn lose_answers(&self) {
        self.loses.store(true, Ordering::Relaxed);
    }

    /// Every request so far as `METHOD /path?query` and body; forgotten once told.
    pub(super) fn requests(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// The same without bodies.
    pub(super) fn asked(&self) -> Vec<String> {
        self.requests().into_iter().map(|(line, _)| line).collect()
    }

    /// The only monitor there is.
    pub(super) fn only(&self) -> Value {
        let monitors = self.monitors.lock().unwrap();
        assert_eq!(monitors.len(), 1);
        monitors.values().next().unwrap().clone()
    }

    /// Somebody changes, or with null removes, the only monitor by hand.
    pub(super) fn by_hand(&self, change: &Value) {
        let mut monitors = self.monitors.lock().unwrap();
        match change.as_object() {
            Some(fields) => monitors
                .values_mut()
                .for_each(|monitor| merge(monitor, fields)),
            None => monitors.clear(),
        }
    }

    fn note(&self, method: &Method, uri: &Uri, body: &Value) {
        self.requests
            .lock()
            .unwrap()
            .push((format!("{method} {uri}"), body.clone()));
    }
}

pub(super) fn merge(monitor: &mut Value, fields: &Map<String, Value>) {
    for (name, value) in fields {
        monitor[name] = value.clone();
    }
}

async fn create(
    State(fake): State<Fake>,
    method: Method,
    uri: Uri,
    Json(body): Json<Value>,
) -> Answer {
    fake.note(&method, &uri, &body);
    if let Some(refusal) = refusal(&body) {
        return refusal;
    }
    let mut monitors = fake.monitors.lock().unwrap();
    let id = 243_549_929 + monitors.len() as u64;
    let mut monitor = json!({
        "id": id, "org_id": 1, "created_at": 1, "created": "2999-01-01T00:00:00.000000+00:00", "modified": "2026-01-01", "creator": {"name": "x"}, "multi": true,
        "deleted": null, "overall_state": "No Data", "assets": [], "priority": null, "restricted_roles": null,
        "draft_status": "published", "tags": [], "restriction_policy": null,
    });
    merge(&mut monitor, &stored(&body));
    monitors.insert(id, monitor.clone());
    if fake.loses.load(Ordering::Relaxed) {
        return (StatusCode::BAD_GATEWAY, Json(Value::Null));
    }
    (StatusCode::OK, Json(monitor))
}

async fn list(State(fake): State<Fake>, method: Method, uri: Uri) -> Json<Value> {
    fake.note(&method, &uri, &Value::Null);
    let monitors = fake.monitors.lock().unwrap();
    Json(monitors.values().cloned().collect())
}

async fn validate(
    State(fake): State<Fake>,
    method: Method,
    uri: Uri,
    Json(body): Json<Value>,
) -> Answer {
    fake.note(&method, &uri, &body);
    refusal(&body).unwrap_or((StatusCode::OK, Json(json!({}))))
}

async fn one(
    State(fake): State<Fake>,
    Path(id): Path<u64>,
    Query(query): Query<HashMap<String, String>>,
    (method, uri, body): (Method, Uri, String),
) -> Answer {
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    fake.note(&method, &uri, &body);
    let mut monitors = fake.monitors.lock().unwrap();
    let Some(monitor) = monitors.get_mut(&id) else {
        return (
            StatusCode::NOT_FOUND,
            Json(json!({"errors": ["Monitor not found"]})),
        );
    };
    match method {
        Method::PUT => merge(monitor, &stored(&body)),
        Method::DELETE if monitor["tags"] == json!(["in:slo"]) && !query.contains_key("force") => {
            return (
                StatusCode::BAD_REQUEST,
                Json(json!({"errors": ["monitor is referenced in slos"]})),
            );
        }
        Method::DELETE => {
            monitors.remove(&id);
            return (StatusCode::OK, Json(json!({"deleted_monitor_id": id})));
        }
        _ => {}
    }
    (StatusCode::OK, Json(monitor.clone()))
}

/// The threshold must be the number in the query; what only answers hold must not be sent.
fn refusal(body: &Value) -> Option<Answer> {
    let errors = |text: String| Some((StatusCode::BAD_REQUEST, Json(json!({"errors": [text]}))));
    if let Some(name) = ["id", "creator", "overall_state", "multi"]
        .iter()
        .find(|name| body.get(**name).is_some())
    {
        return errors(format!("{name} is read-only"));
    }
    let critical = &body["options"]["thresholds"]["critical"];
    let query = body["query"].as_str().unwrap_or_default().trim();
    if critical.is_number() && !query.ends_with(&format!("> {critical}")) {
        return errors(format!(
            "Alert threshold ({critical}) does not match that used in the query"
        ));
    }
    None
}

/// What becomes of a body: texts trimmed, defaults filled in, whole thresholds as `2.0`, types swapped.
fn stored(body: &Value) -> Map<String, Value> {
    let mut fields = body.as_object().cloned().unwrap_or_default();
    for (name, value) in &mut fields {
        if matches!(name.as_str(), "message" | "query") {
            *value = value.as_str().unwrap_or_default().trim().into();
        }
        if name == "type" && value == "query alert" {
            *value = "metric alert".into();
        }
    }
    let mut options =
        json!({"notify_audit": false, "new_host_delay": 300, "include_tags": true, "silenced": {}});
    let sent = body["options"].as_object().cloned().unwrap_or_default();
    if !sent.contains_key("on_missing_data") {
        options["notify_no_data"] = false.into();
    }
    merge(&mut options, &sent);
    if options["on_missing_data"] == "default" {
        options.as_object_mut().unwrap().remove("on_missing_data");
    }
    for threshold in options["thresholds"]
        .as_object_mut()
        .into_iter()
        .flatten()
        .map(|(_, value)| value)
    {
        let text = threshold.to_string();
        *threshold = if text.contains('.') {
            threshold.clone()
        } else {
            format!("{text}.0").parse().unwrap()
        };
    }
    if options["thresholds"].is_null() {
        options.as_object_mut().unwrap().remove("thresholds");
    }
    fields.insert("options".to_owned(), options);
    fields
}
