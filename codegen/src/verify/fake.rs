//! A fake Datadog: monitors as its API answers them, and for each monitor the ways in which reading it can go wrong. It asks for what
//! the real one asks for (keys, `group_states`), knows no rule about breakers, and shares no code with any service.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// The keys that a service must send.
pub(super) const API_KEY: &str = "cb-gen-verify-api-key";
pub(super) const APP_KEY: &str = "cb-gen-verify-app-key";

/// What is answered instead of the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// An error of the API.
    Status(u16),
    /// 429, with so many seconds until it ends.
    RateLimited(u32),
    /// A gateway's page: HTML with 200.
    Html,
    /// 200 and nothing.
    Empty,
    /// Half of the answer.
    Torn,
    /// Another monitor.
    Other,
}

/// A monitor, and what may be wrong with it.
#[derive(Debug, Clone, Default)]
struct Monitor {
    body: Value,
    listed: bool,
    fault: Option<Fault>,
    /// Taken by the next read, which then waits.
    hold: Option<Arc<Semaphore>>,
}

/// A read that hangs between what it saw and its answer, until this is released or dropped.
#[must_use]
pub(super) struct Held(Arc<Semaphore>);

impl Held {
    /// Lets it answer what it saw.
    pub(super) fn release(self) {
        drop(self);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

/// The server, shared by all who hold it.
#[derive(Clone)]
pub(super) struct Fake(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    monitors: Mutex<BTreeMap<String, Monitor>>,
    reads: watch::Sender<BTreeMap<String, u32>>,
}

impl Fake {
    /// Serves at `listen` as long as the suite runs.
    pub(super) async fn start(listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let inner = Inner {
            address: listener.local_addr()?,
            monitors: Mutex::default(),
            reads: watch::Sender::default(),
        };
        let fake = Self(Arc::new(inner));
        let routes = Router::new()
            .route("/api/v1/monitor", get(list))
            .route("/api/v1/monitor/{id}", get(read))
            .route("/api/v1/events/{id}", get(event))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(fake)
    }

    /// What a service's `CB_DATADOG_URL` is to be.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Sets a monitor as `GET /api/v1/monitor/{id}` answers it; `listed`: the list of all monitors names it too.
    pub(super) fn put(&self, id: &str, body: Value, listed: bool) {
        let mut monitors = self.monitors();
        let monitor = monitors.entry(id.to_owned()).or_default();
        (monitor.body, monitor.listed) = (body, listed);
    }

    /// What reading the monitor gives from now on; `None` is the truth.
    pub(super) fn fault(&self, id: &str, fault: Option<Fault>) {
        self.monitors().entry(id.to_owned()).or_default().fault = fault;
    }

    /// The next read of the monitor waits.
    pub(super) fn hold(&self, id: &str) -> Held {
        let gate = Arc::new(Semaphore::new(0));
        self.monitors().entry(id.to_owned()).or_default().hold = Some(Arc::clone(&gate));
        Held(gate)
    }

    /// Ends what is wrong with the monitors, and takes them off the list, so that the next case is alone.
    pub(super) fn calm(&self) {
        for monitor in self.monitors().values_mut() {
            (monitor.listed, monitor.fault, monitor.hold) = (false, None, None);
        }
    }

    /// How often the monitor was asked for.
    pub(super) fn reads(&self, id: &str) -> u32 {
        self.0.reads.borrow().get(id).copied().unwrap_or_default()
    }

    fn monitors(&self) -> MutexGuard<'_, BTreeMap<String, Monitor>> {
        self.0
            .monitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

type Asked = Query<BTreeMap<String, String>>;

async fn read(
    State(fake): State<Fake>,
    Path(id): Path<String>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Response {
    // What is answered was seen before the wait: a slow answer is an old one.
    let seen = fake.monitors().get_mut(&id).map(|monitor| {
        let hold = monitor.hold.take();
        (monitor.clone(), hold)
    });
    fake.0
        .reads
        .send_modify(|reads| *reads.entry(id).or_default() += 1);
    let Some((monitor, hold)) = seen else {
        return not_found();
    };
    if let Some(hold) = hold {
        let _ = hold.acquire().await;
    }
    if let Some(refused) = refused(&headers) {
        return refused;
    }
    let body = shown(monitor.body, &asked);
    monitor
        .fault
        .map_or_else(|| Json(&body).into_response(), |fault| faulty(fault, &body))
}

/// Groups and downtimes are shown to those who ask for them.
fn shown(mut body: Value, asked: &BTreeMap<String, String>) -> Value {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    if let (false, Some(body)) = (is("group_states", "all"), body.as_object_mut()) {
        body.remove("state");
    }
    if let (false, Some(body)) = (is("with_downtimes", "true"), body.as_object_mut()) {
        body.remove("matching_downtimes");
    }
    body
}

async fn list(State(fake): State<Fake>, Query(asked): Asked, headers: HeaderMap) -> Response {
    if let Some(refused) = refused(&headers) {
        return refused;
    }
    let wanted: Vec<_> = asked
        .get("monitor_tags")
        .map(|tags| tags.split(',').map(str::trim).collect())
        .unwrap_or_default();
    let tagged = |monitor: &Monitor| {
        let tags = monitor.body["tags"].as_array().cloned().unwrap_or_default();
        wanted
            .iter()
            .all(|wanted| tags.iter().any(|tag| tag == wanted))
    };
    let number = |name: &str| asked.get(name).and_then(|text| text.parse().ok());
    let (page, size) = (
        number("page").unwrap_or(0_usize),
        number("page_size").unwrap_or(100),
    );
    let monitors = fake.monitors();
    let found = monitors
        .values()
        .filter(|monitor| monitor.listed && tagged(monitor));
    let page: Vec<_> = found
        .skip(page.saturating_mul(size))
        .take(size)
        .map(|monitor| shown(monitor.body.clone(), &BTreeMap::new()))
        .collect();
    Json(page).into_response()
}

async fn event(Path(id): Path<String>, headers: HeaderMap) -> Response {
    let event = json!({ "event": { "id_str": id, "title": "[Triggered] bank", "text": "", "tags": [],
        "alert_type": "error", "date_happened": 1_700_000_000 } });
    refused(&headers).unwrap_or_else(|| Json(event).into_response())
}

/// The answer to a caller without the keys.
fn refused(headers: &HeaderMap) -> Option<Response> {
    let is = |name: &str, key: &str| headers.get(name).is_some_and(|value| value == key);
    let known = is("dd-api-key", API_KEY) && is("dd-application-key", APP_KEY);
    (!known).then(|| error(StatusCode::FORBIDDEN, "Forbidden"))
}

fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "Monitor not found")
}

fn error(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "errors": [text] }))).into_response()
}

fn faulty(fault: Fault, body: &Value) -> Response {
    let text = body.to_string();
    let as_json = [(CONTENT_TYPE, "application/json")];
    match fault {
        Fault::Status(404) => not_found(),
        Fault::Status(status) => error(StatusCode::from_u16(status).unwrap_or_default(), "refused"),
        Fault::RateLimited(seconds) => {
            let headers = [
                ("x-ratelimit-limit", "100".to_owned()),
                ("x-ratelimit-period", "60".to_owned()),
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset", seconds.to_string()),
                ("x-ratelimit-name", "monitors".to_owned()),
            ];
            (
                headers,
                error(StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            )
                .into_response()
        }
        Fault::Html => {
            let page = "<html><body>a gateway speaks</body></html>";
            ([(CONTENT_TYPE, "text/html")], page).into_response()
        }
        Fault::Empty => as_json.into_response(),
        Fault::Torn => {
            let half = text.len() / 2;
            (as_json, text.get(..half).unwrap_or_default().to_owned()).into_response()
        }
        Fault::Other => {
            let mut other = body.clone();
            other["id"] = json!(1);
            Json(other).into_response()
        }
    }
}
