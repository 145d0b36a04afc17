//! The Runtime API, version 2018-06-01: next, response, error, init error.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::delivery::FUNCTION;
use crate::hub::{Hub, Until};
use crate::queue::{Invocation, QueueError};
use crate::sns::{ACCOUNT, REGION};

/// Everything under `/2018-06-01/runtime`.
pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
}

/// A long poll: answers when a delivery is due. Any number may wait; each gets its own.
async fn next(State(hub): State<Arc<Hub>>) -> Response {
    let generation = hub.change(|world, _| {
        world.function.ready = true;
        world.function.generation
    });
    let timeout_ms = u64::try_from(hub.settings.timeout.as_millis()).unwrap_or(u64::MAX);
    let invocation = hub
        .wait(|world, now| {
            if world.function.generation != generation {
                return Ok(None);
            }
            let due = world.queue.take_due(now, timeout_ms);
            if let Some(taken) = &due {
                world.log_request(&taken.request_id, now);
            }
            let next = || {
                world
                    .queue
                    .next_due_ms()
                    .map_or(Until::Change, Until::Virtual)
            };
            due.map(Some).ok_or_else(next)
        })
        .await;
    // The delivery runs now: whoever watches its state or its deadline must know.
    hub.wake();
    invocation.map_or_else(|| StatusCode::GONE.into_response(), handed_out)
}

fn handed_out(invocation: Invocation) -> Response {
    let Invocation {
        request_id,
        event,
        deadline_ms,
    } = invocation;
    let trace = format!(
        "Root=1-{:08x}-{:024x};Parent={:016x};Sampled=0",
        deadline_ms / 1000,
        deadline_ms,
        deadline_ms
    );
    let headers = [
        ("lambda-runtime-aws-request-id", request_id),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"),
        ),
        ("lambda-runtime-trace-id", trace),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Response {
    taken(hub.change(|world, now| {
        world.queue.succeed(&id)?;
        world.log_request(&id, now);
        Ok(())
    }))
}

async fn error(State(hub): State<Arc<Hub>>, Path(id): Path<String>, body: Bytes) -> Response {
    let text = function_error(&body);
    taken(hub.change(|world, now| world.fail(&id, &text, now)))
}

/// The runtime could not start. Its process ends itself; then the invocation that waits for it fails.
async fn init_error(State(hub): State<Arc<Hub>>, body: Bytes) -> Response {
    let text = function_error(&body);
    hub.change(|world, _| world.function.init_error = Some(text));
    taken(Ok(()))
}

/// The error a function reports; the text as it is when it is not in the usual form.
#[derive(Debug, Deserialize)]
struct Reported {
    #[serde(rename = "errorMessage")]
    message: String,
}

fn function_error(body: &Bytes) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    serde_json::from_slice::<Reported>(body).map_or(text, |reported| reported.message)
}

fn taken(done: Result<(), QueueError>) -> Response {
    let answer: (StatusCode, Json<Value>) = match done {
        Ok(()) => (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))),
        Err(error) => {
            let body = json!({"errorMessage": error.to_string(), "errorType": "InvalidRequestID"});
            (StatusCode::BAD_REQUEST, Json(body))
        }
    };
    answer.into_response()
}
