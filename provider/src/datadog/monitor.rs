//! The monitor endpoints of API v1. Bodies are JSON as the API documents it; what they mean is `crate::monitor`'s business.

use super::{Client, Error};
use serde_json::Value;

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
        let path = id.map_or_else(
            || format!("{MONITORS}/validate"),
            |id| format!("{}/validate", path(id)),
        );
        self.ask(&path, body).await.map(|_| ())
    }
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
