//! For operators: what is open and why, overrides, health, metrics. `CB_ADMIN_TOKEN` guards the first two.

use crate::model::{Entry, Level, Mode, MonitorState, Override};
use crate::outbox;
use crate::service::Service;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/breakers", get(breakers))
        .route("/breakers/{name}/override", post(set_override))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// Whether the caller gave the token; `None` if none is set.
fn authorized(service: &Service, headers: &HeaderMap) -> Option<bool> {
    let token = &service.settings.admin_token.as_ref()?.0;
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // The whole token is compared, so that time tells nothing of it but its length.
    let same = |given: &str| given.bytes().zip(token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0;
    Some(given.is_some_and(|given| given.len() == token.len() && same(given)))
}

/// One breaker as `GET /breakers` shows it.
#[derive(Default, Serialize)]
struct Shown {
    groups: BTreeMap<String, ShownGroup>,
    monitors: BTreeMap<String, ShownMonitor>,
    overrides: Vec<Override>,
}

/// The worst of the monitors that know this group.
#[derive(Serialize)]
struct ShownGroup {
    state: Level,
    since_ms: i64,
    lease_expires_ms: i64,
    monitors: Vec<String>,
}

#[derive(Serialize)]
struct ShownMonitor {
    source: String,
    read_ms: i64,
    last_callback_ms: i64,
    failures: u32,
}

impl Shown {
    fn add(&mut self, id: &str, monitor: &MonitorState) {
        for (group, entry) in &monitor.groups {
            let Entry { level, since, lease, .. } = *entry;
            let new = || ShownGroup { state: level, since_ms: since, lease_expires_ms: lease, monitors: Vec::new() };
            let shown = self.groups.entry(group.clone()).or_insert_with(new);
            if level > shown.state {
                (shown.state, shown.since_ms) = (level, since);
            }
            shown.lease_expires_ms = shown.lease_expires_ms.min(lease);
            shown.monitors.push(id.to_owned());
        }
        let (read_ms, last_callback_ms, failures) = (monitor.tried, monitor.dirty, monitor.fails);
        let shown = ShownMonitor { source: monitor.source.clone(), read_ms, last_callback_ms, failures };
        self.monitors.insert(id.to_owned(), shown);
    }
}

async fn breakers(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    if authorized(&service, &headers) == Some(false) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (snapshot, now) = (service.guard.snapshot(), service.clock.now());
    let mut breakers: BTreeMap<&str, Shown> = BTreeMap::new();
    for (id, monitor) in &snapshot.contents.monitors {
        breakers.entry(&monitor.breaker).or_default().add(id, monitor);
    }
    for new in snapshot.contents.overrides.values().filter(|new| new.until > now) {
        breakers.entry(&new.breaker).or_default().overrides.push(new.clone());
    }
    let age = snapshot.loaded.map(|loaded| now - loaded);
    Json(json!({ "now_ms": now, "snapshot_age_ms": age, "breakers": breakers })).into_response()
}

/// The body of an override. `group` absent: the whole breaker.
#[derive(Deserialize)]
struct NewOverride {
    mode: Mode,
    group: Option<String>,
    actor: String,
    reason: String,
    #[serde(default)]
    ttl_s: u32,
}

async fn set_override(
    State(service): State<Arc<Service>>,
    Path(breaker): Path<String>,
    headers: HeaderMap,
    body: Json<NewOverride>,
) -> Response {
    match authorized(&service, &headers) {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some(false) => return StatusCode::UNAUTHORIZED.into_response(),
        Some(true) => {}
    }
    let Json(NewOverride { mode, group, actor, reason, ttl_s }) = body;
    if actor.trim().is_empty() || reason.trim().is_empty() || (ttl_s == 0 && mode != Mode::Clear) {
        return (StatusCode::BAD_REQUEST, "give actor, reason and ttl_s: an override is owned and ends")
            .into_response();
    }
    let (group, until) = (group.unwrap_or_else(|| "*".into()), service.clock.now() + i64::from(ttl_s) * 1000);
    let new = Override { breaker, group, mode, actor, reason, until };
    tracing::warn!(?new, "an operator overrides a breaker");
    match service.store.set_override(&new).await {
        Ok(item) => {
            outbox::deliver(&service, vec![item]);
            service.reload().await;
            Json(new).into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

/// Ready once the store was read, or once the policy for a store that is down has decided without it.
async fn readyz(State(service): State<Arc<Service>>) -> Response {
    let waited = service.clock.now() - service.started;
    let decided = !service.settings.on_store_down.last_known || waited >= service.settings.max_stale;
    match service.guard.snapshot().loaded.is_some() || decided {
        true => "ready".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the store was not read yet").into_response(),
    }
}

async fn metrics(State(service): State<Arc<Service>>) -> String {
    let (snapshot, now) = (service.guard.snapshot(), service.clock.now());
    let levels = || snapshot.contents.monitors.values().flat_map(|monitor| monitor.groups.values().map(|e| e.level));
    let count = |level| levels().filter(|other| *other == level).count() as f64;
    let failing = snapshot.contents.monitors.values().filter(|monitor| monitor.fails > 0).count() as f64;
    let mut gauges = vec![
        ("cb_groups{state=\"open\"}".to_owned(), count(Level::Open)),
        ("cb_groups{state=\"degraded\"}".to_owned(), count(Level::Degraded)),
        ("cb_groups{state=\"closed\"}".to_owned(), count(Level::Closed)),
        ("cb_monitors_failing".to_owned(), failing),
    ];
    gauges.extend(snapshot.loaded.map(|at| ("cb_snapshot_age_seconds".to_owned(), (now - at) as f64 / 1000.0)));
    service.metrics.render(&gauges)
}
