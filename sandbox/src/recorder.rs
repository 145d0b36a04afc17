//! Writes every request down that may have changed something, with its answer. Packed bodies go on unpacked. Reads of the sandbox's own interface are left out.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::hub::{Hub, Settings};
use crate::record::{Exchange, Keys, What};
use crate::unpack::unpack;

/// A body may have so many bytes.
const LIMIT: usize = 32 << 20;

pub(crate) async fn pass(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let (method, target) = (request.method().to_string(), request.uri().to_string());
    if method == "GET" && !target.starts_with("/api/") && !target.starts_with("/2018-") {
        return next.run(request).await;
    }
    let keys = keys(request.headers(), &hub.settings);
    let (mut parts, body) = request.into_parts();
    let Ok(sent) = to_bytes(body, LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let sent = unpack(&mut parts.headers, sent);
    let answer = next
        .run(Request::from_parts(parts, Body::from(sent.clone())))
        .await;
    // A process that is gone got nothing, so nothing happened.
    if answer.status() == StatusCode::GONE {
        return answer;
    }
    let at = hub.latest();
    let (parts, body) = answer.into_parts();
    let got = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let status = parts.status.as_u16();
    hub.append(|record| match (text(&sent), text(&got)) {
        (Some(body), Some(answer)) => {
            let exchange = Exchange {
                method,
                path: target,
                keys,
                body,
                status,
                answer,
            };
            record.add(at, What::Request(exchange));
        }
        _ => record.lost += 1,
    });
    Response::from_parts(parts, Body::from(got))
}

fn text(bytes: &Bytes) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

fn keys(headers: &HeaderMap, settings: &Settings) -> Keys {
    let fits = |name: &str, wanted: &Option<String>| {
        let sent = headers.get(name)?;
        Some(wanted.as_ref().is_none_or(|wanted| sent == wanted.as_str()))
    };
    match (
        fits("dd-api-key", &settings.api_key),
        fits("dd-application-key", &settings.app_key),
    ) {
        (None, _) => Keys::None,
        (Some(false), _) | (_, Some(false)) => Keys::Wrong,
        (Some(true), None) if settings.app_key.is_some() => Keys::Api,
        _ => Keys::Both,
    }
}
