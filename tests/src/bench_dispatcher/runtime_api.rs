//! Lambda's Runtime API as a function sees it: one event at a time, as many as were handed out.

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;

/// How long the slowest program may take for one event.
const PATIENCE: Duration = Duration::from_secs(30);

/// The API, served by a thread until the process ends.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    events: Arc<Semaphore>,
    answers: Mutex<Receiver<Result<Instant, String>>>,
}

#[derive(Clone)]
struct Shared {
    event: Arc<str>,
    events: Arc<Semaphore>,
    answers: Sender<Result<Instant, String>>,
}

impl RuntimeApi {
    /// Serves `event`, over and over.
    pub(super) fn start(event: &Value) -> anyhow::Result<Self> {
        let events = Arc::new(Semaphore::new(0));
        let (sender, answers) = channel();
        let shared = Shared {
            event: event.to_string().into(),
            events: Arc::clone(&events),
            answers: sender,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(answer))
            .with_state(shared);
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("bind the API")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        super::target::serve(move || {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Ok(axum::serve(listener, router))
        })?;
        Ok(Self {
            address,
            events,
            answers: Mutex::new(answers),
        })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Lets so many events out, and says when the last was answered.
    pub(super) fn hand_out(&self, events: usize) -> anyhow::Result<Instant> {
        self.events.add_permits(events);
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = Instant::now();
        for _ in 0..events {
            match answers.recv_timeout(PATIENCE).context("no answer came")? {
                Ok(at) => last = at,
                Err(why) => bail!("an event failed: {why}"),
            }
        }
        Ok(last)
    }
}

async fn next(State(shared): State<Shared>) -> (HeaderMap, String) {
    if let Ok(permit) = shared.events.acquire().await {
        permit.forget();
    }
    let deadline = SystemTime::now() + PATIENCE;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:dispatcher",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        ),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = deadline.as_millis().to_string().parse() {
        headers.insert("lambda-runtime-deadline-ms", value);
    }
    (headers, shared.event.to_string())
}

async fn answer(
    State(shared): State<Shared>,
    Path((_, kind)): Path<(String, String)>,
    body: String,
) -> StatusCode {
    let said = if kind == "response" {
        Ok(Instant::now())
    } else {
        Err(body)
    };
    let _ = shared.answers.send(said);
    StatusCode::ACCEPTED
}
