//! Events of monitors, one at a time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::errors::ApiError;
use crate::hub::Hub;

/// `GET /api/v1/events/{id}`: found by the exact id only.
pub(super) async fn read(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let id: u64 = id.parse().map_err(|_| ApiError::EventNotFound)?;
    let event = hub.look(|world, _| world.events.get(&id).cloned());
    event
        .map(|event| Json(json!({"event": event})))
        .ok_or(ApiError::EventNotFound)
}
