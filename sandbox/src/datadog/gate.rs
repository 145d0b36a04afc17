//! What every request to Datadog's API passes first: it is counted, may meet the rate limit or a fault, and must carry
//! the right keys.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{self, ApiError};
use crate::faults::{Effect, Quota};
use crate::hub::{Hub, Settings, Until};
use crate::serve::Severed;

/// The route that says whether an API key is valid.
pub(super) const VALIDATE: &str = "/api/v1/validate";
pub(super) const VALIDATE_V2: &str = "/api/v2/validate";
/// The routes that take points: an agent has no application key.
pub(super) const INTAKE: [&str; 2] = ["/api/v1/series", "/api/v2/series"];

/// The gate itself.
pub(super) async fn pass(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(path.as_str(), MatchedPath::as_str);
    let counted = format!("{} {route}", request.method());
    hub.change(|world, _| *world.requests.entry(counted).or_insert(0) += 1);
    let latency_ms = hub.look(|world, _| world.faults.latency_ms);
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    let quota = hub.change(|world, now| {
        let limit = world.faults.rate_limit.as_mut();
        limit.map(|limit| limit.take(now.wall_ms))
    });
    let mut answer = match quota {
        Some(quota) if quota.refused => errors::rate_limited(&quota),
        _ => faulty(&hub, request, next).await,
    };
    if let Some(quota) = quota {
        tell(answer.headers_mut(), &quota);
    }
    answer
}

/// The answer, or what a fault makes of it.
async fn faulty(hub: &Hub, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let target = request.uri().to_string();
    hub.wait(
        |world, _| match world.faults.holds_datadog(method.as_str(), &target) {
            true => Err(Until::Change),
            false => Ok(()),
        },
    )
    .await;
    let effect = hub.change(|world, _| world.faults.hit_datadog(method.as_str(), &target));
    let Some(effect) = effect else {
        return checked(hub, request, next).await;
    };
    if effect.is_carried_out() {
        // Whoever asked never sees this answer.
        drop(checked(hub, request, next).await);
    }
    match effect {
        Effect::Answer { face, .. } => ApiError::Fault(face).into_response(),
        Effect::Drop { .. } => Severed::response(),
    }
}

async fn checked(hub: &Hub, request: Request, next: Next) -> Response {
    match check_keys(request.uri().path(), request.headers(), &hub.settings) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// The five headers.
fn tell(headers: &mut HeaderMap, quota: &Quota) {
    let numbers = [
        ("x-ratelimit-limit", quota.limit),
        ("x-ratelimit-period", quota.period_s),
        ("x-ratelimit-remaining", quota.remaining),
        ("x-ratelimit-reset", quota.reset_s),
    ];
    for (name, number) in numbers {
        headers.insert(name, number.into());
    }
    headers.insert("x-ratelimit-name", HeaderValue::from_static("monitors"));
}

/// No API key at all is 401; a wrong key, or no application key, is 403. To ask whether an API key is valid, it is enough.
fn check_keys(path: &str, headers: &HeaderMap, settings: &Settings) -> Result<(), ApiError> {
    let api_key = headers.get("dd-api-key").ok_or(ApiError::Unauthorized)?;
    let app_key = headers.get("dd-application-key");
    let fits = |wanted: &Option<String>, sent: Option<&HeaderValue>| match wanted {
        Some(wanted) => sent.is_some_and(|sent| sent == wanted.as_str()),
        None => true,
    };
    let needs_one_key = path == VALIDATE || path == VALIDATE_V2 || INTAKE.contains(&path);
    if fits(&settings.api_key, Some(api_key)) && (needs_one_key || fits(&settings.app_key, app_key))
    {
        Ok(())
    } else {
        Err(ApiError::Forbidden)
    }
}

/// `GET /api/v1/validate`: whoever gets here has passed the gate.
pub(super) async fn keys_are_valid() -> Json<Value> {
    Json(json!({"valid": true}))
}

/// `GET /api/v2/validate`: the same in the words of the second version.
pub(super) async fn key_is_valid() -> Json<Value> {
    const ORGANISATION: &str = "00000000-0000-4000-8000-000000000001";
    const KEY: &str = "00000000-0000-4000-8000-000000000002";
    let attributes = json!({"api_key_id": KEY, "api_key_scopes": [], "valid": true});
    Json(json!({"data": {"id": ORGANISATION, "type": "validate_v2", "attributes": attributes}}))
}
