//! Single monitors: create, read, update, validate.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::past::Past;
use super::view::{self, Wanted};
use crate::hub::Hub;
use crate::monitor::{Definition, Monitor, check};

pub(super) type Answer = Result<Json<Value>, ApiError>;

/// The JSON object in a body, whatever its content type says.
fn object(body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::BadJson)
}

/// An id in a path; anything that is none finds nothing.
pub(super) fn monitor_id(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| ApiError::MonitorNotFound)
}

pub(super) async fn create(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let sent = object(&body)?;
    check(&sent).map_err(ApiError::Invalid)?;
    let definition = Definition::create(&sent);
    Ok(Json(hub.change(|world, now| {
        let id = world.ids.monitor();
        let monitor = Monitor::new(id, definition, now.wall_ms);
        let answer = view::created(&monitor);
        world.monitors.insert(id, monitor);
        world.log(
            now,
            "monitor",
            json!({"id": id.to_string(), "change": "created"}),
        );
        answer
    })))
}

pub(super) async fn read(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let id = monitor_id(&id)?;
    hub.change(|world, now| {
        if !world.monitors.contains_key(&id) {
            return Err(ApiError::MonitorNotFound);
        }
        let past = Past::of(world, &wanted, now);
        let monitor = world.monitors.get(&id).ok_or(ApiError::MonitorNotFound)?;
        Ok(Json(view::read(monitor, &wanted, past.groups(monitor))))
    })
}

pub(super) async fn update(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = monitor_id(&id)?;
    let sent = object(&body);
    hub.change(|world, now| {
        let monitor = world
            .monitors
            .get_mut(&id)
            .ok_or(ApiError::MonitorNotFound)?;
        let sent = sent?;
        check_update(monitor, &sent)?;
        monitor.definition = monitor.definition.update(&sent);
        monitor.modified_ms = now.wall_ms;
        let answer = view::updated(monitor);
        world.log(
            now,
            "monitor",
            json!({"id": id.to_string(), "change": "updated"}),
        );
        Ok(Json(answer))
    })
}

/// The definition as it would be must be a valid one, of the same type.
fn check_update(monitor: &Monitor, sent: &Map<String, Value>) -> Result<(), ApiError> {
    let mut whole = monitor.definition.map().clone();
    whole.extend(sent.iter().map(|(key, value)| (key.clone(), value.clone())));
    check(&whole).map_err(ApiError::Invalid)?;
    let metric = |kind: &str| matches!(kind, "metric alert" | "query alert");
    let (old, new) = (
        monitor.definition.kind(),
        whole
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    );
    if old == new || (metric(old) && metric(new)) {
        Ok(())
    } else {
        Err(ApiError::Invalid(vec![
            "Cannot change the type of a monitor".to_owned(),
        ]))
    }
}

pub(super) async fn validate(body: Bytes) -> Answer {
    check(&object(&body)?).map_err(ApiError::Invalid)?;
    Ok(Json(json!({})))
}

pub(super) async fn validate_existing(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = monitor_id(&id)?;
    let sent = object(&body)?;
    hub.look(|world, _| {
        let monitor = world.monitors.get(&id).ok_or(ApiError::MonitorNotFound)?;
        check_update(monitor, &sent)?;
        Ok(Json(json!({})))
    })
}
