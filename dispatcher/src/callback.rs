//! Makes one callback: asks the policy, signs, posts, and tries once more where that may help at
//! once. What to call and what a failure means for the rest is decided in `handle`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contract::signature::{HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP};
use contract::{CallbackRequest, CallbackUrl, SignatureError};
use http_body_util::Full;
use hyper::Request;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use tokio::time::Instant;

use crate::client::Client;
use crate::config::{Config, Settings};
use crate::dial::{self, Dialer, Resolver};
use crate::keys::KeyRing;
use crate::policy::{Policy, Refusal};
use crate::tls::{self, TlsError};
use crate::trace::Trace;

pub use crate::client::PostError;

/// The request's body, in bytes. No group or URL comes near it.
const MAX_BODY: usize = 4 * 1024;

/// How long a callback may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To resolve the name and connect.
    pub connect: Duration,
    /// For both attempts together, up to the status of the answer.
    pub total: Duration,
    /// Between the attempts, unless the service asks for more.
    pub pause: Duration,
    /// How long a connection is kept unused. A frozen Lambda that wakes does not know of a close before it has sent a
    /// request, so it is shorter than servers and NAT gateways usually keep their end.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(1),
            total: Duration::from_secs(5),
            pause: Duration::from_millis(100),
            idle: Duration::from_secs(4),
        }
    }
}

/// What the process brings along besides its settings.
#[derive(Clone)]
pub struct Setup {
    /// How long callbacks may take.
    pub limits: Limits,
    /// Tells the seconds since 1970; it is asked on each attempt.
    pub clock: fn() -> i64,
    /// Finds addresses.
    pub resolver: Resolver,
}

impl Setup {
    /// The defaults for a process, with the clock it was given.
    pub fn new(clock: fn() -> i64) -> Setup {
        Setup {
            limits: Limits::default(),
            clock,
            resolver: dial::system(),
        }
    }
}

/// What makes callbacks.
pub struct Caller {
    keys: KeyRing,
    policy: Arc<Policy>,
    client: Client,
    setup: Setup,
    /// What to do with which notification.
    pub settings: Settings,
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
    /// No key is meant for the host.
    #[error("no signing key for `{0}`; add a section for it or a default to `CB_SIGNING_KEYS`")]
    NoKey(String),
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

/// What came of a callback.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it was accepted.
    pub result: Result<(), CallError>,
    /// How often it was sent, or tried to be.
    pub attempts: u32,
}

impl Outcome {
    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match &self.result {
            Ok(()) if self.attempts > 0 => Some(200),
            Err(CallError::Failed(error)) => error.status(),
            _ => None,
        }
    }
}

impl Caller {
    /// Opens nothing but the file of `CB_EXTRA_CA`.
    pub fn new(config: Config, setup: Setup) -> Result<Caller, TlsError> {
        let policy = Arc::new(config.policy);
        let dialer = Dialer {
            policy: Arc::clone(&policy),
            resolver: Arc::clone(&setup.resolver),
            limit: setup.limits.connect,
        };
        let tls = tls::config(config.extra_ca.as_deref())?;
        Ok(Caller {
            keys: config.keys,
            client: Client::new(dialer, tls, setup.limits.idle),
            policy,
            setup,
            settings: config.settings,
        })
    }

    /// Seconds since 1970.
    pub fn now_s(&self) -> i64 {
        (self.setup.clock)()
    }

    /// Posts `request` to its own URL, with the headers of `trace`. It takes no longer than the
    /// limits, and ends by `until`. In a dry run it only asks the policy.
    pub async fn call(
        &self,
        request: &CallbackRequest,
        trace: &Trace,
        until: Option<Instant>,
    ) -> Outcome {
        let limit = Instant::now() + self.setup.limits.total;
        let until = until.map_or(limit, |until| until.min(limit));
        let mut attempts = 0;
        let result = loop {
            let signed = match self.signed(request, trace) {
                Ok(_) if self.settings.dry_run => break Ok(()),
                Ok(signed) => signed,
                Err(error) => break Err(error),
            };
            attempts += 1;
            let Err(error) = self.client.post(signed, until).await else {
                break Ok(());
            };
            match self.pause(&error).filter(|_| attempts == 1) {
                Some(pause) if Instant::now() + pause < until => tokio::time::sleep(pause).await,
                _ => break Err(error.into()),
            }
        };
        Outcome { result, attempts }
    }

    /// How long to wait before trying again, if that may help at once.
    fn pause(&self, error: &PostError) -> Option<Duration> {
        match error {
            PostError::Connect(_) | PostError::Closed | PostError::Status(502..=504, None) => {
                Some(self.setup.limits.pause)
            }
            PostError::Status(_, asked) => asked.map(|asked| asked.max(self.setup.limits.pause)),
            PostError::Refused(_) | PostError::Slow | PostError::Transport(_) => None,
        }
    }

    fn signed(
        &self,
        request: &CallbackRequest,
        trace: &Trace,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let url = &request.callback_url;
        let CallbackUrl { host, port, .. } = self.policy.admit(url).map_err(CallError::Refused)?;
        let body =
            serde_json::to_vec(request).map_err(|error| CallError::Request(error.to_string()))?;
        if body.len() > MAX_BODY {
            return Err(CallError::Refused(Refusal::Size(body.len(), MAX_BODY)));
        }
        let now_s = self.now_s();
        let keys = self.keys.of(&host, port);
        let keys = keys.ok_or_else(|| CallError::NoKey(format!("{host}:{port}")))?;
        let signature = keys.sign(&request.message_id, now_s, &body)?;
        let mut post = Request::post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, AGENT)
            .header(HEADER_ID, &request.message_id)
            .header(HEADER_TIMESTAMP, now_s)
            .header(HEADER_SIGNATURE, signature);
        for (name, value) in trace.headers() {
            post = post.header(name, value);
        }
        post.body(Full::new(body.into()))
            .map_err(|error| CallError::Request(error.to_string()))
    }
}

const AGENT: &str = concat!("circuitbreaker-dispatcher/", env!("CARGO_PKG_VERSION"));
