//! Clock, faults, form of the links, request counts, reset.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::answer::{Answer, parse};
use crate::hub::Hub;
use crate::world::Form;

pub(super) async fn health() -> Json<Value> {
    Json(json!({"ok": true}))
}

pub(super) async fn clock(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let now = hub.clock.now();
    Json(json!({
        "virtual_ms": now.virtual_ms,
        "wall_ms": now.wall_ms,
        "speed": hub.clock.speed(),
        "advanced_ms": hub.clock.advanced_ms(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// Moves the virtual clock; what is due by then happens at once.
pub(super) async fn advance(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let Advance { advance_ms } = parse(&body)?;
    hub.clock.advance(advance_ms);
    hub.wake();
    Ok(clock(State(hub)).await)
}

pub(super) async fn faults(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.faults)))
}

/// Lays the given faults over those that are there.
pub(super) async fn set_faults(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let change: Map<String, Value> = parse(&body)?;
    hub.change(|world, _| world.faults.merge(&change))?;
    Ok(faults(State(hub)).await)
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormSwitch {
    form: Form,
}

pub(super) async fn form(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(FormSwitch { form: world.form })))
}

pub(super) async fn set_form(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let FormSwitch { form } = parse(&body)?;
    hub.change(|world, _| world.form = form);
    Ok(Json(json!(FormSwitch { form })))
}

/// Requests to Datadog's API so far; those to the sandbox itself do not count.
pub(super) async fn requests(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| {
        Json(json!({"total": world.requests.values().sum::<u64>(), "routes": world.requests}))
    })
}

/// Forgets everything but the time.
pub(super) async fn reset(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let seed = hub.settings.seed;
    hub.change(|world, _| world.reset(seed));
    Json(json!({"ok": true}))
}
