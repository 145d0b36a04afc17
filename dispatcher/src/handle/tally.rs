//! Counts what came of an event, logs each part as it is known, and says in the end whether the
//! event must come again.

use std::collections::BTreeSet;

use contract::{CallbackRequest, CallbackUrl};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::plan::Job;
use crate::callback::{CallError, Caller, Outcome};
use crate::envelope::Part;
use crate::log::{self, Level};
use crate::metrics::Metrics;

/// What came of an event in which nothing failed, or of a batch of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Callbacks answered with 200.
    pub called: usize,
    /// Callbacks that the policy forbids; each stands in the log as an error.
    pub refused: usize,
    /// Notifications that asked for nothing, tests that are not forwarded, and dry runs.
    pub ignored: usize,
    /// For events of SQS: the messages that must come again. The event source mapping needs
    /// `ReportBatchItemFailures`, else SQS takes the whole batch for done.
    pub batch_item_failures: Option<Vec<ItemFailure>>,
}

/// The counts, or what Lambda reads for a queue and nothing beside it: an answer that it does not
/// know would fail the whole batch.
impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Summary {
            called,
            refused,
            ignored,
            batch_item_failures,
        } = self;
        let answer = match batch_item_failures {
            Some(items) => json!({ "batchItemFailures": items }),
            None => json!({ "called": called, "refused": refused, "ignored": ignored }),
        };
        answer.serialize(serializer)
    }
}

/// An SQS message that must come again, by the name that Lambda gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The id of the SQS message.
    pub item_identifier: String,
}

/// The event must be delivered again: Lambda retries on an error, then uses the dead letter queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of the event's {total} parts failed: {}", .failures.len(), .failures.join("; "))]
pub struct HandleError {
    /// Callbacks and unreadable records together.
    pub total: usize,
    /// Callbacks answered with 200 all the same.
    pub called: usize,
    /// One text per failure; never empty. No query of a URL stands in it.
    pub failures: Vec<String>,
}

/// A callback that was made.
pub(super) struct Called {
    pub(super) job: Job,
    pub(super) outcome: Outcome,
    pub(super) ms: u64,
}

pub(super) struct Tally {
    /// The SQS messages of the event; `None` if it is none of SQS.
    items: Option<BTreeSet<String>>,
    /// Those of them that failed.
    failed_items: BTreeSet<String>,
    failures: Vec<String>,
    metrics: Metrics,
}

impl Tally {
    pub(super) fn of(parts: &[Part]) -> Tally {
        let items: BTreeSet<_> = parts.iter().filter_map(|part| part.item.clone()).collect();
        Tally {
            items: (!items.is_empty()).then_some(items),
            failed_items: BTreeSet::new(),
            failures: Vec::new(),
            metrics: Metrics::default(),
        }
    }

    pub(super) fn ignored(&mut self, message_id: &str, why: &str) {
        self.metrics.ignored += 1;
        let said = json!({ "message_id": message_id, "outcome": "ignored" });
        log::line(Level::Info, why, &said);
    }

    pub(super) fn unreadable(&mut self, message_id: &str, item: Option<String>, why: &str) {
        let said = json!({ "message_id": message_id, "outcome": "failed", "reason": why });
        log::line(Level::Error, "record failed", &said);
        self.failed(item, why.to_owned());
    }

    /// A task that ended without a word: a bug, and no reason to lose the event.
    pub(super) fn broke_off(&mut self, why: &str) {
        self.failed_items
            .extend(self.items.iter().flatten().cloned());
        self.failed(None, format!("a callback broke off: {why}"));
    }

    fn failed(&mut self, item: Option<String>, why: String) {
        self.metrics.failed += 1;
        self.failed_items.extend(item);
        self.failures.push(log::redact(&why).into_owned());
    }

    pub(super) fn called(&mut self, called: Called) {
        let Called { job, outcome, ms } = called;
        if outcome.attempts > 0 {
            self.metrics.latency_ms.push(ms);
        }
        let mut said = describe(&job.request);
        said["status"] = json!(outcome.status());
        said["ms"] = json!(ms);
        said["attempt"] = json!(outcome.attempts);
        let (level, msg, word) = match &outcome.result {
            Ok(()) if outcome.attempts == 0 => {
                self.metrics.ignored += 1;
                (
                    Level::Info,
                    "callback would be made: this is a dry run",
                    "dry_run",
                )
            }
            Ok(()) => {
                self.metrics.dispatched += 1;
                (Level::Info, "callback accepted", "accepted")
            }
            Err(CallError::Refused(_)) => {
                self.metrics.rejected += 1;
                (Level::Error, "callback refused", "refused")
            }
            Err(error) => {
                self.failed(job.item, format!("`{}`: {error}", job.request.callback_url));
                (Level::Error, "callback failed", "failed")
            }
        };
        said["outcome"] = json!(word);
        if let Err(error) = &outcome.result {
            said["reason"] = Value::from(error.to_string());
        }
        log::line(level, msg, &said);
    }

    /// Writes the metrics and gives the answer to Lambda.
    pub(super) fn close(mut self, caller: &Caller) -> Result<Summary, HandleError> {
        let function = caller.settings.function.as_deref();
        log::raw(&self.metrics.render(function, caller.now_s()));
        let Metrics {
            dispatched,
            ignored,
            rejected,
            failed,
            ..
        } = self.metrics;
        // Given back one by one, unless it is all of them: an error says so in Lambda's metrics too.
        let partial = self
            .items
            .as_ref()
            .is_some_and(|items| *items != self.failed_items);
        if !self.failures.is_empty() && !partial {
            self.failures.sort();
            return Err(HandleError {
                total: dispatched + ignored + rejected + failed,
                called: dispatched,
                failures: self.failures,
            });
        }
        let failed = self.failed_items.into_iter();
        let failed = failed.map(|item_identifier| ItemFailure { item_identifier });
        Ok(Summary {
            called: dispatched,
            refused: rejected,
            ignored,
            batch_item_failures: self.items.map(|_| failed.collect()),
        })
    }
}

/// What identifies a callback in the log. Of the URL only the host and the path: a query may hold
/// a secret.
fn describe(request: &CallbackRequest) -> Value {
    let url = CallbackUrl::parse(&request.callback_url).ok();
    json!({
        "message_id": request.message_id, "monitor_id": request.monitor_id,
        "event_id": request.event_id, "group": request.group,
        "transition": request.transition, "test": request.test,
        "host": url.as_ref().map(|url| format!("{}:{}", url.host, url.port)),
        "path": url.as_ref().map(|url| url.path.clone()),
    })
}
