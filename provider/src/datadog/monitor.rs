//! The monitor endpoints of API v1. Bodies are JSON as the API documents it; what they mean is `crate::monitor`'s business.

use super::reads::{PAGE_SIZE, Source};
use super::{Client, Error, Reads};
use serde_json::Value;
use serde_json::value::RawValue;

const MONITORS: &str = "/api/v1/monitor";

impl Client {
    /// Creates a monitor and returns it as Datadog stored it.
    ///
    /// # Errors
    /// [`Error`]; `maybe_done` in it when the monitor may exist all the same.
    pub async fn create_monitor(&self, body: &Value) -> Result<Value, Error> {
        self.create(MONITORS, body).await
    }

    /// The monitor with this id, or `None` when Datadog has none (any more).
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn read_monitor(&self, id: &str) -> Result<Option<Value>, Error> {
        gone_is_none(self.get(&path(id)).await)
    }

    /// The same when it is one of many: `reads` decides how to ask.
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn read_one_of_many(&self, reads: &Reads, id: &str) -> Result<Option<Value>, Error> {
        reads.read(self, id).await
    }

    /// Replaces a monitor's settings and returns it as Datadog stored it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn update_monitor(&self, id: &str, body: &Value) -> Result<Value, Error> {
        self.put(&path(id), body).await
    }

    /// Deletes a monitor; `force` also when an SLO or a composite monitor refers to it. Already gone is success.
    ///
    /// # Errors
    /// [`Error`], except a missing monitor.
    pub async fn delete_monitor(&self, id: &str, force: bool) -> Result<(), Error> {
        let query = if force { "?force=true" } else { "" };
        gone_is_none(self.delete(&format!("{}{query}", path(id))).await).map(|_| ())
    }

    /// Asks Datadog whether it would accept `body`, for a new monitor or for the one with this id. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with Datadog's reasons when it would not.
    pub async fn validate_monitor(&self, id: Option<&str>, body: &Value) -> Result<(), Error> {
        self.ask(&validate_path(id), body).await.map(|_| ())
    }

    /// Where [`Client::validate_monitor`] asks: names the API and the monitor.
    #[must_use]
    pub fn validate_url(&self, id: Option<&str>) -> String {
        self.url(&validate_path(id))
    }
}

impl Source for Client {
    async fn page(&self, page: usize) -> Result<Vec<Box<RawValue>>, Error> {
        self.get(&format!("{MONITORS}?page={page}&page_size={PAGE_SIZE}"))
            .await
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

fn path(id: &str) -> String {
    format!("{MONITORS}/{id}")
}

fn gone_is_none(result: Result<Value, Error>) -> Result<Option<Value>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
