//! Clock, faults, form of the links, request counts, reset.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::answer::{Answer, ControlError, parse};
use crate::clock::Moment;
use crate::delivery::Rules;
use crate::hub::Hub;
use crate::metrics;
use crate::world::Form;

pub(super) async fn health() -> Json<Value> {
    Json(json!({"ok": true}))
}

pub(super) async fn clock(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|_, now| Json(shown(&hub, now)))
}

/// Both clocks.
pub(super) fn shown(hub: &Hub, now: Moment) -> Value {
    json!({
        "virtual_ms": now.virtual_ms,
        "wall_ms": now.wall_ms,
        "speed": hub.clock.speed(),
        "advanced_ms": hub.clock.advanced_ms(),
    })
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
    let shown = hub.change(|world, now| {
        metrics::catch_up(world, now);
        let shown = shown(&hub, now);
        world.log(now, "clock", shown.clone());
        shown
    });
    Ok(Json(shown))
}

pub(super) async fn faults(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.faults)))
}

/// Lays the given faults over those that are there.
pub(super) async fn set_faults(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let change: Map<String, Value> = parse(&body)?;
    hub.change(|world, now| {
        world.faults.merge(&change)?;
        let faults = json!(world.faults);
        world.log(now, "fault", faults);
        Ok::<_, ControlError>(())
    })?;
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

/// How Lambda treats what fails.
pub(super) async fn function(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.queue.rules)))
}

/// Sets it; what is absent is as Lambda has it by itself.
pub(super) async fn set_function(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let rules: Rules = parse(&body)?;
    if !rules.are_allowed() {
        let text = "Lambda takes `retries` of 0 to 2 and `max_age_s` of 60 to 21600: keep to them"
            .to_owned();
        return Err(ControlError::Value(text));
    }
    hub.change(|world, _| world.queue.rules = rules);
    Ok(Json(json!(rules)))
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
    hub.change(|world, now| {
        world.reset(seed, now);
        world.log(now, "reset", Value::Null);
    });
    Json(json!({"ok": true}))
}
