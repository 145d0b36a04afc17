//! What every request to Datadog's API passes first: it is counted, may meet a fault, and must carry the right keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::ApiError;
use crate::hub::{Hub, Settings, Until};

/// The route that says whether an API key is valid.
pub(super) const VALIDATE: &str = "/api/v1/validate";

/// The gate itself.
pub(super) async fn pass(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let target = request.uri().to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(path.as_str(), MatchedPath::as_str);
    let counted = format!("{} {route}", request.method());
    hub.change(|world, _| *world.requests.entry(counted).or_insert(0) += 1);
    hub.wait(|world, _| match world.faults.holds_datadog(&target) {
        true => Err(Until::Change),
        false => Ok(()),
    })
    .await;
    let fault = hub.change(|world, _| world.faults.hit_datadog(&target));
    if let Some(status) = fault.and_then(|status| StatusCode::from_u16(status).ok()) {
        return ApiError::Fault(status).into_response();
    }
    match check_keys(&path, request.headers(), &hub.settings) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// No API key at all is 401; a wrong key, or no application key, is 403. To ask whether an API key is valid, it is enough.
fn check_keys(path: &str, headers: &HeaderMap, settings: &Settings) -> Result<(), ApiError> {
    let api_key = headers.get("dd-api-key").ok_or(ApiError::Unauthorized)?;
    let app_key = headers.get("dd-application-key");
    let may_act = path == VALIDATE || app_key.is_some_and(|key| key == settings.app_key.as_str());
    if api_key == settings.api_key.as_str() && may_act {
        Ok(())
    } else {
        Err(ApiError::Forbidden)
    }
}

/// `GET /api/v1/validate`: whoever gets here has passed the gate.
pub(super) async fn keys_are_valid() -> Json<Value> {
    Json(json!({"valid": true}))
}
