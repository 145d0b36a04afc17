//! The same handler as an HTTP server, for an SNS subscription over HTTPS where there is no Lambda.
//! TLS ends in front of it. Only SNS is heard, and only its topics that are named: every account of
//! AWS has an SNS that signs.

mod certificates;
mod message;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::callback::Caller;
use crate::handle::{Invocation, handle};
use crate::log::{self, Level};
use certificates::Certificates;
use message::{Kind, Message};

pub use certificates::{Fetch, over_https};
pub use message::SnsError;

/// SNS sends up to 256 KiB, more as JSON.
const MAX_BODY: usize = 1024 * 1024;
/// SNS gives up after 15 s.
const PATIENCE: Duration = Duration::from_secs(13);

/// A server that waits to be run.
pub struct Server {
    caller: Arc<Caller>,
    topics: BTreeSet<String>,
    certificates: Certificates,
    fetch: Fetch,
}

/// A list of topics that names none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`CB_TOPIC_ARNS` is empty; name the topics to hear, `arn:aws:sns:REGION:ACCOUNT:NAME`, separated by commas"
)]
pub struct NoTopic;

impl Server {
    /// Hears the topics of a list separated by commas; `fetch` gets the certificates of SNS and
    /// confirms subscriptions.
    pub fn new(caller: Arc<Caller>, topics: &str, fetch: Fetch) -> Result<Server, NoTopic> {
        let topics = topics.split(',').map(str::trim);
        let topics: BTreeSet<_> = topics
            .filter(|topic| !topic.is_empty())
            .map(str::to_owned)
            .collect();
        if topics.is_empty() {
            return Err(NoTopic);
        }
        Ok(Server {
            caller,
            topics,
            certificates: Certificates::new(Arc::clone(&fetch)),
            fetch,
        })
    }

    /// Serves until `stop`, then finishes what it has begun.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let router = Router::new()
            .route("/", post(receive))
            .route("/healthz", get(|| async { "ok\n" }))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Arc::new(self));
        axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await
    }

    /// What came of a verified message: the text of the answer.
    async fn act(&self, body: &[u8]) -> Result<String, SnsError> {
        let message = Message::parse(body)?;
        if !self.topics.contains(&message.topic_arn) {
            return Err(SnsError::Topic(message.topic_arn));
        }
        let certificate = self.certificates.get(&message.signing_cert_url).await?;
        message.verify(&certificate, self.caller.now_s())?;
        match message.kind {
            Kind::Notification => self.dispatch(body).await,
            Kind::SubscriptionConfirmation => self.confirm(&message).await,
            Kind::UnsubscribeConfirmation => {
                let said = json!({ "topic": message.topic_arn });
                log::line(Level::Warn, "a subscription has ended", &said);
                Ok("noted".to_owned())
            }
        }
    }

    async fn dispatch(&self, body: &[u8]) -> Result<String, SnsError> {
        let event: Value = serde_json::from_slice(body).map_err(|_| SnsError::Malformed)?;
        let call = Invocation {
            until: Some(Instant::now() + PATIENCE),
            ..Invocation::default()
        };
        let done = handle(&self.caller, &event, &call).await;
        let done = done.map_err(|error| SnsError::Failed(error.to_string()))?;
        Ok(json!(done).to_string())
    }

    async fn confirm(&self, message: &Message) -> Result<String, SnsError> {
        let url = message.subscribe_url.as_deref().unwrap_or_default();
        certificates::of_sns(url)?;
        (self.fetch)(url.to_owned())
            .await
            .map_err(SnsError::Fetch)?;
        let said = json!({ "topic": message.topic_arn });
        log::line(Level::Info, "subscription confirmed", &said);
        Ok("confirmed".to_owned())
    }
}

async fn receive(State(server): State<Arc<Server>>, body: Bytes) -> (StatusCode, String) {
    match server.act(&body).await {
        Ok(done) => (StatusCode::OK, done),
        Err(error) => {
            let status = status(&error);
            let said = json!({ "status": status.as_u16(), "reason": error.to_string() });
            log::line(Level::Error, "request refused", &said);
            (status, format!("{status}\n"))
        }
    }
}

/// SNS tries again on 5xx and on 429, and on nothing else.
fn status(error: &SnsError) -> StatusCode {
    match error {
        SnsError::Malformed => StatusCode::BAD_REQUEST,
        SnsError::Topic(_) | SnsError::Url(_) | SnsError::Signature | SnsError::Version(_) => {
            StatusCode::FORBIDDEN
        }
        SnsError::Certificate(_) | SnsError::Fetch(_) => StatusCode::SERVICE_UNAVAILABLE,
        SnsError::Failed(_) => StatusCode::BAD_GATEWAY,
    }
}
