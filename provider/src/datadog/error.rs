//! What can go wrong between this provider and Datadog, worded for the person who runs `terraform apply`.
//! No key and no header ever stands in one of these texts.

use std::time::Duration;

/// A request that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 400 and other answers that say the request itself is wrong; `detail` is Datadog's own text.
    #[error("datadog refused `{request}` with status {status}: {detail}")]
    Refused {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// Datadog's `errors`, joined.
        detail: String,
    },
    /// 401 or 403.
    #[error(
        "datadog refused the keys for `{request}` with status {status}: {detail}; \
         check `api_key` and `app_key` (DD_API_KEY, DD_APP_KEY), their scopes, and that they belong to this site"
    )]
    Forbidden {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// Datadog's `errors`, joined.
        detail: String,
    },
    /// 404: there is no such object (any more).
    #[error("datadog knows no `{request}`: {detail}")]
    NotFound {
        /// Method and path.
        request: String,
        /// Datadog's `errors`, joined.
        detail: String,
    },
    /// 429, and the limit resets later than this provider is willing to wait.
    #[error(
        "datadog's rate limit `{limit}` refused `{request}`; it resets in {} s: apply again then, or lower `-parallelism`",
        reset.as_secs()
    )]
    RateLimited {
        /// Method and path.
        request: String,
        /// `X-RateLimit-Name`.
        limit: String,
        /// `X-RateLimit-Reset`.
        reset: Duration,
    },
    /// 5xx on every attempt that was safe to make.
    #[error("datadog failed `{request}` with status {status} in {attempts} attempt(s): {detail}{}", doubt(*.maybe_done))]
    Unavailable {
        /// Method and path.
        request: String,
        /// The last HTTP status.
        status: u16,
        /// How many requests were sent.
        attempts: u32,
        /// Datadog's `errors`, joined, or what else came.
        detail: String,
        /// The request was not safe to repeat and may have been carried out.
        maybe_done: bool,
    },
    /// No HTTP answer at all.
    #[error("no answer from datadog to `{request}` in {attempts} attempt(s): {detail}{}", doubt(*.maybe_done))]
    Unreachable {
        /// Method and path.
        request: String,
        /// How many requests were sent.
        attempts: u32,
        /// The chain of causes.
        detail: String,
        /// The request was not safe to repeat and may have been carried out.
        maybe_done: bool,
    },
    /// A 2xx answer that is not what the API documents.
    #[error(
        "datadog's answer to `{request}` cannot be used: {detail}; is `api_url` really a datadog api?"
    )]
    Unreadable {
        /// Method and path.
        request: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The client could not be built.
    #[error("the https client cannot be built: {0}")]
    Setup(String),
}

fn doubt(maybe_done: bool) -> &'static str {
    if maybe_done {
        "; it may have been carried out all the same: look in datadog before you apply again"
    } else {
        ""
    }
}
