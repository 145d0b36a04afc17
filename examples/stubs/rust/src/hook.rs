//! The seam between the mechanism and the service's own reaction: what a hook is given. The reactions live in `hooks.rs`.

use crate::datadog::{Source, SourceError};
use crate::model::{Change, Monitor, Notification};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::Arc;

/// The event behind a notification, looked up only when asked for.
pub struct LazyEvent {
    pub id: Option<String>,
    pub source: Arc<dyn Source>,
}

impl LazyEvent {
    /// Title, text, tags, time, alert type; `None` if the notification names no event. A late event is an error.
    pub async fn get(&self) -> Result<Option<Value>, SourceError> {
        match &self.id {
            Some(id) => self.source.event(id).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Called at least once, after the commit, on the instance that committed. An error is logged, counted and retried.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Every verified callback except a test, whether the monitor feeds a breaker or not.
    async fn on_notification(&self, _: &Notification, _: &LazyEvent, _: &Monitor) -> anyhow::Result<()> {
        Ok(())
    }

    /// A group opened.
    async fn on_open(&self, _: &Change) -> anyhow::Result<()> {
        Ok(())
    }

    /// A group is let through in part.
    async fn on_degraded(&self, _: &Change) -> anyhow::Result<()> {
        Ok(())
    }

    /// A group closed.
    async fn on_close(&self, _: &Change) -> anyhow::Result<()> {
        Ok(())
    }
}
