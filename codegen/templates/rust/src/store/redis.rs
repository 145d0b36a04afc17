//! The store of many instances: Redis 6.2 or later, or Valkey. Every operation is one call of `apply.lua`.

use super::{Op, Store, StoreError};
use async_trait::async_trait;
use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Notify, time::timeout};

/// No command waits longer: a callback is answered 503 rather than late.
const PATIENCE: Duration = Duration::from_millis(800);

pub struct RedisStore {
    connection: ConnectionManager,
    script: redis::Script,
    prefix: String,
    me: String,
    hint: Arc<Notify>,
}

impl RedisStore {
    /// Connects lazily: a Redis that is down now is used once it is back. `me` is this instance's name.
    pub fn new(url: &str, service: &str, me: String) -> Result<Self, StoreError> {
        let client = redis::Client::open(url).map_err(|error| StoreError(error.to_string()))?;
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let connection = client.get_connection_manager_lazy(settings).map_err(|error| StoreError(error.to_string()))?;
        let (prefix, hint) = (format!("cb:{{{service}}}:"), Arc::new(Notify::new()));
        tokio::spawn(listen(client, format!("{prefix}changed"), hint.clone()));
        tokio::spawn(warn_if_evicting(connection.clone()));
        let script = redis::Script::new(include_str!("apply.lua"));
        Ok(Self { connection, script, prefix, me, hint })
    }
}

/// Subscribes for ever; each subscription, first or renewed, counts as a change.
async fn listen(client: redis::Client, channel: String, hint: Arc<Notify>) {
    loop {
        if let Ok(Ok(mut subscription)) = timeout(PATIENCE, client.get_async_pubsub()).await
            && subscription.subscribe(&channel).await.is_ok()
        {
            hint.notify_one();
            let mut messages = subscription.on_message();
            while messages.next().await.is_some() {
                hint.notify_one();
            }
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Redis must not evict breakers to make room for a cache.
async fn warn_if_evicting(mut connection: ConnectionManager) {
    let info: redis::RedisResult<String> = redis::cmd("INFO").arg("memory").query_async(&mut connection).await;
    let policy = info.ok().and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("maxmemory_policy:").map(|policy| policy.trim().to_owned()))
    });
    if let Some(policy) = policy.filter(|policy| policy != "noeviction") {
        tracing::warn!(policy, "redis may evict breakers: set maxmemory-policy to noeviction");
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn run(&self, op: Op) -> Result<Value, StoreError> {
        let mut connection = self.connection.clone();
        let mut call = self.script.key(&self.prefix);
        call.arg(json!(op).to_string()).arg(&self.me);
        let answer: String = match timeout(PATIENCE, call.invoke_async(&mut connection)).await {
            Ok(answer) => answer.map_err(|error| StoreError(error.to_string()))?,
            Err(_) => return Err(StoreError(format!("no answer from Redis within {PATIENCE:?}"))),
        };
        serde_json::from_str(&answer).map_err(|error| StoreError(error.to_string()))
    }

    async fn changed(&self) {
        self.hint.notified().await;
    }
}
