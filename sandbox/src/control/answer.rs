//! Requests that make no sense, and what they are told.

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::FaultError;
use crate::queue::QueueError;

/// What control handlers give back.
pub(super) type Answer = Result<Json<Value>, ControlError>;

/// A refused request.
#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    #[error("the body is not what is asked for here: {0}")]
    Body(#[from] serde_json::Error),
    #[error("no monitor has the id `{0}`: list them with GET /api/v1/monitor")]
    NoMonitor(String),
    #[error("{0}")]
    Value(String),
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NoMonitor(_) | Self::Queue(QueueError::Unknown(_)) => StatusCode::NOT_FOUND,
            Self::Queue(_) => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}

/// The JSON in a body; an empty body is an empty object.
pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(text)?)
}
