//! `/api/v2/downtime`: downtimes by monitor or by monitor tags. Those that repeat are not played.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use crate::clock::Moment;
use crate::hub::Hub;
use crate::schedules::Schedule;
use crate::world::World;

type Answer = Result<Json<Value>, ApiError>;

fn attributes(body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    let sent: Value = serde_json::from_slice(body).map_err(|_| ApiError::BadJson)?;
    sent["data"]["attributes"]
        .as_object()
        .cloned()
        .ok_or(ApiError::BadJson)
}

fn nonsense() -> ApiError {
    ApiError::Invalid(vec![
        "The downtime needs a scope, a monitor_identifier and times as RFC 3339".to_owned(),
    ])
}

/// Mutes and unmutes monitors as the downtimes now say; those begun by hand stay.
fn lay_over(world: &mut World, now: Moment, what: Value) {
    let World {
        monitors,
        schedules,
        ..
    } = world;
    for monitor in monitors.values_mut() {
        monitor.downtimes.retain(|own| {
            !schedules
                .values()
                .any(|schedule| schedule.downtime.id == own.id)
        });
        let new = schedules
            .values()
            .filter(|schedule| schedule.is_for(monitor));
        let new: Vec<_> = new.map(|schedule| schedule.downtime.clone()).collect();
        monitor.downtimes.extend(new);
    }
    world.log(now, "downtime", what);
}

pub(super) async fn create(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let sent = attributes(&body)?;
    hub.change(|world, now| {
        let schedule = Schedule::new(world.ids.downtime(), &sent, now).ok_or_else(nonsense)?;
        let id = world.ids.uuid();
        let data = schedule.to_json(&id, now);
        world.schedules.insert(id, schedule);
        lay_over(world, now, data.clone());
        Ok(Json(json!({"data": data})))
    })
}

pub(super) async fn list(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, now| {
        let all: Vec<Value> = world
            .schedules
            .iter()
            .map(|(id, schedule)| schedule.to_json(id, now))
            .collect();
        Json(json!({"data": all, "meta": {"page": {"total_filtered_count": all.len()}}}))
    })
}

pub(super) async fn read(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.look(|world, now| {
        let schedule = world.schedules.get(&id).ok_or(ApiError::DowntimeNotFound)?;
        Ok(Json(json!({"data": schedule.to_json(&id, now)})))
    })
}

pub(super) async fn update(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let sent = attributes(&body)?;
    hub.change(|world, now| {
        let schedule = world
            .schedules
            .get_mut(&id)
            .ok_or(ApiError::DowntimeNotFound)?;
        *schedule = schedule.changed(&sent, now).ok_or_else(nonsense)?;
        let data = schedule.to_json(&id, now);
        lay_over(world, now, data.clone());
        Ok(Json(json!({"data": data})))
    })
}

pub(super) async fn cancel(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    hub.change(|world, now| {
        let schedule = world
            .schedules
            .get_mut(&id)
            .ok_or(ApiError::DowntimeNotFound)?;
        for monitor in world
            .monitors
            .values_mut()
            .filter(|monitor| schedule.is_for(monitor))
        {
            monitor.forget_swallowed();
        }
        schedule.cancel(now);
        let data = schedule.to_json(&id, now);
        lay_over(world, now, data);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// The downtimes that are for one monitor.
pub(super) async fn matching(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.look(|world, _| {
        let monitor = id.parse().ok().and_then(|id: u64| world.monitors.get(&id));
        let monitor = monitor.ok_or(ApiError::MonitorNotFound)?;
        let found = world.schedules.iter().filter(|(_, schedule)| schedule.is_for(monitor));
        let shown = |(id, schedule): (&String, &Schedule)| {
            let downtime = &schedule.downtime;
            json!({"type": "downtime_match", "id": id, "attributes": {"scope": downtime.scope.join(" AND "),
                "start": crate::clock::iso_seconds(downtime.start * 1000),
                "end": downtime.end.map(|end| crate::clock::iso_seconds(end * 1000)), "groups": []}})
        };
        let all: Vec<Value> = found.map(shown).collect();
        Ok(Json(json!({"data": all, "meta": {"page": {"total_filtered_count": all.len()}}})))
    })
}
