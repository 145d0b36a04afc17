//! What the tests stand on: a fake Datadog, a real Redis where there is one, and the service behind its real routes.
#![allow(dead_code, reason = "each test file uses its own part")]

use async_trait::async_trait;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use service::clock::Clock;
use service::config::Settings;
use service::datadog::Datadog;
use service::guard::Verdict;
use service::hook::{Hooks, LazyEvent};
use service::model::{Change, Monitor, Notification};
use service::server::serve;
use service::service::{NAME, Parts, Service};
use service::store::{Store, memory::MemoryStore, redis::RedisStore};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
pub const OTHER_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Defines a test twice: over the in-memory store and over a real Redis.
#[macro_export]
macro_rules! on_both_stores {
    ($($name:ident),* $(,)?) => {
        mod on_memory { $(#[tokio::test] async fn $name() { super::$name(super::common::Backend::Memory).await })* }
        mod on_redis {
            $(#[tokio::test] async fn $name() {
                let Some(redis) = super::common::Redis::start() else { return };
                super::$name(super::common::Backend::Redis(std::sync::Arc::new(redis))).await
            })*
        }
    };
}

#[derive(Clone)]
pub enum Backend {
    Memory,
    Redis(Arc<Redis>),
}

impl Backend {
    pub fn store(&self, clock: &Arc<Clock>, instance: &str) -> Arc<dyn Store> {
        match self {
            Self::Memory => Arc::new(MemoryStore::new(clock.clone())),
            Self::Redis(redis) => Arc::new(RedisStore::new(&redis.url(), NAME, instance.to_owned()).unwrap()),
        }
    }
}

/// A `redis-server` of the test's own, gone with it.
pub struct Redis {
    child: Mutex<Child>,
    pub port: u16,
}

impl Redis {
    /// `None`, with a word, where no `redis-server` is installed.
    pub fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Self::spawn(port);
        if child.is_none() {
            println!("skipped: no redis-server on this machine");
        }
        Some(Self { child: Mutex::new(child?), port })
    }

    fn spawn(port: u16) -> Option<Child> {
        let mut child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines();
        lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("Ready to accept connections")))?.ok()?;
        std::thread::spawn(move || lines.for_each(drop));
        Some(child)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn stop(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn restart(&self) {
        *self.child.lock().unwrap() = Self::spawn(self.port).unwrap();
    }

    pub async fn command(&self, words: &[&str]) -> redis::Value {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Datadog as far as the service sees it, over HTTP.
#[derive(Clone)]
pub struct FakeDatadog(Arc<Fake>);

struct Fake {
    monitors: Mutex<BTreeMap<String, Value>>,
    /// Answered instead of the truth while set: a status, or 0 for HTML with 200.
    fault: Mutex<Option<u16>>,
    reads: watch::Sender<BTreeMap<String, u32>>,
    /// Reads take one permit each: drained, they hang before they look.
    gate: Semaphore,
    url: Mutex<String>,
}

impl FakeDatadog {
    pub async fn start() -> Self {
        let fake = Fake {
            monitors: Mutex::default(),
            fault: Mutex::default(),
            reads: watch::Sender::default(),
            gate: Semaphore::new(1000),
            url: Mutex::default(),
        };
        let fake = Self(Arc::new(fake));
        let listen = TcpListener::bind("127.0.0.1:0").await.unwrap();
        *fake.0.url.lock().unwrap() = format!("http://{}", listen.local_addr().unwrap());
        let routes = Router::new()
            .route("/api/v1/monitor", get(Self::list))
            .route("/api/v1/monitor/{id}", get(Self::read))
            .route("/api/v1/events/{id}", get(Self::event))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listen, routes).await });
        fake
    }

    pub fn url(&self) -> String {
        self.0.url.lock().unwrap().clone()
    }

    async fn list(State(fake): State<Self>) -> Response {
        fake.count("list");
        if let Some(fault) = fake.faulty() {
            return fault;
        }
        Json(fake.0.monitors.lock().unwrap().values().cloned().collect::<Vec<_>>()).into_response()
    }

    async fn read(State(fake): State<Self>, Path(id): Path<String>) -> Response {
        // What is answered was seen before the gate: a slow answer is an old one.
        let seen = fake.0.monitors.lock().unwrap().get(&id).cloned();
        let fault = fake.faulty();
        fake.count(&id);
        fake.0.gate.acquire().await.unwrap().forget();
        match (fault, seen) {
            (Some(fault), _) => fault,
            (None, Some(monitor)) => Json(monitor).into_response(),
            (None, None) => (StatusCode::NOT_FOUND, Json(json!({ "errors": ["Monitor not found"] }))).into_response(),
        }
    }

    async fn event(State(fake): State<Self>, Path(id): Path<String>) -> Response {
        match id.as_str() {
            "404" => StatusCode::NOT_FOUND.into_response(),
            _ => Json(json!({ "event": { "id_str": id, "title": "[Triggered] bank", "text": fake.url() } }))
                .into_response(),
        }
    }

    fn faulty(&self) -> Option<Response> {
        (*self.0.fault.lock().unwrap()).map(|status| match status {
            0 => Html("<html>a gateway speaks</html>").into_response(),
            status => StatusCode::from_u16(status).unwrap().into_response(),
        })
    }

    fn count(&self, what: &str) {
        self.0.reads.send_modify(|reads| *reads.entry(what.to_owned()).or_default() += 1);
    }

    /// A monitor of breaker `bank`, grouped.
    pub fn set(&self, id: &str, groups: &[(&str, &str)]) {
        self.put(id, bank(id, groups));
    }

    pub fn put(&self, id: &str, monitor: Value) {
        self.0.monitors.lock().unwrap().insert(id.to_owned(), monitor);
    }

    pub fn fault(&self, status: Option<u16>) {
        *self.0.fault.lock().unwrap() = status;
    }

    /// From now on reads hang, until `release`.
    pub fn hold(&self) {
        self.0.gate.forget_permits(1_000_000);
    }

    pub fn release(&self) {
        self.0.gate.add_permits(1000);
    }

    /// How often a monitor (or `list`) was asked for.
    pub fn reads(&self, what: &str) -> u32 {
        self.0.reads.borrow().get(what).copied().unwrap_or_default()
    }

    /// Returns once it was asked for `n` times in all.
    pub async fn read_times(&self, what: &str, n: u32) {
        let mut reads = self.0.reads.subscribe();
        let enough = reads.wait_for(|reads| reads.get(what).copied().unwrap_or_default() >= n);
        sure(&format!("read {n} of {what}"), enough).await.unwrap();
    }
}

/// A monitor as Datadog answers it, of breaker `bank` and this service.
pub fn bank(id: &str, groups: &[(&str, &str)]) -> Value {
    let groups: BTreeMap<_, _> = groups
        .iter()
        .map(|(name, status)| (name, json!({ "name": name, "status": status, "last_nodata_ts": null })))
        .collect();
    json!({
        "id": id.parse::<u64>().unwrap(), "name": format!("bank {id}"), "multi": true, "overall_state": "OK",
        "tags": ["circuit_breaker:bank", format!("service:{NAME}")], "state": { "groups": groups },
        "matching_downtimes": [], "options": { "silenced": {}, "thresholds": { "critical": 0.1 } },
    })
}

/// Hooks that write down what they were told; while `failures` lasts they then fail, the first time by a panic.
#[derive(Default)]
pub struct Recorder {
    pub seen: watch::Sender<Vec<String>>,
    pub failures: AtomicU32,
}

impl Recorder {
    async fn note(&self, what: String) -> anyhow::Result<()> {
        self.seen.send_modify(|seen| seen.push(what));
        match self.failures.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)) {
            Err(_) => Ok(()),
            Ok(1) => std::future::pending().await,
            Ok(2) => anyhow::bail!("a hook fails"),
            Ok(_) => panic!("a hook panics"),
        }
    }

    pub async fn wait(&self, n: usize) -> Vec<String> {
        let mut seen = self.seen.subscribe();
        sure(&format!("call {n} of a hook"), seen.wait_for(|seen| seen.len() >= n)).await.unwrap().clone()
    }
}

#[async_trait]
impl Hooks for Recorder {
    async fn on_notification(&self, n: &Notification, event: &LazyEvent, monitor: &Monitor) -> anyhow::Result<()> {
        let event = match event.get().await {
            Ok(event) => event.map_or("none".into(), |event| event["id_str"].as_str().unwrap_or_default().to_owned()),
            Err(_) => "late".into(),
        };
        self.note(format!("notified {} {} event {event}", monitor.name, n.group.as_deref().unwrap_or("-"))).await
    }

    async fn on_open(&self, change: &Change) -> anyhow::Result<()> {
        self.note(format!("open {} {}", change.breaker, change.group)).await
    }

    async fn on_degraded(&self, change: &Change) -> anyhow::Result<()> {
        self.note(format!("degraded {} {}", change.breaker, change.group)).await
    }

    async fn on_close(&self, change: &Change) -> anyhow::Result<()> {
        self.note(format!("close {} {}", change.breaker, change.group)).await
    }
}

/// One running instance.
pub struct App {
    pub service: Arc<Service>,
    pub clock: Arc<Clock>,
    pub hooks: Arc<Recorder>,
    pub url: String,
    pub http: reqwest::Client,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

pub fn settings(datadog: &str, changes: &[(&str, &str)]) -> Settings {
    let base = [
        ("DD_API_KEY", "api"),
        ("DD_APP_KEY", "app"),
        ("CB_SIGNING_KEYS", KEY),
        ("CB_DATADOG_URL", datadog),
        ("CB_PROBE_RATIO", "0"),
        ("CB_RAMP_S", "0"),
        ("CB_CONFORMANCE", "1"),
    ];
    let all: Vec<_> = changes.iter().chain(&base).copied().collect();
    Settings::read(&|name| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())).unwrap()
}

impl App {
    /// Starts an instance and waits for its first look at the store.
    pub async fn start(backend: &Backend, datadog: &FakeDatadog, changes: &[(&str, &str)]) -> Self {
        let clock = Arc::new(Clock::default());
        let store = backend.store(&clock, "one");
        Self::start_with(store, clock, datadog, changes).await
    }

    pub async fn start_with(
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
        datadog: &FakeDatadog,
        changes: &[(&str, &str)],
    ) -> Self {
        let settings = settings(&datadog.url(), changes);
        let (hooks, source) = (Arc::new(Recorder::default()), Arc::new(Datadog::new(&settings).unwrap()));
        let parts = Parts { clock: clock.clone(), store, source, hooks: hooks.clone(), seed: 7 };
        let service = Service::new(settings, parts);
        let listen = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listen.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let until = async move { drop(stopped.await) };
        tokio::spawn(serve(service.clone(), listen, Router::new(), until));
        let app = Self { service, clock, hooks, url, http: reqwest::Client::new(), stop: Some(stop) };
        app.service.guard.loads().wait_for(|loads| *loads > 0).await.unwrap();
        app
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.http.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A callback about `monitor`, signed as the dispatcher signs it; answers the status.
    pub async fn callback(&self, monitor: &str) -> u16 {
        self.send(request(monitor), KEY, 0).await.status().as_u16()
    }

    pub async fn send(&self, body: Value, key: &str, age_s: i64) -> reqwest::Response {
        let (id, body) = ("msg_1", body.to_string());
        let at = Clock::default().now() / 1000 - age_s;
        let signature = standardwebhooks::Webhook::new(key).unwrap().sign(id, at, body.as_bytes()).unwrap();
        let request = self.http.post(format!("{}/dd_circuit_breaker/callback", self.url));
        let request = request.header("webhook-id", id).header("webhook-timestamp", at);
        request.header("webhook-signature", signature).body(body).send().await.unwrap()
    }

    /// Asks the guard once, for breaker `bank`.
    pub fn allow(&self, group: &str) -> Verdict {
        self.service.guard.allow("bank", group)
    }

    pub fn open(&self, group: &str) -> bool {
        self.allow(group) != Verdict::Allow
    }

    /// Returns once the guard holds this group open, or no longer.
    pub async fn becomes(&self, group: &str, open: bool) {
        self.until(&format!("{group} open={open}"), || self.open(group) == open).await;
    }

    /// Returns once `is` holds after some load of the snapshot.
    pub async fn until(&self, what: &str, is: impl Fn() -> bool) {
        sure(what, self.service.guard.loads().wait_for(|_| is())).await.unwrap();
    }

    pub async fn stop(mut self) {
        drop(self.stop.take());
    }
}

/// What is waited for comes at once or never; a minute tells never from a busy machine.
pub async fn sure<T>(what: &str, coming: impl Future<Output = T>) -> T {
    let minute = std::time::Duration::from_secs(60);
    tokio::time::timeout(minute, coming).await.unwrap_or_else(|_| panic!("{what} never came"))
}

/// The body of a callback.
pub fn request(monitor: &str) -> Value {
    json!({
        "event_id": "9007199254740993", "monitor_id": monitor, "group": "bank_code:0001", "transition": "Triggered",
        "test": false, "callback_url": "https://funds.example/dd_circuit_breaker/callback", "message_id": "msg_1",
    })
}
