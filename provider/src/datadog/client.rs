//! One HTTP client for all requests: keys, time limits, retries. What paths and bodies mean is not known here.

use super::answer::{Answer, Verdict};
use super::retry::{Again, Patience};
use super::{ApiUrl, Clock, Error, tls};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The two keys every request carries. Neither is ever printed.
#[derive(Clone)]
pub struct Keys {
    /// Header `DD-API-KEY`: names the organization.
    pub api: String,
    /// Header `DD-APPLICATION-KEY`: names the user or service account and its rights.
    pub app: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(redacted)")
    }
}

/// A connection to one Datadog site with one pair of keys. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: ApiUrl,
    keys: Keys,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `url`; `agent` goes into `User-Agent`.
    ///
    /// # Errors
    /// [`Error::Setup`] when a key holds characters no header can carry, or TLS cannot be set up.
    pub fn new(url: ApiUrl, keys: Keys, agent: &str, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config()?)
            .default_headers(headers(&keys)?)
            .user_agent(agent)
            // A redirect would carry the keys to a host nobody chose.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(|error| Error::Setup(chain(&error)))?;
        Ok(Self {
            http,
            url,
            keys,
            clock,
        })
    }

    /// The URL of `path`.
    pub(super) fn url(&self, path: &str) -> String {
        self.url.join(path)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::GET, path, None, Patience::new(true))
            .await
    }

    /// A POST that creates something: never sent twice unless the first cannot have had an effect.
    pub(super) async fn create(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::POST, path, Some(body), Patience::new(false))
            .await
    }

    /// A POST that changes nothing.
    pub(super) async fn ask(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::POST, path, Some(body), Patience::new(true))
            .await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::PUT, path, Some(body), Patience::new(true))
            .await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, Error> {
        self.call(Method::DELETE, path, None, Patience::new(true))
            .await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        mut patience: Patience,
    ) -> Result<T, Error> {
        let request = format!("{method} {path}");
        loop {
            let attempts = patience.attempt();
            let verdict = match self.send(&method, path, body).await {
                Ok(answer) => self.redacted(answer).judge(&request, attempts),
                Err(error) => broken(&error, &request, attempts),
            };
            let (again, error) = match verdict {
                Verdict::Done(value) => return Ok(value),
                Verdict::Failed(error) => return Err(error),
                Verdict::Again(again, error) => (again, error),
            };
            match patience.pause(again) {
                Some(pause) => self.clock.sleep(pause).await,
                None => return Err(settled(error, patience.in_doubt(again))),
            }
        }
    }

    async fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method.clone(), self.url.join(path));
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let wait_header = if status == 429 {
            "x-ratelimit-reset"
        } else {
            RETRY_AFTER.as_str()
        };
        let wait = text(response.headers(), wait_header)
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        let limit = text(response.headers(), "x-ratelimit-name");
        Ok(Answer {
            status,
            wait,
            limit,
            body: response.text().await?,
        })
    }

    /// A server (or a proxy before it) may echo a key in its error text.
    fn redacted(&self, mut answer: Answer) -> Answer {
        if answer.status >= 300 {
            for key in [&self.keys.api, &self.keys.app]
                .into_iter()
                .filter(|key| !key.is_empty())
            {
                answer.body = answer.body.replace(key.as_str(), "[redacted]");
            }
        }
        answer
    }
}

fn headers(keys: &Keys) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, setting, key) in [
        ("dd-api-key", "api_key", &keys.api),
        ("dd-application-key", "app_key", &keys.app),
    ] {
        let mut value = HeaderValue::from_str(key).map_err(|_| {
            Error::Setup(format!(
                "`{setting}` holds a character that no HTTP header can carry: copy it again"
            ))
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The request got no answer: unless no connection was made, the server may have carried it out.
fn broken<T>(error: &reqwest::Error, request: &str, attempts: u32) -> Verdict<T> {
    let again = Again::Backoff {
        at_least: None,
        processed: !error.is_connect(),
    };
    let request = request.to_owned();
    Verdict::Again(
        again,
        Error::Unreachable {
            request,
            attempts,
            detail: chain(error),
            maybe_done: false,
        },
    )
}

/// The error to report once no further attempt is made.
fn settled(mut error: Error, in_doubt: bool) -> Error {
    if let Error::Unavailable { maybe_done, .. } | Error::Unreachable { maybe_done, .. } =
        &mut error
    {
        *maybe_done = in_doubt;
    }
    error
}

/// An error and its causes in one line; the URL is left out, the request's path stands beside it already.
fn chain(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    if texts.is_empty() {
        "the request failed".to_owned()
    } else {
        texts.join(": ")
    }
}
