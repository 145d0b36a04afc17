//! Takes Datadog's notifications out of whatever event carried them: SNS, SQS, a dead letter, an
//! on-failure destination, EventBridge, one in another. What a notification says is not read here.

mod shape;

use contract::Notification;
use serde_json::Value;

use crate::trace::Trace;

/// One notification as it was carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The id of the SNS message or of the EventBridge event: the same on each delivery.
    pub message_id: String,
    /// When it was sent, as RFC 3339, if the carrier says so.
    pub sent: Option<String>,
    /// The trace that it belongs to.
    pub trace: Trace,
    /// What Datadog sent.
    pub content: Content,
}

/// What Datadog sent, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// By SNS.
    Message {
        /// The title, if there is one.
        subject: Option<String>,
        /// The text.
        text: String,
    },
    /// By EventBridge: the event's `detail`.
    Detail(Value),
}

/// A record or why there is none, and the SQS message to give back if it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Set if Lambda reads a queue for us: the id to report.
    pub item: Option<String>,
    /// What the part holds.
    pub record: Result<Record, EnvelopeError>,
}

/// Why there is no notification in an event or in one of its records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The event, by the name of its kind or by its field names.
    #[error(
        "no notification of a monitor: it is {0}; send events of SNS (without raw delivery), \
         of SQS behind SNS, of EventBridge, or dead letters of these"
    )]
    Unknown(String),
    /// A field that the kind must have.
    #[error("{0} without `{1}`; only whole messages can be dispatched")]
    Missing(&'static str, &'static str),
    /// Envelopes in envelopes without end.
    #[error("more than {MAX_DEPTH} envelopes in one another; unwrap it by hand")]
    Deep,
}

/// A dead letter of a dead letter, read from a queue by Lambda, needs 5.
const MAX_DEPTH: usize = 8;

/// The detail type of Datadog's events on EventBridge.
const ALERT: &str = "Datadog Alert Notification";

impl Record {
    /// Reads the notification; `subject` replaces the Subject of SNS.
    pub fn read(&self, subject: Option<&str>) -> Notification {
        match &self.content {
            Content::Message { subject: own, text } => {
                Notification::read(text, subject.or(own.as_deref()))
            }
            Content::Detail(detail) => Notification::of_event(detail),
        }
    }
}

/// The parts of an event; a bad one does not hide the good ones. Never empty, except for an event
/// with an empty list of records.
pub fn read(event: &Value) -> Vec<Part> {
    let Some(records) = event.get("Records").and_then(Value::as_array) else {
        return parts(event, None, 0);
    };
    let item = |record: &Value| {
        record.get("body")?;
        text(record, "messageId")
    };
    let of_record = |record| parts(record, item(record), 1);
    records.iter().flat_map(of_record).collect()
}

/// Goes down into `value` until there is nothing more to unwrap.
fn parts(value: &Value, item: Option<String>, depth: usize) -> Vec<Part> {
    let part = |record| {
        vec![Part {
            item: item.clone(),
            record,
        }]
    };
    if depth > MAX_DEPTH {
        return part(Err(EnvelopeError::Deep));
    }
    for field in ["Records", "Messages"] {
        if let Some(all) = value.get(field).and_then(Value::as_array) {
            let inside = |one| parts(one, item.clone(), depth + 1);
            return all.iter().flat_map(inside).collect();
        }
    }
    if let Some(wrapped) = value.get("requestPayload") {
        return parts(wrapped, item.clone(), depth + 1);
    }
    let queued = text(value, "body").or_else(|| text(value, "Body"));
    match queued.map(|body| serde_json::from_str::<Value>(&body)) {
        Some(Ok(body)) if body.is_object() => parts(&body, item.clone(), depth + 1)
            .into_iter()
            .map(|part| carried(part, value))
            .collect(),
        Some(_) => part(Err(EnvelopeError::Unknown(shape::RAW.to_owned()))),
        None => part(bare(value)),
    }
}

/// The queue's trace counts where the message has none of its own.
fn carried(part: Part, queued: &Value) -> Part {
    let record = part.record.map(|record| Record {
        trace: record.trace.or(Trace::of_queue(queued)),
        ..record
    });
    Part { record, ..part }
}

/// What has no envelope around it any more.
fn bare(value: &Value) -> Result<Record, EnvelopeError> {
    if let Some(sns) = value.get("Sns") {
        return of_sns(sns);
    }
    if text(value, "detail-type").as_deref() == Some(ALERT) {
        return of_event(value);
    }
    let notification = text(value, "Type").is_none_or(|kind| kind == "Notification");
    if notification && value.get("Message").is_some() {
        return of_sns(value);
    }
    Err(EnvelopeError::Unknown(shape::name(value)))
}

fn of_sns(sns: &Value) -> Result<Record, EnvelopeError> {
    let missing = |field| EnvelopeError::Missing("an SNS message", field);
    Ok(Record {
        message_id: id(sns, "MessageId").ok_or(missing("MessageId"))?,
        sent: text(sns, "Timestamp"),
        trace: Trace::of_sns(sns),
        content: Content::Message {
            subject: text(sns, "Subject"),
            text: text(sns, "Message").ok_or(missing("Message"))?,
        },
    })
}

fn of_event(event: &Value) -> Result<Record, EnvelopeError> {
    let missing = |field| EnvelopeError::Missing("an EventBridge event", field);
    Ok(Record {
        message_id: id(event, "id").ok_or(missing("id"))?,
        sent: text(event, "time"),
        trace: Trace::default(),
        content: Content::Detail(event.get("detail").ok_or(missing("detail"))?.clone()),
    })
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field)?.as_str().map(str::to_owned)
}

/// An id becomes a header: what no header can hold is no id.
fn id(value: &Value, field: &str) -> Option<String> {
    let plain = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    text(value, field).filter(plain)
}
