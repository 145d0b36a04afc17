//! The intake of points: `POST /api/v2/series` and its older sister `POST /api/v1/series`. Their bodies arrive unpacked.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::ApiError;
use crate::hub::Hub;
use crate::series::{Kind, Name, Sent};

type Taken = Result<(StatusCode, Json<Value>), ApiError>;

/// `{"series": [...]}`.
#[derive(Debug, Deserialize)]
struct Payload<T> {
    series: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct SeriesV2 {
    metric: String,
    /// 0 unspecified, 1 count, 2 rate, 3 gauge.
    #[serde(default, rename = "type")]
    kind: u8,
    #[serde(default)]
    interval: f64,
    points: Vec<PointV2>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Debug, Deserialize)]
struct PointV2 {
    timestamp: f64,
    value: f64,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

impl From<SeriesV2> for Sent {
    fn from(sent: SeriesV2) -> Self {
        let kind = match sent.kind {
            1 => Kind::Count,
            2 => Kind::Rate,
            _ => Kind::Gauge,
        };
        let resources = sent
            .resources
            .into_iter()
            .map(|resource| format!("{}:{}", resource.kind, resource.name));
        let tags = sent.tags.into_iter().chain(resources).collect();
        let points = sent
            .points
            .into_iter()
            .map(|point| (point.timestamp, point.value))
            .collect();
        let name = Name {
            metric: sent.metric,
            tags,
        };
        Self {
            name,
            kind,
            interval_s: sent.interval,
            points,
        }
    }
}

#[derive(Debug, Deserialize)]
struct SeriesV1 {
    metric: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    interval: Option<f64>,
    points: Vec<(f64, f64)>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    host: String,
}

impl From<SeriesV1> for Sent {
    fn from(sent: SeriesV1) -> Self {
        let kind = match sent.kind.as_str() {
            "count" => Kind::Count,
            "rate" => Kind::Rate,
            _ => Kind::Gauge,
        };
        let host = Some(sent.host).filter(|host| !host.is_empty());
        let tags = sent
            .tags
            .into_iter()
            .chain(host.map(|host| format!("host:{host}")))
            .collect();
        let name = Name {
            metric: sent.metric,
            tags,
        };
        Self {
            name,
            kind,
            interval_s: sent.interval.unwrap_or(0.0),
            points: sent.points,
        }
    }
}

pub(super) async fn take_v2(State(hub): State<Arc<Hub>>, body: Bytes) -> Taken {
    let payload: Payload<SeriesV2> = payload(&body)?;
    keep(&hub, payload.series.into_iter().map(Sent::from).collect());
    Ok((StatusCode::ACCEPTED, Json(json!({"errors": []}))))
}

pub(super) async fn take_v1(State(hub): State<Arc<Hub>>, body: Bytes) -> Taken {
    let payload: Payload<SeriesV1> = payload(&body)?;
    keep(&hub, payload.series.into_iter().map(Sent::from).collect());
    Ok((StatusCode::ACCEPTED, Json(json!({"status": "ok"}))))
}

fn keep(hub: &Hub, sent: Vec<Sent>) {
    hub.change(|world, now| {
        for series in sent {
            let data = json!({"metric": series.name.metric, "tags": series.name.tags, "points": series.points});
            world.log(now, "points", data);
            world.series.add(series, now);
        }
    });
}

/// Whatever its content type says.
fn payload<T: for<'de> Deserialize<'de>>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::BadJson)
}
