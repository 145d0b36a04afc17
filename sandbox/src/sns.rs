//! SNS: topics, and the event a Lambda function gets for a message.

use serde_json::{Value, json};

use crate::clock;

/// Where the sandbox's topics and its function live.
pub(crate) const REGION: &str = "us-east-1";
/// Whose they are.
pub(crate) const ACCOUNT: &str = "123456789012";

/// One published message.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    /// The topic's name, as in `@sns-NAME`.
    pub(crate) topic: String,
    pub(crate) subject: Option<String>,
    pub(crate) message: String,
    /// The same on every attempt and every duplicate.
    pub(crate) message_id: String,
    /// Wall milliseconds.
    pub(crate) at_ms: u64,
}

/// The event document of a Lambda function subscribed to the topic: always exactly one record.
pub(crate) fn event(publication: &Publication) -> Value {
    let topic_arn = format!("arn:aws:sns:{REGION}:{ACCOUNT}:{}", publication.topic);
    let subscription = format!("{topic_arn}:{}", publication.message_id);
    let host = format!("https://sns.{REGION}.amazonaws.com");
    json!({"Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": {
            "Type": "Notification",
            "MessageId": publication.message_id,
            "TopicArn": topic_arn,
            "Subject": publication.subject,
            "Message": publication.message,
            "Timestamp": clock::iso_millis_z(publication.at_ms),
            "SignatureVersion": "1",
            "Signature": "c2FuZGJveA==",
            "SigningCertUrl": format!("{host}/SimpleNotificationService-sandbox.pem"),
            "UnsubscribeUrl": format!("{host}/?Action=Unsubscribe&SubscriptionArn={subscription}"),
            "MessageAttributes": {},
        },
    }]})
}
