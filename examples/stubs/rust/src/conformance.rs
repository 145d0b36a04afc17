//! Served with `CB_CONFORMANCE=1` only: asks the real guard and moves the clock, so that any language's stub is tested alike.

use crate::guard::Verdict;
use crate::service::Service;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn routes() -> Router<Arc<Service>> {
    Router::new().route("/_conformance/allow", post(allow)).route("/_conformance/clock", post(clock))
}

#[derive(Deserialize)]
struct Allow {
    breaker: String,
    group: String,
    n: u32,
}

async fn allow(State(service): State<Arc<Service>>, Json(ask): Json<Allow>) -> Json<Value> {
    let mut seen = [0_u32; 3];
    for _ in 0..ask.n.min(1_000_000) {
        seen[service.guard.allow(&ask.breaker, &ask.group) as usize] += 1;
    }
    let count = |verdict| seen[verdict as usize];
    let (allow, probe, reject) = (count(Verdict::Allow), count(Verdict::Probe), count(Verdict::Reject));
    Json(json!({ "allow": allow, "probe": probe, "reject": reject }))
}

#[derive(Deserialize)]
struct Advance {
    advance_ms: u32,
}

async fn clock(State(service): State<Arc<Service>>, Json(ask): Json<Advance>) -> Json<Value> {
    service.clock.advance(ask.advance_ms);
    Json(json!({ "now_ms": service.clock.now() }))
}
