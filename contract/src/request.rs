//! The body of a callback: what the dispatcher sends and a service reads.

use serde::{Deserialize, Serialize};

use crate::notification::Notification;

/// The JSON body of `POST callback_url`. Ids are texts because event ids exceed 2^53, which a JSON
/// number does not survive in every language. The fields are written in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackRequest {
    /// Datadog's event, if the notification named one.
    #[serde(default)]
    pub event_id: Option<String>,
    /// The monitor to read. The only field that a service needs.
    pub monitor_id: String,
    /// The monitor's group as Datadog writes it, `bank_code:0001,env:prod`; a hint.
    #[serde(default)]
    pub group: Option<String>,
    /// The words of the title, such as `Triggered`; a hint.
    #[serde(default)]
    pub transition: Option<String>,
    /// True if a person pressed "Test Notifications".
    #[serde(default)]
    pub test: bool,
    /// The URL as the message has it.
    pub callback_url: String,
    /// The id of the SNS message: the same on each retry.
    pub message_id: String,
}

/// A notification asks for a callback and does not say which monitor it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the notification has a callback line and no monitor id; \
     keep the footer in the monitor's notifications (`notification_preset_name` must not hide it)"
)]
pub struct NoMonitorId;

impl CallbackRequest {
    /// What to send to `callback_url` about `notification`.
    pub fn new(
        notification: &Notification,
        callback_url: &str,
        message_id: &str,
    ) -> Result<CallbackRequest, NoMonitorId> {
        Ok(CallbackRequest {
            event_id: notification.event_id.clone(),
            monitor_id: notification.monitor_id.clone().ok_or(NoMonitorId)?,
            group: notification.group.clone(),
            transition: notification.transition.clone(),
            test: notification.test,
            callback_url: callback_url.to_owned(),
            message_id: message_id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_order_and_read_back() {
        let notification = Notification {
            monitor_id: Some("7".into()),
            ..Notification::default()
        };
        let request = CallbackRequest::new(&notification, "https://a.example/", "m-1").unwrap();
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(
            json,
            r#"{"event_id":null,"monitor_id":"7","group":null,"transition":null,"test":false,"callback_url":"https://a.example/","message_id":"m-1"}"#
        );
        assert_eq!(
            serde_json::from_str::<CallbackRequest>(&json).unwrap(),
            request
        );
    }

    #[test]
    fn needs_a_monitor_id() {
        let notification = Notification::default();
        assert_eq!(
            CallbackRequest::new(&notification, "https://a.example/", "m-1"),
            Err(NoMonitorId)
        );
    }
}
