//! What can go wrong between this provider and Datadog, worded for the person who runs `terraform apply`.
//! No key and no header ever stands in one of these texts.

use std::fmt;
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
    /// 429 for longer than this provider is willing to wait, or with a reset later than that.
    #[error(
        "datadog's rate limit `{limit}` refused `{request}`, and {}: apply again later, lower `-parallelism`, \
         or raise `http_client_retry_timeout` in the provider block",
        hopeless(*.reset, *.stalled)
    )]
    RateLimited {
        /// Method and path.
        request: String,
        /// `X-RateLimit-Name`.
        limit: String,
        /// `X-RateLimit-Reset`, if it was told.
        reset: Option<Duration>,
        /// For how long rate limits have let nothing through.
        stalled: Duration,
    },
    /// 5xx, or a page in place of the API's answer, on every attempt that was safe to make.
    #[error("datadog failed `{request}` with status {status} in {tries}: {detail}{}", doubt(*.maybe_done))]
    Unavailable {
        /// Method and path.
        request: String,
        /// The last HTTP status.
        status: u16,
        /// How often, and for how long.
        tries: Tries,
        /// Datadog's `errors`, joined, or what else came.
        detail: String,
        /// The request was not safe to repeat and may have been carried out.
        maybe_done: bool,
    },
    /// No HTTP answer at all.
    #[error("no answer from datadog to `{request}` in {tries}: {detail}{}", doubt(*.maybe_done))]
    Unreachable {
        /// Method and path.
        request: String,
        /// How often, and for how long.
        tries: Tries,
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
    /// The answer to a create was lost, and what it may have made could not be looked for to the end.
    #[error(
        "{lost}. The monitor `{name}` could not be looked for: {why}. It may exist: look for it in datadog, and import \
         or delete it before you apply again"
    )]
    Doubtful {
        /// The monitor's name.
        name: String,
        /// What became of the create.
        lost: Box<Error>,
        /// What became of the looking.
        why: String,
    },
    /// The answer to a create was lost, and more than one monitor could be what it made.
    #[error(
        "{lost}. More than one new monitor is what it could have made, so none was adopted and nothing more was created: \
         ids {}. Import the one you want with `terraform import`, delete the others, then apply again",
        listed(.ids)
    )]
    Ambiguous {
        /// What became of the create.
        lost: Box<Error>,
        /// The monitors.
        ids: Vec<String>,
    },
    /// A create was sent several times, and nothing came of it.
    #[error(
        "{lost}. The monitor `{name}` was not created: the request was sent {sent} times, and for {} s after each the monitor \
         was looked for and not found. Apply again when datadog is well (status.datadoghq.com)",
        looked.as_secs()
    )]
    NotCreated {
        /// The monitor's name.
        name: String,
        /// What became of the last create.
        lost: Box<Error>,
        /// How many requests were sent.
        sent: usize,
        /// How long was looked after each.
        looked: Duration,
    },
    /// Terraform was interrupted before the request was sent (again).
    #[error("interrupted before `{request}` was sent: nothing came of it; apply again")]
    Interrupted {
        /// Method and path.
        request: String,
    },
    /// The client could not be built.
    #[error("the https client cannot be built: {0}")]
    Setup(String),
}

impl Error {
    /// The same error, with word on whether its request may have been carried out.
    pub(super) fn in_doubt_if(mut self, doubt: bool) -> Self {
        if let Self::Unavailable { maybe_done, .. } | Self::Unreachable { maybe_done, .. } =
            &mut self
        {
            *maybe_done = doubt;
        }
        self
    }

    /// Whether a create that ended so may have made its monitor all the same.
    pub(super) fn leaves_doubt(&self) -> bool {
        match self {
            Self::Unavailable { maybe_done, .. } | Self::Unreachable { maybe_done, .. } => {
                *maybe_done
            }
            Self::Unreadable { .. } => true,
            _ => false,
        }
    }
}

/// How often a request was sent, and how long that took with the pauses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Requests, at least one.
    pub sent: u32,
    /// From the first request to the end of the last.
    pub took: Duration,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            sent: 1,
            took: Duration::ZERO,
        }
    }
}

impl fmt::Display for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs();
        match (self.sent, seconds) {
            (1, 0) => f.write_str("1 attempt"),
            (1, _) => write!(f, "1 attempt of {seconds} s"),
            (sent, _) => write!(f, "{sent} attempts over {seconds} s"),
        }
    }
}

fn hopeless(reset: Option<Duration>, stalled: Duration) -> String {
    let stalled = stalled.as_secs();
    match reset {
        Some(reset) if reset.as_secs() >= stalled => {
            format!("it resets only in {} s", reset.as_secs())
        }
        _ => format!("nothing got through for {stalled} s"),
    }
}

fn listed(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}

fn doubt(maybe_done: bool) -> &'static str {
    if maybe_done {
        "; it may have been carried out all the same"
    } else {
        ""
    }
}
