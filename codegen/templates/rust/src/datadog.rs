//! Where the truth is read: the seam `Source` and Datadog's API behind it. No rule about breakers lives here.

use crate::config::Settings;
use async_trait::async_trait;
use reqwest::{Client, StatusCode, header::HeaderMap, header::HeaderValue};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// The truth could not be read: unreachable, refused, not found, or no JSON.
#[derive(Clone, Debug, thiserror::Error)]
#[error("datadog: {0}")]
pub struct SourceError(pub String);

/// A monitor with all its groups and downtimes, as `GET /api/v1/monitor/{id}` answers it. What is absent or null is empty.
#[derive(Clone, Debug)]
pub struct Reading(pub Value);

impl Reading {
    pub fn id(&self) -> String {
        self.0["id"].to_string()
    }

    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    pub fn tags(&self) -> Vec<&str> {
        texts(&self.0["tags"]).collect()
    }

    /// The value of the first tag `key:…`.
    pub fn tag(&self, key: &str) -> Option<&str> {
        texts(&self.0["tags"]).find_map(|tag| tag.strip_prefix(key)?.strip_prefix(':'))
    }

    /// Whether it alerts for each group on its own.
    pub fn grouped(&self) -> bool {
        self.0["multi"].as_bool().unwrap_or_else(|| self.groups().keys().any(|group| *group != "*"))
    }

    pub fn overall(&self) -> &str {
        self.0["overall_state"].as_str().unwrap_or_default()
    }

    /// Each group's status: Alert, Ignored, No Data, OK, Skipped, Unknown or Warn.
    pub fn groups(&self) -> BTreeMap<&str, &str> {
        let groups = self.0["state"]["groups"].as_object().into_iter().flatten();
        groups.map(|(group, seen)| (group.as_str(), seen["status"].as_str().unwrap_or_default())).collect()
    }

    /// The scopes of each downtime that is on now; all parts of one must cover a group.
    pub fn downtimes(&self) -> Vec<Vec<&str>> {
        self.0["matching_downtimes"].as_array().into_iter().flatten().map(|d| texts(&d["scope"]).collect()).collect()
    }

    /// Scopes muted by the monitor's own option at `now` (milliseconds); null mutes for ever.
    pub fn silenced(&self, now: i64) -> Vec<&str> {
        let on = |until: &Value| until.as_i64().is_none_or(|second| second.saturating_mul(1000) > now);
        let silenced = self.0["options"]["silenced"].as_object().into_iter().flatten();
        silenced.filter(|(_, until)| on(until)).map(|(scope, _)| scope.as_str()).collect()
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
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
const MAX_PAGES: usize = 100;

impl Datadog {
    /// A client with ring's cryptography and the system's roots; a call takes five seconds at most.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        for (name, secret) in [("dd-api-key", &settings.api_key), ("dd-application-key", &settings.app_key)] {
            let mut value: HeaderValue = secret.0.parse()?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let seconds = Duration::from_secs;
        let client =
            Client::builder().default_headers(headers).connect_timeout(seconds(2)).timeout(seconds(5)).build()?;
        Ok(Self { client, url: settings.datadog_url.clone() })
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, SourceError> {
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
        let reading = Reading(self.get(&format!("/api/v1/monitor/{id}"), &query).await?);
        match reading.id() {
            same if same == id => Ok(reading),
            other => Err(SourceError(format!("asked for monitor `{id}`, the answer is `{other}`"))),
        }
    }

    async fn known(&self, service: &str) -> Result<Vec<String>, SourceError> {
        let (tag, size, mut ids) = (format!("service:{service}"), PAGE.to_string(), Vec::new());
        for page in 0..MAX_PAGES {
            let query = [("monitor_tags", tag.as_str()), ("page", &page.to_string()), ("page_size", &size)];
            let found = self.get("/api/v1/monitor", &query).await?;
            let page = found.as_array().ok_or_else(|| SourceError("the list of monitors is no list".into()))?;
            let monitors = page.iter().cloned().map(Reading);
            ids.extend(
                monitors.filter(|m| m.tags().contains(&&*tag) && m.tag("circuit_breaker").is_some()).map(|m| m.id()),
            );
            if page.len() < PAGE {
                break;
            }
        }
        Ok(ids)
    }

    async fn event(&self, id: &str) -> Result<Value, SourceError> {
        let answer = self.get(&format!("/api/v1/events/{id}"), &[]).await?;
        answer.get("event").cloned().ok_or_else(|| SourceError(format!("event `{id}`: the answer holds no event")))
    }
}
