//! The monitor endpoints of API v1. Bodies are JSON as the API documents it; what they mean is `crate::monitor`'s business.

use super::client::Call;
use super::ledger::Ids;
use super::reads::{PAGE_SIZE, Source};
use super::search::MONITORS;
use super::{Client, Error, Reads, Search};
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Number, Value};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// How a create is called in errors.
pub(super) const CREATE: &str = "POST /api/v1/monitor";
/// Monitors on a page of whole ones.
const PAGE: usize = 100;

/// So many pages of all monitors are worth their price; more of them take longer than a list for each name.
const MOST_PAGES: usize = 5;

/// An element of a list, of which only the id is wanted.
#[derive(Deserialize)]
struct Listed {
    id: Number,
}

impl Client {
    /// The monitor with this id and its assets, which an answer holds only if asked for; `None` when Datadog has none
    /// (any more).
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn read_monitor(&self, id: &str) -> Result<Option<Value>, Error> {
        self.ledger().claim(id);
        gone_is_none(self.get(&format!("{}?with_assets=true", path(id))).await)
    }

    /// The monitor with the state of each of its groups, or `None` when Datadog has none with this id.
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn read_states(&self, id: &str) -> Result<Option<Value>, Error> {
        gone_is_none(self.get(&format!("{}?group_states=all", path(id))).await)
    }

    /// The monitor when it is one of many: `reads` decides how to ask.
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn read_one_of_many(&self, reads: &Reads, id: &str) -> Result<Option<Value>, Error> {
        self.ledger().claim(id);
        reads.read(self, id).await
    }

    /// Replaces a monitor's settings and returns it as Datadog stored it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn update_monitor(&self, id: &str, body: &Value) -> Result<Value, Error> {
        self.ledger().claim(id);
        self.repeatable(Method::PUT, &path(id), Some(body)).await
    }

    /// Deletes a monitor; `force` also when an SLO or a composite monitor refers to it. Already gone is success.
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn delete_monitor(&self, id: &str, force: bool) -> Result<(), Error> {
        let query = if force { "?force=true" } else { "" };
        let path = format!("{}{query}", path(id));
        let deleted = self.repeatable(Method::DELETE, &path, None).await;
        gone_is_none::<Value>(deleted).map(|_| ())
    }

    /// Asks Datadog whether it would accept `body`, for a new monitor or for the one with this id. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with Datadog's reasons when it would not.
    pub async fn validate_monitor(&self, id: Option<&str>, body: &Value) -> Result<(), Error> {
        let path = validate_path(id);
        let answer = self.repeatable::<Value>(Method::POST, &path, Some(body));
        answer.await.map(|_| ())
    }

    /// Where [`Client::validate_monitor`] asks: names the API and the monitor.
    #[must_use]
    pub fn validate_url(&self, id: Option<&str>) -> String {
        self.url(&validate_path(id))
    }

    /// Sends a create once, unless it surely had no effect.
    ///
    /// # Errors
    /// [`Error`], which may leave a doubt.
    pub(super) async fn post_monitor(
        &self,
        body: &Value,
        stop: &CancellationToken,
    ) -> Result<Value, Error> {
        let call = Call {
            method: Method::POST,
            path: MONITORS,
            body: Some(body),
            repeatable: false,
            stop: Some(stop),
        };
        let made: Value = self.call(&call).await?;
        if made["id"].is_number() {
            return Ok(made);
        }
        Err(Error::Unreadable {
            request: CREATE.to_owned(),
            detail: "it holds no id".to_owned(),
        })
    }

    /// All monitors whose name contains `name`.
    pub(super) async fn monitors_named(&self, name: &str) -> Result<Vec<Value>, Error> {
        self.list(&named(name), PAGE).await
    }

    /// The ids of all monitors whose name contains `name`.
    pub(super) async fn monitor_ids(&self, name: &str) -> Result<Ids, Error> {
        Ok(ids(self.list(&named(name), PAGE_SIZE).await?))
    }

    /// The ids of all monitors, or `None` when there are more than some pages hold.
    pub(super) async fn all_monitor_ids(&self) -> Result<Option<Ids>, Error> {
        let all = Search::default();
        Ok(self.list_up_to(&all, PAGE_SIZE, MOST_PAGES).await?.map(ids))
    }
}

fn ids(listed: Vec<Listed>) -> Ids {
    let ids = listed.iter().map(|listed| listed.id.to_string());
    Arc::new(ids.collect())
}

fn named(name: &str) -> Search {
    Search {
        name: Some(name.to_owned()),
        ..Search::default()
    }
}

impl Source for Client {
    async fn page(&self, page: usize) -> Result<Vec<Box<RawValue>>, Error> {
        self.get(&Search::default().path(page, PAGE_SIZE)).await
    }

    async fn one(&self, id: &str) -> Result<Option<Value>, Error> {
        self.read_monitor(id).await
    }
}

fn validate_path(id: Option<&str>) -> String {
    id.map_or_else(
        || format!("{MONITORS}/validate"),
        |id| format!("{}/validate", path(id)),
    )
}

/// The id of a monitor, as text.
pub(super) fn id(monitor: &Value) -> String {
    monitor["id"].to_string()
}

fn path(id: &str) -> String {
    format!("{MONITORS}/{id}")
}

fn gone_is_none<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
