//! One delivery: an SNS message on its way through one asynchronous invocation of Lambda, and what is left of it when it
//! fails for good. Due times are virtual milliseconds, deadlines are wall milliseconds.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{self, Moment};
use crate::ids::Ids;
use crate::sns::{self, ACCOUNT, Publication, REGION};

/// The function's name.
pub(crate) const FUNCTION: &str = "circuit-breaker-dispatcher";

/// How long Lambda waits after the first and the second failed attempt; then the event goes to the dead letter queue.
const RETRY_AFTER_MS: [u64; 2] = [60_000, 120_000];
/// `ErrorMessage` of a dead letter holds the first 1 KB of the function's error.
const ERROR_LIMIT: usize = 1024;

/// How Lambda treats an asynchronous invocation that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    /// Further attempts: 0 to 2.
    pub(crate) retries: usize,
    /// No attempt begins when the event is older than this: 60 to 21600 seconds of virtual time.
    pub(crate) max_age_s: u64,
    /// What an event that failed for good becomes.
    pub(crate) on_failure: OnFailure,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            retries: RETRY_AFTER_MS.len(),
            max_age_s: 21_600,
            on_failure: OnFailure::DeadLetterQueue,
        }
    }
}

impl Rules {
    /// Whether Lambda would take them.
    pub(crate) fn are_allowed(self) -> bool {
        self.retries <= RETRY_AFTER_MS.len() && (60..=21_600).contains(&self.max_age_s)
    }
}

/// Where events go that failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnFailure {
    /// The event as it was, with attributes.
    DeadLetterQueue,
    /// The event inside a record of the invocation.
    Destination,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Published, but kept from Lambda by `hold_deliveries`.
    Held,
    /// Waits for its due time, or for a free function.
    Queued,
    Running,
    Delivered,
    /// In the dead letter queue.
    Dead,
    Dropped,
}

/// One finished attempt.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    /// Virtual milliseconds at which the function got the event.
    pub(crate) at_ms: u64,
    pub(crate) ok: bool,
    pub(crate) error: Option<String>,
}

/// The monitor's side of a delivery; empty for a message published by hand.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Origin {
    pub(crate) monitor_id: Option<String>,
    pub(crate) event_id: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) transition: Option<String>,
}

/// A message for the function.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) publication: Publication,
    pub(crate) origin: Origin,
    /// Whether it is kept back until it is released.
    pub(crate) held: bool,
}

/// One message to one function.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) publication: Publication,
    pub(crate) origin: Origin,
    /// The event document, the same bytes on every attempt.
    pub(crate) event: String,
    /// The same for all attempts of one asynchronous invocation.
    pub(crate) request_id: String,
    pub(crate) state: State,
    pub(crate) attempts: Vec<Attempt>,
    /// Attempts that failed since the event was last handed to Lambda.
    failures: usize,
    pub(crate) due_ms: u64,
    /// When Lambda took the event, in virtual milliseconds.
    accepted_ms: u64,
    started_ms: u64,
    pub(crate) deadline_ms: u64,
}

impl Delivery {
    pub(crate) fn new(incoming: Incoming, ids: &mut Ids, now: Moment) -> Self {
        let Incoming {
            publication,
            origin,
            held,
        } = incoming;
        Self {
            id: ids.delivery(),
            event: sns::event(&publication).to_string(),
            publication,
            origin,
            request_id: ids.uuid(),
            state: if held { State::Held } else { State::Queued },
            attempts: Vec::new(),
            failures: 0,
            due_ms: now.virtual_ms,
            accepted_ms: now.virtual_ms,
            started_ms: 0,
            deadline_ms: 0,
        }
    }

    /// Lets it go to the function at once.
    pub(crate) fn release(&mut self, now: Moment) {
        if self.state == State::Held {
            self.accepted_ms = now.virtual_ms;
        }
        self.state = State::Queued;
        self.due_ms = now.virtual_ms;
    }

    /// Hands the event to Lambda anew: another request, with all its attempts.
    pub(crate) fn redrive(&mut self, request_id: String, now: Moment) {
        self.release(now);
        self.failures = 0;
        self.accepted_ms = now.virtual_ms;
        self.request_id = request_id;
    }

    pub(crate) fn start(&mut self, timeout_ms: u64, now: Moment) {
        self.state = State::Running;
        self.started_ms = now.virtual_ms;
        self.deadline_ms = now.wall_ms.saturating_add(timeout_ms);
    }

    pub(crate) fn succeed(&mut self) {
        self.attempts.push(Attempt {
            at_ms: self.started_ms,
            ok: true,
            error: None,
        });
        self.state = State::Delivered;
    }

    /// Waits for the next attempt; after the last one, gives what goes to the dead letter queue.
    pub(crate) fn fail(&mut self, error: &str, rules: Rules, now: Moment) -> Option<DeadLetter> {
        self.attempts.push(Attempt {
            at_ms: self.started_ms,
            ok: false,
            error: Some(error.to_owned()),
        });
        let wait = RETRY_AFTER_MS.iter().take(rules.retries).nth(self.failures);
        let oldest_ms = self
            .accepted_ms
            .saturating_add(rules.max_age_s.saturating_mul(1000));
        self.failures += 1;
        let condition = match wait {
            Some(wait) if now.virtual_ms + wait <= oldest_ms => {
                self.state = State::Queued;
                self.due_ms = now.virtual_ms + wait;
                return None;
            }
            Some(_) => "EventAgeExceeded",
            None => "RetriesExhausted",
        };
        self.state = State::Dead;
        Some(match rules.on_failure {
            OnFailure::DeadLetterQueue => dead_letter(self, error, now),
            OnFailure::Destination => failure_record(self, error, (condition, now)),
        })
    }
}

/// An event that failed for good.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DeadLetter {
    pub(crate) delivery_id: String,
    /// The event document as it was.
    pub(crate) body: String,
    pub(crate) attributes: Value,
    /// Virtual milliseconds.
    pub(crate) at_ms: u64,
}

/// The attributes of a dead letter. The code is the HTTP status of the invocation, which is 200 for a function's own error.
fn dead_letter(delivery: &Delivery, error: &str, now: Moment) -> DeadLetter {
    let message: String = error.chars().take(ERROR_LIMIT).collect();
    DeadLetter {
        delivery_id: delivery.id.clone(),
        body: delivery.event.clone(),
        attributes: json!({"RequestID": delivery.request_id, "ErrorCode": "200", "ErrorMessage": message}),
        at_ms: now.virtual_ms,
    }
}

/// What an on-failure destination gets: the event is inside, in `requestPayload`.
fn failure_record(
    delivery: &Delivery,
    error: &str,
    (condition, now): (&str, Moment),
) -> DeadLetter {
    let payload: Value = serde_json::from_str(&delivery.event).unwrap_or_default();
    let record = json!({
        "version": "1.0",
        "timestamp": clock::iso_millis_z(now.wall_ms),
        "requestContext": {
            "requestId": delivery.request_id,
            "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}:$LATEST"),
            "condition": condition,
            "approximateInvokeCount": delivery.failures,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": error},
    });
    DeadLetter {
        delivery_id: delivery.id.clone(),
        body: record.to_string(),
        attributes: json!({}),
        at_ms: now.virtual_ms,
    }
}

impl Serialize for Delivery {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            publication,
            origin,
            ..
        } = self;
        let next = (self.state == State::Queued).then_some(self.due_ms);
        let view = json!({
            "id": self.id,
            "topic": publication.topic,
            "subject": publication.subject,
            "message": publication.message,
            "message_id": publication.message_id,
            "request_id": self.request_id,
            "monitor_id": origin.monitor_id,
            "event_id": origin.event_id,
            "group": origin.group,
            "transition": origin.transition,
            "state": self.state,
            "attempts": self.attempts,
            "next_attempt_ms": next,
        });
        view.serialize(serializer)
    }
}
