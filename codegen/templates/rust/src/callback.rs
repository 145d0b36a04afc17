//! The endpoint that the dispatcher calls: who calls, about what, and the answer. 200 only once the state is committed.

use crate::config::is_id;
use crate::metrics::Count;
use crate::model::{Event, Notification};
use crate::outbox;
use crate::reconcile::reconcile;
use crate::service::{ReconcileError, Service};
use crate::store::Op;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;

/// The path that every callback line ends with.
pub const PATH: &str = "/dd_circuit_breaker/callback";

/// Bodies are a few hundred bytes; more than 64 KiB is answered 413.
pub fn routes() -> Router<Arc<Service>> {
    Router::new().route(PATH, post(callback)).layer(DefaultBodyLimit::max(64 * 1024))
}

async fn callback(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    let refused = |status, why: &str| {
        service.metrics.add(Count::CallbackRefused);
        tracing::warn!(status, why, "a callback was refused");
        answer(StatusCode::from_u16(status).unwrap_or_default(), why)
    };
    if !service.settings.signing_keys.verify(&headers, &body) {
        return refused(401, "the signature is missing, wrong or older than five minutes");
    }
    let notification = match serde_json::from_slice::<Notification>(&body) {
        Ok(notification) if is_id(&notification.monitor_id) => notification,
        Ok(_) => return refused(400, "monitor_id is not a string of digits"),
        Err(error) => return refused(400, &error.to_string()),
    };
    let listed = service.settings.monitors.as_ref().is_none_or(|ids| ids.contains(&notification.monitor_id));
    if !listed {
        return refused(404, "the monitor is not in CB_MONITORS");
    }
    match handle(&service, notification).await {
        Ok(()) => {
            service.metrics.add(Count::CallbackDone);
            answer(StatusCode::OK, "committed")
        }
        Err(error @ ReconcileError::NotOurs(_)) => refused(404, &error.to_string()),
        Err(error) => {
            service.metrics.add(Count::CallbackFailed);
            tracing::error!(%error, "a callback could not be handled");
            ([(RETRY_AFTER, "5")], answer(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())).into_response()
        }
    }
}

/// What a verified callback does. Dirty first: from here on the monitor is read until one reading succeeds, even if this process dies.
pub async fn handle(service: &Arc<Service>, notification: Notification) -> Result<(), ReconcileError> {
    let (monitor, now) = (notification.monitor_id.clone(), service.clock.now());
    service.store.run(Op::Dirty { monitor, now }).await?;
    let monitor = reconcile(service, &notification.monitor_id).await?;
    if !notification.test {
        let item = service
            .store
            .ask(Op::Emit { event: json!(Event::Notification { notification, monitor }).to_string() })
            .await?;
        outbox::deliver(service, vec![item]);
    }
    Ok(())
}

fn answer(status: StatusCode, detail: &str) -> Response {
    let word = if status == StatusCode::OK { "ok" } else { "error" };
    (status, Json(json!({ "status": word, "detail": detail }))).into_response()
}
