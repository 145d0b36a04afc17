//! Where the truth is read: the seam `Source` and Datadog's API behind it. No rule about breakers lives here.

use crate::config::Settings;
use async_trait::async_trait;
use reqwest::{Client, StatusCode, header::HeaderMap};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Number, Value};
use std::{collections::BTreeMap, time::Duration};

/// The truth could not be read: unreachable, refused, not found, or no JSON.
#[derive(Clone, Debug, thiserror::Error)]
#[error("datadog: {0}")]
pub struct SourceError(pub String);

/// A monitor with all its groups, as `GET /api/v1/monitor/{id}` answers it; null counts as absent.
#[derive(Clone, Debug, Deserialize)]
pub struct Reading {
    pub id: Number,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    pub multi: Option<bool>,
    pub overall_state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub state: State,
    #[serde(default, deserialize_with = "or_default")]
    pub matching_downtimes: Vec<Downtime>,
    #[serde(default, deserialize_with = "or_default")]
    pub options: Options,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct State {
    #[serde(default, deserialize_with = "or_default")]
    pub groups: BTreeMap<String, Group>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    pub status: Option<String>,
}

/// A downtime that is on now and matches the monitor; its scope may name some of the groups only.
#[derive(Clone, Debug, Deserialize)]
pub struct Downtime {
    #[serde(default, deserialize_with = "or_default")]
    pub scope: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Options {
    /// Group or `*`, and the second at which its muting ends; null is for ever.
    #[serde(default, deserialize_with = "or_default")]
    pub silenced: BTreeMap<String, Option<i64>>,
}

fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What the service needs to know of the world outside.
#[async_trait]
pub trait Source: Send + Sync {
    /// One monitor with all its groups and downtimes.
    async fn monitor(&self, id: &str) -> Result<Reading, SourceError>;
    /// The ids of the monitors tagged with this service and a breaker.
    async fn known(&self, service: &str) -> Result<Vec<String>, SourceError>;
    /// One event: title, text, tags, `date_happened`, `alert_type`; use its `id_str`.
    async fn event(&self, id: &str) -> Result<Value, SourceError>;
}

pub struct Datadog {
    client: Client,
    url: String,
}

const PAGE: usize = 1000;

impl Datadog {
    /// A client with the system's roots; a call takes five seconds at most.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        for (name, secret) in [("dd-api-key", &settings.api_key), ("dd-application-key", &settings.app_key)] {
            let mut value: reqwest::header::HeaderValue = secret.0.parse()?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("circuitbreaker-", env!("CARGO_PKG_NAME")))
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            .build()?;
        Ok(Self { client, url: settings.datadog_url.clone() })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, SourceError> {
        let fault = |what: String| SourceError(format!("GET {path}: {what}"));
        let sent = self.client.get(format!("{}{path}", self.url)).query(query).send().await;
        let answer = sent.map_err(|error| fault(error.without_url().to_string()))?;
        match answer.status() {
            StatusCode::OK => answer.json().await.map_err(|error| fault(error.without_url().to_string())),
            status => Err(fault(format!("status {status}"))),
        }
    }
}

#[async_trait]
impl Source for Datadog {
    async fn monitor(&self, id: &str) -> Result<Reading, SourceError> {
        let query = [("group_states", "all"), ("with_downtimes", "true")];
        let reading: Reading = self.get(&format!("/api/v1/monitor/{id}"), &query).await?;
        match reading.id.to_string() {
            same if same == id => Ok(reading),
            other => Err(SourceError(format!("asked for monitor `{id}`, the answer is `{other}`"))),
        }
    }

    async fn known(&self, service: &str) -> Result<Vec<String>, SourceError> {
        let (tag, size, mut ids) = (format!("service:{service}"), PAGE.to_string(), Vec::new());
        for page in 0.. {
            let page = page.to_string();
            let query = [("monitor_tags", tag.as_str()), ("page", &page), ("page_size", &size)];
            let found: Vec<Reading> = self.get("/api/v1/monitor", &query).await?;
            let ours = |m: &&Reading| m.tags.contains(&tag) && m.tags.iter().any(|t| t.starts_with("circuit_breaker:"));
            ids.extend(found.iter().filter(ours).map(|monitor| monitor.id.to_string()));
            if found.len() < PAGE {
                break;
            }
        }
        Ok(ids)
    }

    async fn event(&self, id: &str) -> Result<Value, SourceError> {
        let answer: Value = self.get(&format!("/api/v1/events/{id}"), &[]).await?;
        answer.get("event").cloned().ok_or_else(|| SourceError(format!("event `{id}`: the answer holds no event")))
    }
}
