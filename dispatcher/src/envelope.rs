//! Takes the SNS messages out of whatever event carried them. Only the three fields that are needed
//! are looked at; what a message says is not read here.

use serde_json::Value;

/// One SNS message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// SNS's id, the same on each delivery of the message.
    pub message_id: String,
    /// The title, if there is one.
    pub subject: Option<String>,
    /// The text.
    pub message: String,
}

/// Why there is no message in an event or in one of its records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The event, by its field names.
    #[error(
        "no SNS event: it holds {0}; subscribe the function to an SNS topic, without raw delivery"
    )]
    NotSns(String),
    /// A record, by its number from 1, and the field.
    #[error("record {0} has no `{1}`; only SNS messages can be dispatched")]
    Missing(usize, &'static str),
}

/// The messages of an event of SNS, of SNS behind SQS, of an on-failure destination that wraps one
/// of these, or one message as SNS posts it. A bad record does not hide the good ones.
pub fn read(event: &Value) -> Result<Vec<Result<Record, EnvelopeError>>, EnvelopeError> {
    let event = event.get("requestPayload").unwrap_or(event);
    if let Some(records) = event.get("Records").and_then(Value::as_array) {
        let read =
            |(at, record)| of_record(record).map_err(|field| EnvelopeError::Missing(at + 1, field));
        return Ok(records.iter().enumerate().map(read).collect());
    }
    match of_sns(event) {
        Ok(record) => Ok(vec![Ok(record)]),
        Err(_) => Err(EnvelopeError::NotSns(outline(event))),
    }
}

fn of_record(record: &Value) -> Result<Record, &'static str> {
    if let Some(sns) = record.get("Sns") {
        return of_sns(sns);
    }
    let body = record.get("body").and_then(Value::as_str).ok_or("Sns")?;
    let sns: Value = serde_json::from_str(body).map_err(|_| "Sns")?;
    of_sns(&sns)
}

fn of_sns(sns: &Value) -> Result<Record, &'static str> {
    let text = |name: &'static str| sns.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Record {
        message_id: text("MessageId")
            .filter(|id| !id.is_empty())
            .ok_or("MessageId")?,
        subject: text("Subject"),
        message: text("Message").ok_or("Message")?,
    })
}

/// Names, never values: an event of an unknown kind may hold anything.
fn outline(event: &Value) -> String {
    match event {
        Value::Object(fields) if !fields.is_empty() => fields
            .keys()
            .take(8)
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(_) => "no field".to_owned(),
        _ => "no object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(subject: Option<&str>) -> Record {
        Record {
            message_id: "m-1".into(),
            subject: subject.map(str::to_owned),
            message: "Words.".into(),
        }
    }

    #[test]
    fn a_message_is_found_however_it_was_carried() {
        let sns = json!({"Type": "Notification", "MessageId": "m-1", "Subject": "s", "Message": "Words.", "More": 1});
        let bare = json!({"MessageId": "m-1", "Subject": null, "Message": "Words."});
        for (event, subject) in [
            (
                json!({"Records": [{"EventSource": "aws:sns", "Sns": sns}]}),
                Some("s"),
            ),
            (json!({"Records": [{"Sns": bare}]}), None),
            (
                json!({"Records": [{"messageId": "q-1", "body": sns.to_string()}]}),
                Some("s"),
            ),
            (
                json!({"requestContext": {}, "requestPayload": {"Records": [{"Sns": sns}]}}),
                Some("s"),
            ),
            (sns.clone(), Some("s")),
        ] {
            assert_eq!(read(&event), Ok(vec![Ok(record(subject))]), "{event}");
        }
    }

    #[test]
    fn a_bad_record_does_not_hide_a_good_one() {
        let event = json!({"Records": [
            {"s3": {}},
            {"Sns": {"MessageId": "m-1", "Message": "Words."}},
            {"Sns": {"MessageId": "m-1"}},
            {"Sns": {"Message": "Words."}},
            {"body": "no json"},
        ]});
        let missing = |number, field| Err(EnvelopeError::Missing(number, field));
        let expected = [
            missing(1, "Sns"),
            Ok(record(None)),
            missing(3, "Message"),
            missing(4, "MessageId"),
            missing(5, "Sns"),
        ];
        assert_eq!(read(&event).unwrap(), expected);
    }

    #[test]
    fn another_event_is_outlined_without_its_values() {
        for (event, outline) in [
            (
                json!({"detail": "secret", "source": "x"}),
                "`detail`, `source`",
            ),
            (json!({}), "no field"),
            (json!("text"), "no object"),
        ] {
            let error = read(&event).unwrap_err().to_string();
            assert!(
                error.contains(outline) && !error.contains("secret"),
                "{error}"
            );
        }
        assert_eq!(read(&json!({"Records": []})), Ok(vec![]));
    }
}
