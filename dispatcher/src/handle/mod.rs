//! One event from Lambda: reads its messages, makes every callback they ask for, and reports. A
//! callback that fails or is refused stops no other.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use contract::{CallbackRequest, Notification};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::callback::{CallError, Caller, ClientError, Limits};
use crate::config::{Config, ConfigError};
use crate::envelope;
use crate::log::{self, Level};

/// What came of an event in which nothing failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Callbacks answered with 200.
    pub called: usize,
    /// Callbacks that the policy forbids; each stands in the log as an error.
    pub refused: usize,
}

/// The event must be delivered again: Lambda retries on an error, then uses the dead letter queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of the event's {total} parts failed: {}", .failures.len(), .failures.join("; "))]
pub struct HandleError {
    /// Callbacks and unreadable records together.
    pub total: usize,
    /// One text per failure; never empty.
    pub failures: Vec<String>,
}

/// Why the dispatcher cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Reads the settings through `lookup`, makes the client, and says in the log what is unusual.
pub fn start(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Arc<Caller>, StartError> {
    let started = try_start(lookup);
    if let Err(error) = &started {
        log::line(
            Level::Error,
            "cannot start",
            &json!({ "reason": error.to_string() }),
        );
    }
    started
}

fn try_start(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Arc<Caller>, StartError> {
    let config = Config::read(lookup)?;
    for warning in config.warnings() {
        log::line(Level::Warn, &warning, &json!({}));
    }
    Ok(Arc::new(Caller::new(config, Limits::default(), unix_now)?))
}

/// The wall clock, in seconds since 1970.
fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Makes every callback that `event` asks for, all at once, and waits for all of them.
pub async fn handle(caller: &Arc<Caller>, event: &Value) -> Result<Summary, HandleError> {
    let (requests, mut failures) = plan(event);
    let total = requests.len() + failures.len();
    let mut calls = JoinSet::new();
    for request in requests {
        let caller = Arc::clone(caller);
        calls.spawn(async move { call(&caller, &request).await });
    }
    let mut summary = Summary::default();
    while let Some(call) = calls.join_next().await {
        match call.unwrap_or_else(|error| Called::Failed(format!("a callback broke off: {error}")))
        {
            Called::Accepted => summary.called += 1,
            Called::Refused => summary.refused += 1,
            Called::Failed(why) => failures.push(why),
        }
    }
    if failures.is_empty() {
        return Ok(summary);
    }
    failures.sort();
    Err(HandleError { total, failures })
}

enum Called {
    Accepted,
    Refused,
    Failed(String),
}

/// The callbacks of an event, and what about it cannot be read.
fn plan(event: &Value) -> (Vec<CallbackRequest>, Vec<String>) {
    let mut requests = Vec::new();
    let mut failures = Vec::new();
    let records = envelope::read(event).unwrap_or_else(|error| vec![Err(error)]);
    for record in records {
        match record {
            Ok(record) => match requests_of(&record) {
                Ok(found) => requests.extend(found),
                Err(why) => failures.push(broken(&record.message_id, why.to_string())),
            },
            Err(why) => failures.push(broken("", why.to_string())),
        }
    }
    (requests, failures)
}

fn requests_of(record: &envelope::Record) -> Result<Vec<CallbackRequest>, contract::NoMonitorId> {
    let notification = Notification::read(&record.message, record.subject.as_deref());
    if notification.callbacks.is_empty() {
        log::line(
            Level::Info,
            "no callback line: nothing to do",
            &json!({ "message_id": record.message_id }),
        );
    }
    let request = |url: &String| CallbackRequest::new(&notification, url, &record.message_id);
    notification.callbacks.iter().map(request).collect()
}

fn broken(message_id: &str, why: String) -> String {
    log::line(
        Level::Error,
        "record failed",
        &json!({ "message_id": message_id, "reason": why }),
    );
    why
}

async fn call(caller: &Caller, request: &CallbackRequest) -> Called {
    let began = Instant::now();
    let called = caller.call(request).await;
    let CallbackRequest {
        callback_url: url,
        monitor_id,
        message_id,
        ..
    } = request;
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut said = json!({
        "url": url, "monitor_id": monitor_id, "message_id": message_id, "ms": ms,
        "event_id": request.event_id, "group": request.group,
        "transition": request.transition, "test": request.test,
    });
    if let Err(error) = &called {
        said["reason"] = Value::from(error.to_string());
    }
    match called {
        Ok(()) => {
            log::line(Level::Info, "callback accepted", &said);
            Called::Accepted
        }
        Err(CallError::Refused(_)) => {
            log::line(Level::Error, "callback refused", &said);
            Called::Refused
        }
        Err(error) => {
            log::line(Level::Error, "callback failed", &said);
            Called::Failed(format!("`{url}`: {error}"))
        }
    }
}
