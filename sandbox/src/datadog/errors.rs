//! Datadog's error answers: JSON `{"errors": [...]}`, and HTML where a proxy speaks.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// An answer that is not a success.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ApiError {
    /// No key was sent.
    Unauthorized,
    /// A wrong key was sent.
    Forbidden,
    MonitorNotFound,
    EventNotFound,
    /// The body is no JSON object.
    BadJson,
    /// The definition is refused, for these reasons.
    Invalid(Vec<String>),
    /// A switched-on fault with this status.
    Fault(StatusCode),
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
            Self::BadJson => errors(
                StatusCode::BAD_REQUEST,
                &["Payload is not in the expected format".to_owned()],
            ),
            Self::Invalid(reasons) => errors(StatusCode::BAD_REQUEST, &reasons),
            Self::Fault(StatusCode::TOO_MANY_REQUESTS) => rate_limited(),
            Self::Fault(status) if status.is_server_error() => html(status),
            Self::Fault(status) => errors(status, &[reason(status)]),
        }
    }
}

fn errors(status: StatusCode, texts: &[String]) -> Response {
    (status, Json(json!({"errors": texts}))).into_response()
}

fn reason(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Error").to_owned()
}

/// 429, with the five headers that say when to come back (seconds).
fn rate_limited() -> Response {
    let headers = [
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-period", "60"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1"),
        ("x-ratelimit-name", "monitors"),
    ];
    let texts =
        ["Rate limit of 100 requests in 60 seconds reached. Please try again later.".to_owned()];
    (headers, errors(StatusCode::TOO_MANY_REQUESTS, &texts)).into_response()
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
