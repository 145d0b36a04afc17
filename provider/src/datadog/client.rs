//! The client all requests go through: it paces, repeats and gives up. What paths and bodies mean is not known here.

use super::answer::{self, Answer, Verdict};
use super::ledger::Ledger;
use super::pacer::{Pacer, Permit};
use super::retry::{Again, Patience};
use super::wire::{Broken, Wire};
use super::{ApiUrl, Error, Keys, Timing, Tries};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How much longer a creating request may take once Terraform is interrupted: its answer saves a search.
const GRACE: Duration = Duration::from_secs(5);

/// A connection to one Datadog site with one pair of keys. Cheap to clone: the clones share limits and claims.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    wire: Wire,
    timing: Timing,
    pacer: Pacer,
    ledger: Ledger,
    /// The latest `Date` of an answer, in milliseconds since the epoch, and when it came.
    dated: Mutex<Option<(i64, Instant)>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("wire", &self.shared.wire)
            .finish_non_exhaustive()
    }
}

/// A request to be made.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// With its query.
    pub(super) path: &'a str,
    pub(super) body: Option<&'a Value>,
    /// It may be carried out twice.
    pub(super) repeatable: bool,
    /// Ends every wait of the call, and, after [`GRACE`], a request on its way.
    pub(super) stop: Option<&'a CancellationToken>,
}

impl Call<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What limits are learned for: method and path, without the query and with every id alike.
    fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let alike = |part: &str| match part.parse::<u64>() {
            Ok(_) => "{id}".to_owned(),
            Err(_) => part.to_owned(),
        };
        let parts: Vec<String> = path.split('/').map(alike).collect();
        format!("{} {}", self.method, parts.join("/"))
    }
}

impl Client {
    /// A client for `url`; `agent` goes into `User-Agent`.
    ///
    /// # Errors
    /// [`Error::Setup`] when a key holds characters no header can carry, or TLS cannot be set up.
    pub fn new(url: ApiUrl, keys: Keys, agent: &str, timing: Timing) -> Result<Self, Error> {
        let shared = Shared {
            wire: Wire::new(url, keys, agent, timing.request_timeout)?,
            timing,
            pacer: Pacer::default(),
            ledger: Ledger::default(),
            dated: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// What this process knows of the monitors it holds.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// The server's time now, in milliseconds since the epoch, at the earliest; `None` before it told one.
    pub(super) fn server_time(&self) -> Option<i64> {
        let dated = *self.dated();
        let (date, came) = dated?;
        let since = self.now().saturating_duration_since(came).as_millis();
        Some(date.saturating_add(i64::try_from(since).unwrap_or(i64::MAX)))
    }

    pub(super) async fn sleep(&self, pause: Duration) {
        self.shared.timing.clock.sleep(pause).await;
    }

    /// Awaits the future; once `stop` fires, for [`GRACE`] at most.
    pub(super) async fn graced<T>(
        &self,
        stop: &CancellationToken,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let over = async {
            stop.cancelled().await;
            self.sleep(GRACE).await;
        };
        tokio::select! {
            biased;
            done = future => Some(done),
            () = over => None,
        }
    }

    /// The URL of `path`.
    pub(super) fn url(&self, path: &str) -> String {
        self.shared.wire.url(path)
    }

    /// A GET.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.repeatable(Method::GET, path, None).await
    }

    /// A request that may be carried out twice.
    pub(super) async fn repeatable<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let call = Call {
            method,
            path,
            body,
            repeatable: true,
            stop: None,
        };
        self.call(&call).await
    }

    /// Makes the request, again and again if need be, until there is an answer or patience ends.
    pub(super) async fn call<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Error> {
        let (name, route) = (call.name(), call.route());
        let mut patience = Patience::new(call.repeatable);
        let (mut sent, begun) = (0, self.now());
        loop {
            let permit = self.waited(call, self.admitted(&route)).await?;
            sent += 1;
            let answer = self.answered(call).await;
            drop(permit);
            let verdict = match answer {
                Ok(answer) => {
                    self.learn(&route, &answer);
                    answer.judge(&name)
                }
                Err(Broken { detail, processed }) => answer::broken(detail, processed, &name),
            };
            let (again, error) = match verdict {
                Verdict::Done(value) => return Ok(value),
                Verdict::Failed(error) => return Err(error),
                Verdict::Again(again, error) => (again, error),
            };
            let Some(pause) = self.pause(&mut patience, again) else {
                let took = self.now().saturating_duration_since(begun);
                let error = self.settled(error, Tries { sent, took });
                return Err(error.in_doubt_if(patience.in_doubt(again)));
            };
            self.waited(call, self.sleep(pause)).await?;
        }
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause(&self, patience: &mut Patience, again: Again) -> Option<Duration> {
        let pause = patience.pause(again, self.shared.timing.chance.draw())?;
        let stalled = match again {
            Again::Limited(_) => self.shared.pacer.stalled(self.now(), pause),
            Again::Backoff { .. } => Duration::ZERO,
        };
        (stalled <= self.shared.timing.patience).then_some(pause)
    }

    /// Awaits something that comes before a request, or gives up when Terraform is interrupted.
    async fn waited<T>(
        &self,
        call: &Call<'_>,
        future: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let done = match call.stop {
            Some(stop) => stop.run_until_cancelled(future).await,
            None => Some(future.await),
        };
        done.ok_or_else(|| Error::Interrupted {
            request: call.name(),
        })
    }

    async fn admitted(&self, route: &str) -> Permit<'_> {
        let Shared { pacer, timing, .. } = &*self.shared;
        loop {
            match pacer.admit(route, self.now(), timing.patience) {
                Ok(permit) => return permit,
                Err(wait) => self.sleep(wait).await,
            }
        }
    }

    async fn answered(&self, call: &Call<'_>) -> Result<Answer, Broken> {
        let sent = self.shared.wire.send(&call.method, call.path, call.body);
        let Some(stop) = call.stop else {
            return sent.await;
        };
        self.graced(stop, sent).await.unwrap_or_else(|| {
            Err(Broken {
                detail: "terraform was interrupted before it came".to_owned(),
                processed: true,
            })
        })
    }

    fn learn(&self, route: &str, answer: &Answer) {
        let (now, refused) = (self.now(), answer.status == 429);
        if let Some(quota) = &answer.quota {
            self.shared.pacer.learn(route, quota, refused, now);
        }
        if !refused {
            self.shared.pacer.got_through();
        }
        if let Some(date) = answer.date {
            *self.dated() = Some((date, now));
        }
    }

    /// The error to report once no further attempt is made.
    fn settled(&self, mut error: Error, told: Tries) -> Error {
        match &mut error {
            Error::Unavailable { tries, .. } | Error::Unreachable { tries, .. } => *tries = told,
            Error::RateLimited { stalled, .. } => {
                *stalled = self.shared.pacer.stalled(self.now(), Duration::ZERO);
            }
            _ => {}
        }
        error
    }

    fn now(&self) -> Instant {
        self.shared.timing.clock.now()
    }

    fn dated(&self) -> std::sync::MutexGuard<'_, Option<(i64, Instant)>> {
        self.shared
            .dated
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_queries_make_no_new_route() {
        let route = |path| {
            Call {
                method: Method::GET,
                path,
                body: None,
                repeatable: true,
                stop: None,
            }
            .route()
        };
        assert_eq!(
            route("/api/v1/monitor/42/validate?x=1"),
            "GET /api/v1/monitor/{id}/validate"
        );
        assert_eq!(route("/api/v1/monitor?page=0"), "GET /api/v1/monitor");
    }
}
