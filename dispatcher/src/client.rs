//! The HTTP client: HTTP/1.1. It follows no redirect, uses no proxy, reads nothing of the body that
//! answers a callback, and keeps a connection for a few seconds: a storm of alerts costs one handshake.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::RETRY_AFTER;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::time::Instant;

use crate::dial::{DialError, Dialer};
use crate::policy::Refusal;

/// The head of an answer, in bytes. Longer ones are an error.
const MAX_HEAD: usize = 16 * 1024;

/// Why an attempt did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address turned out to be one that is not called.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No 200; and how long the service asks to wait.
    #[error("answered {0}; only 200 is success")]
    Status(u16, Option<Duration>),
    /// Nothing came in time.
    #[error("no answer in time")]
    Slow,
    /// Name resolution or TCP: nothing was sent.
    #[error("{0}")]
    Connect(String),
    /// The connection ended before an answer began, as a kept one may that the service has given up.
    #[error("the connection was closed before an answer came")]
    Closed,
    /// TLS or HTTP, in its own words.
    #[error("{0}")]
    Transport(String),
}

impl PostError {
    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            PostError::Status(status, _) => Some(*status),
            _ => None,
        }
    }
}

/// Made once at start.
pub(crate) struct Client {
    hyper: Hyper<HttpsConnector<Dialer>, Full<Bytes>>,
}

impl Client {
    /// A connection is kept unused for `idle`.
    pub(crate) fn new(dialer: Dialer, tls: ClientConfig, idle: Duration) -> Client {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(dialer);
        let hyper = Hyper::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle)
            .http1_max_buf_size(MAX_HEAD)
            .build(connector);
        Client { hyper }
    }

    /// The head of the answer; its body is still to come, or is left where it is.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        until: Instant,
    ) -> Result<Response<Incoming>, PostError> {
        let answer = tokio::time::timeout_at(until, self.hyper.request(request)).await;
        let answer = answer.map_err(|_| PostError::Slow)?;
        answer.map_err(|error| explain(&error))
    }

    /// Succeeds on 200 and on nothing else.
    pub(crate) async fn post(
        &self,
        request: Request<Full<Bytes>>,
        until: Instant,
    ) -> Result<(), PostError> {
        let answer = self.send(request, until).await?;
        match answer.status() {
            StatusCode::OK => Ok(()),
            other => {
                let after = retry_after(answer.headers());
                Err(PostError::Status(other.as_u16(), after))
            }
        }
    }
}

/// Seconds only: nobody writes a date for the few seconds that are waited here.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}

/// hyper says "client error (Connect)"; the reason stands at the end of the chain.
fn explain(error: &(dyn Error + 'static)) -> PostError {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        match error.downcast_ref::<DialError>() {
            Some(DialError::Refused(refusal)) => return refusal.clone().into(),
            Some(dial) => return PostError::Connect(dial.to_string()),
            None if closed(error) => return PostError::Closed,
            None => said = error.to_string(),
        }
        cause = error.source();
    }
    PostError::Transport(said)
}

fn closed(error: &(dyn Error + 'static)) -> bool {
    let http = error.downcast_ref::<hyper::Error>();
    let system = error.downcast_ref::<io::Error>().map(io::Error::kind);
    http.is_some_and(|error| error.is_incomplete_message() || error.is_canceled())
        || matches!(
            system,
            Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
        )
}
