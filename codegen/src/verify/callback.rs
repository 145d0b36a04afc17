//! A callback as the dispatcher sends it, and the ways in which it can be wrong. Keys here are the suite's own.

use contract::signature::{HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP};
use contract::{CallbackRequest, SigningKeys};

use super::client::Request;
use super::error::Failure;

/// The path that every callback line ends with.
pub(super) const PATH: &str = "/dd_circuit_breaker/callback";
/// The key that is being rotated out, and the one that replaces it: a service is started with both.
pub(super) const OLD_KEY: &str = "whsec_Y2ItZ2VuIHZlcmlmeTogdGhlIG9sZCBrZXkuLi4=";
pub(super) const NEW_KEY: &str = "whsec_Y2ItZ2VuIHZlcmlmeTogdGhlIG5ldyBrZXkuLi4=";
/// A key the service has never seen.
pub(super) const STRANGE_KEY: &str = "whsec_Y2ItZ2VuIHZlcmlmeTogYSBzdHJhbmdlIGtleS4=";

/// Who signs.
#[derive(Debug, Clone)]
pub(super) enum Signed {
    /// These keys, separated by blanks.
    By(&'static str),
    /// Nobody: the header holds this text, or is absent.
    Header(Option<String>),
}

/// One callback before it is sent.
#[derive(Debug, Clone)]
pub(super) struct Callback {
    /// `webhook-id`.
    pub(super) id: String,
    pub(super) body: Vec<u8>,
    pub(super) signed: Signed,
    /// How many seconds ago it was signed; negative lies in the future.
    pub(super) age_s: i64,
    pub(super) content_type: &'static str,
    /// Put after the signed body.
    pub(super) tail: &'static str,
}

impl Callback {
    /// A good callback about `monitor_id`, with a `webhook-id` of its own. The transition is only ever a hint.
    pub(super) fn new(monitor_id: &str, id: String) -> Self {
        let request = CallbackRequest {
            event_id: Some("9007199254740993".to_owned()),
            monitor_id: monitor_id.to_owned(),
            group: None,
            transition: Some("Triggered".to_owned()),
            test: false,
            callback_url: format!("https://funds.example{PATH}"),
            message_id: id.clone(),
        };
        Self {
            id,
            body: serde_json::to_vec(&request).unwrap_or_default(),
            signed: Signed::By(NEW_KEY),
            age_s: 0,
            content_type: "application/json",
            tail: "",
        }
    }

    /// The same with fields of the body replaced, given as a JSON object.
    pub(super) fn with(mut self, changes: serde_json::Value) -> Self {
        let mut body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        for (name, value) in changes.as_object().into_iter().flatten() {
            body[name.as_str()] = value.clone();
        }
        self.body = body.to_string().into_bytes();
        self
    }

    /// The request, signed at `now_s` (seconds since 1970) less the age.
    pub(super) fn request(&self, now_s: i64) -> Result<Request, Failure> {
        let at = now_s - self.age_s;
        let signature = match &self.signed {
            Signed::Header(text) => text.clone(),
            Signed::By(keys) => Some(
                SigningKeys::parse(keys)
                    .and_then(|keys| keys.sign(&self.id, at, &self.body))
                    .map_err(|error| Failure(error.to_string()))?,
            ),
        };
        let mut headers = vec![
            ("content-type", self.content_type.to_owned()),
            (HEADER_ID, self.id.clone()),
            (HEADER_TIMESTAMP, at.to_string()),
        ];
        headers.extend(signature.map(|signature| (HEADER_SIGNATURE, signature)));
        let mut body = self.body.clone();
        body.extend(self.tail.bytes());
        Ok(Request { headers, body })
    }
}

#[cfg(test)]
mod tests {
    use contract::SigningKeys;

    use super::{Callback, NEW_KEY, OLD_KEY, STRANGE_KEY};

    #[test]
    fn the_keys_are_keys_and_differ() {
        let all = format!("{OLD_KEY} {NEW_KEY} {STRANGE_KEY}");
        assert!(SigningKeys::parse(&all).is_ok());
        assert!(OLD_KEY != NEW_KEY && NEW_KEY != STRANGE_KEY && OLD_KEY != STRANGE_KEY);
    }

    #[test]
    fn the_body_is_the_contract_s() {
        let callback =
            Callback::new("7", "m-1".into()).with(serde_json::json!({ "test": true, "new": 1 }));
        let body: contract::CallbackRequest =
            serde_json::from_slice(&callback.body).expect("a callback");
        assert_eq!(
            (
                body.monitor_id.as_str(),
                body.test,
                body.message_id.as_str()
            ),
            ("7", true, "m-1")
        );
    }
}
