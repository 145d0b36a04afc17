//! Makes one callback: asks the policy, signs, posts. What to call and what a failure means for the
//! rest is decided in `handle`.

use std::sync::Arc;

use bytes::Bytes;
use contract::signature::{HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP};
use contract::{CallbackRequest, SignatureError, SigningKeys};
use http_body_util::Full;
use hyper::Request;
use hyper::header::{CONTENT_TYPE, USER_AGENT};

use crate::client::Client;
use crate::config::Config;
use crate::policy::{Policy, Refusal};

pub use crate::client::{ClientError, Limits, PostError};

/// What makes callbacks.
pub struct Caller {
    keys: SigningKeys,
    policy: Arc<Policy>,
    client: Client,
    /// Seconds since 1970.
    clock: fn() -> i64,
}

/// Why a callback was not made or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The policy forbids it: trying again would not help.
    #[error(transparent)]
    Refused(Refusal),
    /// It was sent, or could not be.
    #[error(transparent)]
    Failed(PostError),
    /// The request cannot be put into bytes.
    #[error("cannot write the request: {0}")]
    Request(String),
    /// The request cannot be signed.
    #[error("cannot sign the request: {0}")]
    Sign(#[from] SignatureError),
}

impl From<PostError> for CallError {
    fn from(error: PostError) -> CallError {
        match error {
            PostError::Refused(refusal) => CallError::Refused(refusal),
            other => CallError::Failed(other),
        }
    }
}

impl Caller {
    /// `clock` tells the seconds since 1970; it is asked on each attempt.
    pub fn new(config: Config, limits: Limits, clock: fn() -> i64) -> Result<Caller, ClientError> {
        let policy = Arc::new(config.policy);
        let client = Client::new(Arc::clone(&policy), config.extra_ca.as_deref(), limits)?;
        Ok(Caller {
            keys: config.keys,
            policy,
            client,
            clock,
        })
    }

    /// Posts `request` to its own URL.
    pub async fn call(&self, request: &CallbackRequest) -> Result<(), CallError> {
        self.policy
            .admit(&request.callback_url)
            .map_err(CallError::Refused)?;
        Ok(self.client.post(self.signed(request)?).await?)
    }

    fn signed(&self, request: &CallbackRequest) -> Result<Request<Full<Bytes>>, CallError> {
        let body =
            serde_json::to_vec(request).map_err(|error| CallError::Request(error.to_string()))?;
        let now_s = (self.clock)();
        let signature = self.keys.sign(&request.message_id, now_s, &body)?;
        Request::post(&request.callback_url)
            .header(CONTENT_TYPE, "application/json")
            .header(
                USER_AGENT,
                concat!("circuitbreaker-dispatcher/", env!("CARGO_PKG_VERSION")),
            )
            .header(HEADER_ID, &request.message_id)
            .header(HEADER_TIMESTAMP, now_s)
            .header(HEADER_SIGNATURE, signature)
            .body(Full::new(body.into()))
            .map_err(|error| CallError::Request(error.to_string()))
    }
}
