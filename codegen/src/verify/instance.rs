//! One running service under test: its callback, its guard and clock behind the seam, its operators' endpoints. Waits are bounded.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use serde_json::{Value, json};

use super::callback::Callback;
use super::client::{Answer, Client, Request};
use super::error::{Error, Failure, Verdict, expect};
use super::process::Process;
use super::sender::Sender;
use super::wait;

/// Lines of a service's log that are shown with a failure.
const SHOWN: usize = 12;

/// What a service offers besides its callback, found out when it starts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seams {
    pub(super) guard: bool,
    pub(super) clock: bool,
    pub(super) admin: bool,
}

/// How long is waited, what time it is, and who may operate: the same for all instances.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) patience: Duration,
    /// Seconds since 1970.
    pub(super) now_s: fn() -> i64,
    pub(super) admin_token: String,
}

/// How the guard answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) allow: u64,
    pub(super) probe: u64,
    pub(super) reject: u64,
}

/// A running service.
pub(super) struct Instance {
    client: Client,
    around: Surroundings,
    process: Option<Process>,
    pub(super) seams: Seams,
}

impl Instance {
    /// Starts `command` on a free port of 127.0.0.1, and waits until it answers.
    pub(super) async fn start(
        command: &str,
        mut environment: Vec<(String, String)>,
        around: Surroundings,
    ) -> Result<Self, Error> {
        let part = |source| Error::Part {
            what: "the service",
            source,
            remedy: "`--start` takes a command of the shell",
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(part)?;
        let address = listener.local_addr().map_err(part)?.to_string();
        drop(listener);
        environment.push(("CB_LISTEN".to_owned(), address.clone()));
        let process = Process::start(command, &environment).map_err(part)?;
        Self::wait_up(&format!("http://{address}"), around, Some(process)).await
    }

    /// Waits until a service that somebody else starts answers.
    pub(super) async fn attach(url: &str, around: Surroundings) -> Result<Self, Error> {
        Self::wait_up(url, around, None).await
    }

    async fn wait_up(
        url: &str,
        around: Surroundings,
        process: Option<Process>,
    ) -> Result<Self, Error> {
        let mut instance = Self {
            client: Client::new(url)?,
            around,
            process,
            seams: Seams::default(),
        };
        // A cold start of a large runtime takes long, and says nothing about the contract.
        let patience = instance.around.patience.max(Duration::from_secs(60));
        let up = async || {
            if instance.process.as_mut().is_some_and(Process::ended) {
                return Err(Failure("it ended".to_owned()));
            }
            let answer = instance.client.get("/healthz", Request::default()).await;
            Ok(answer.ok().map(drop))
        };
        let waited = wait::until(patience, "an answer to GET /healthz", up).await;
        if let Err(Failure(why)) = waited {
            return Err(Error::NotUp {
                url: url.to_owned(),
                why,
                log: instance.log_tail(),
            });
        }
        instance.seams = instance.find_seams().await;
        Ok(instance)
    }

    async fn find_seams(&self) -> Seams {
        let guard = self.ask("cb-gen-verify", "*", 1).await.is_ok();
        let clock = self.advance_ms(0).await.is_ok();
        let admin = match self.get("/breakers").await {
            Ok(answer) => answer.status == 200,
            Err(_) => false,
        };
        Seams {
            guard,
            clock,
            admin,
        }
    }

    /// Sends a callback, whatever is wrong with it.
    pub(super) async fn send(&self, callback: &Callback) -> Result<Answer, Failure> {
        self.sender().send(callback).await
    }

    /// What sends callbacks to it, for a task of its own.
    pub(super) fn sender(&self) -> Sender {
        Sender::new(self.client.clone(), self.around.now_s)
    }

    /// Sends a callback that must be answered with `status`.
    pub(super) async fn answers(&self, callback: &Callback, status: u16) -> Verdict {
        let answer = self.send(callback).await?;
        let what = || format!("answered {} {}, not {status}", answer.status, answer.text);
        expect(answer.status == status, what)
    }

    /// Asks the guard `calls` times.
    pub(super) async fn ask(
        &self,
        breaker: &str,
        group: &str,
        calls: u64,
    ) -> Result<Verdicts, Failure> {
        let body = json!({ "breaker": breaker, "group": group, "n": calls });
        let answer = self.post("/_conformance/allow", &body).await?;
        let json = answer.json();
        let count = |name: &str| {
            let missing = || {
                Failure(format!(
                    "/_conformance/allow: {} {}",
                    answer.status, answer.text
                ))
            };
            json[name].as_u64().ok_or_else(missing)
        };
        let verdicts = Verdicts {
            allow: count("allow")?,
            probe: count("probe")?,
            reject: count("reject")?,
        };
        let sum = verdicts.allow + verdicts.probe + verdicts.reject;
        expect(sum == calls, || {
            format!("{calls} calls were answered {verdicts:?}")
        })?;
        Ok(verdicts)
    }

    /// Returns once the guard's answers are as `wanted`; `what` says it for people.
    pub(super) async fn becomes(
        &self,
        what: &str,
        (breaker, group, calls): (&str, &str, u64),
        wanted: impl Fn(Verdicts) -> bool,
    ) -> Verdict {
        let mut last = None;
        let seen = async || {
            let verdicts = self.ask(breaker, group, calls).await?;
            last = Some(verdicts);
            Ok(wanted(verdicts).then_some(()))
        };
        let waited = wait::until(self.around.patience, what, seen).await;
        waited.map_err(|Failure(what)| {
            Failure(format!(
                "{what}; breaker `{breaker}`, group `{group}`, {calls} calls: {last:?}"
            ))
        })
    }

    /// As [`wait::until`] with the patience of the run.
    pub(super) async fn until<T>(
        &self,
        what: &str,
        condition: impl AsyncFnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        wait::until(self.around.patience, what, condition).await
    }

    /// Moves the service's clock forward; every timer of it follows.
    pub(super) async fn advance(&self, seconds: u64) -> Verdict {
        self.advance_ms(seconds * 1000).await
    }

    async fn advance_ms(&self, ms: u64) -> Verdict {
        let answer = self
            .post("/_conformance/clock", &json!({ "advance_ms": ms }))
            .await?;
        expect((200..300).contains(&answer.status), || {
            format!("/_conformance/clock: {} {}", answer.status, answer.text)
        })
    }

    /// `POST /breakers/{breaker}/override`, with the token unless `anonymous`.
    pub(super) async fn set_override(
        &self,
        breaker: &str,
        body: &Value,
        anonymous: bool,
    ) -> Result<Answer, Failure> {
        let path = format!("/breakers/{breaker}/override");
        let mut request = json_request(body);
        if !anonymous {
            request.headers.push(self.authorization());
        }
        self.client.post(&path, request).await
    }

    /// `GET path`, as an operator.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, Failure> {
        let headers = vec![self.authorization()];
        let body = Vec::new();
        self.client.get(path, Request { headers, body }).await
    }

    /// `GET path`, as anybody.
    pub(super) async fn get_anonymously(&self, path: &str) -> Result<Answer, Failure> {
        self.client.get(path, Request::default()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.client.post(path, json_request(body)).await
    }

    fn authorization(&self) -> (&'static str, String) {
        (
            "authorization",
            format!("Bearer {}", self.around.admin_token),
        )
    }

    /// Ends it as a crash would.
    pub(super) async fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().await;
        }
    }

    /// Asks it to end, and tells whether it did.
    pub(super) async fn stop(&mut self) -> bool {
        match &mut self.process {
            Some(process) => process.stop(self.around.patience).await,
            None => true,
        }
    }

    /// Whether it ended by itself; a service that was attached to never does.
    pub(super) fn ended(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::ended)
    }

    /// Everything it printed of late; nothing if somebody else started it.
    pub(super) fn log(&self) -> Vec<String> {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// The last lines it printed, each after a line break.
    pub(super) fn log_tail(&self) -> String {
        let log = self.log();
        let last = log.iter().skip(log.len().saturating_sub(SHOWN));
        last.map(|line| format!("\n    | {line}")).collect()
    }
}

fn json_request(body: &Value) -> Request {
    Request {
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}
