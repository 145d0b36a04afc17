//! Taking monitors away, and the question whether that would do harm: a composite may be made of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::monitors::{Answer, monitor_id};
use crate::hub::Hub;
use crate::monitor::Monitor;
use crate::world::World;

/// How a monitor is to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct How {
    /// `true`: even if others refer to it.
    force: String,
}

pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    Query(how): Query<How>,
) -> Answer {
    let id = monitor_id(&id)?;
    let forced = how.force.eq_ignore_ascii_case("true") || how.force == "1";
    hub.change(|world, now| {
        let monitor = world.monitors.get(&id).ok_or(ApiError::MonitorNotFound)?;
        if let Some(uses) = uses(world, monitor).filter(|_| !forced) {
            return Err(ApiError::Invalid(vec![uses]));
        }
        world.monitors.remove(&id);
        let what = json!({"id": id.to_string(), "change": "deleted"});
        world.log(now, "monitor", what);
        Ok(Json(json!({"deleted_monitor_id": id})))
    })
}

/// Where a monitor is used, in Datadog's words; none if nowhere.
fn uses(world: &World, monitor: &Monitor) -> Option<String> {
    let name = |monitor: &Monitor| format!("[{},{}]", monitor.id, monitor.definition.text("name"));
    let users: Vec<String> = world
        .monitors
        .values()
        .filter(|other| other.is_made_of(monitor.id))
        .map(name)
        .collect();
    let users = (!users.is_empty()).then(|| users.join(", "))?;
    Some(format!(
        "monitor {} is referenced in composite monitors: {users}",
        name(monitor)
    ))
}

/// The monitors somebody asks about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    monitor_ids: String,
}

/// Those that can go, and for each that cannot, where it is used; 409 if there is such a one.
pub(super) async fn can_delete(
    State(hub): State<Arc<Hub>>,
    Query(asked): Query<Asked>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let ids: Vec<u64> = asked
        .monitor_ids
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    hub.look(|world, _| {
        if ids.is_empty() {
            return Err(ApiError::MonitorNotFound);
        }
        let (mut free, mut used) = (Vec::new(), Map::new());
        for id in ids {
            let monitor = world.monitors.get(&id).ok_or(ApiError::MonitorNotFound)?;
            match uses(world, monitor) {
                None => free.push(id),
                Some(uses) => {
                    used.insert(id.to_string(), json!([uses]));
                }
            }
        }
        let status = if used.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::CONFLICT
        };
        let errors = if used.is_empty() {
            Value::Null
        } else {
            Value::Object(used)
        };
        Ok((
            status,
            Json(json!({"data": {"ok": free}, "errors": errors})),
        ))
    })
}
