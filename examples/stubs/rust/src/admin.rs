//! For operators: what is open and why, overrides, health, metrics. `CB_ADMIN_TOKEN` guards the first two.

use crate::model::{Level, Mode, Override};
use crate::outbox;
use crate::service::Service;
use crate::store::Op;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
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

/// Per breaker and group the worst of the monitors that know it, the state of each monitor's source, the overrides in force.
async fn breakers(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    if authorized(&service, &headers) == Some(false) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (snapshot, now, mut breakers) = (service.guard.snapshot(), service.clock.now(), json!({}));
    for (id, monitor) in &snapshot.contents.monitors {
        // Until it is read for the first time, nobody knows which breaker it feeds.
        let breaker = &mut breakers[if monitor.applied > 0 { &monitor.breaker } else { id }];
        breaker["monitors"][id] = json!({ "source": monitor.source, "read_ms": monitor.tried,
            "last_callback_ms": monitor.dirty, "failures": monitor.fails });
        for (group, entry) in &monitor.groups {
            let shown = &mut breaker["groups"][group];
            let mut monitors = shown["monitors"].take().as_array().cloned().unwrap_or_default();
            monitors.push(json!(id));
            let known = Level::deserialize(&shown["state"]).ok();
            if known.is_none_or(|known| entry.level > known) {
                *shown = json!({ "state": entry.level, "since_ms": entry.since, "lease_expires_ms": entry.lease });
            }
            shown["monitors"] = json!(monitors);
        }
    }
    for new in snapshot.contents.overrides.values().filter(|new| new.until > now) {
        breakers[&new.breaker]["overrides"][&new.group] = json!(new);
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
    match service.store.ask(Op::Override(new.clone())).await {
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
    let monitors = || snapshot.contents.monitors.values();
    let count = |level| monitors().flat_map(|m| m.groups.values()).filter(|entry| entry.level == level).count() as f64;
    service.metrics.render(&[
        ("cb_groups{state=\"open\"}", count(Level::Open)),
        ("cb_groups{state=\"degraded\"}", count(Level::Degraded)),
        ("cb_groups{state=\"closed\"}", count(Level::Closed)),
        ("cb_monitors_failing", monitors().filter(|monitor| monitor.fails > 0).count() as f64),
        ("cb_snapshot_age_seconds", snapshot.loaded.map_or(f64::NAN, |at| (now - at) as f64 / 1000.0)),
    ])
}
