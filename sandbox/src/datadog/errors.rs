//! Datadog's error answers: JSON `{"errors": [...]}`, and HTML where a proxy speaks.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use crate::faults::{Face, Quota};

/// An answer that is not a success.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ApiError {
    /// No key was sent.
    Unauthorized,
    /// A wrong key was sent.
    Forbidden,
    MonitorNotFound,
    EventNotFound,
    DowntimeNotFound,
    /// The body is no JSON object.
    BadJson,
    /// The definition is refused, for these reasons.
    Invalid(Vec<String>),
    /// A switched-on fault that looks like this.
    Fault(Face),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => errors(StatusCode::UNAUTHORIZED, &["Unauthorized".to_owned()]),
            Self::Forbidden => errors(StatusCode::FORBIDDEN, &["Forbidden".to_owned()]),
            Self::MonitorNotFound => {
                errors(StatusCode::NOT_FOUND, &["Monitor not found".to_owned()])
            }
            Self::EventNotFound => errors(StatusCode::NOT_FOUND, &["Event not found".to_owned()]),
            Self::DowntimeNotFound => {
                errors(StatusCode::NOT_FOUND, &["Downtime not found".to_owned()])
            }
            Self::BadJson => errors(
                StatusCode::BAD_REQUEST,
                &["Payload is not in the expected format".to_owned()],
            ),
            Self::Invalid(reasons) => errors(StatusCode::BAD_REQUEST, &reasons),
            Self::Fault(face) => fault(face),
        }
    }
}

fn errors(status: StatusCode, texts: &[String]) -> Response {
    (status, Json(json!({"errors": texts}))).into_response()
}

fn reason(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Error").to_owned()
}

fn fault(face: Face) -> Response {
    let body = match face.status {
        status if face.html => html(status),
        StatusCode::TOO_MANY_REQUESTS => too_many(100, 60),
        status => errors(status, &[reason(status)]),
    };
    if face.status != StatusCode::TOO_MANY_REQUESTS || !face.headers {
        return body;
    }
    let headers = [
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-period", "60"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1"),
        ("x-ratelimit-name", "monitors"),
    ];
    (headers, body).into_response()
}

/// 429; the five headers, which say when to come back, are those of every answer under the limit.
pub(super) fn rate_limited(quota: &Quota) -> Response {
    too_many(quota.limit, quota.period_s)
}

fn too_many(limit: u64, period_s: u64) -> Response {
    let text = format!(
        "Rate limit of {limit} requests in {period_s} seconds reached. Please try again later."
    );
    errors(StatusCode::TOO_MANY_REQUESTS, &[text])
}

/// What stands in front of the API answers in HTML when the API is down.
fn html(status: StatusCode) -> Response {
    let (code, reason) = (status.as_u16(), reason(status));
    let page = format!(
        "<html><head><title>{code} {reason}</title></head><body><h1>{code} {reason}</h1></body></html>\n"
    );
    (status, Html(page)).into_response()
}

/// A path under `/api` that the sandbox does not play.
pub(super) async fn no_such_route() -> Response {
    errors(StatusCode::NOT_FOUND, &["Not found".to_owned()])
}

/// A known path, another method.
pub(super) async fn no_such_method() -> Response {
    errors(
        StatusCode::METHOD_NOT_ALLOWED,
        &["Method not allowed".to_owned()],
    )
}
