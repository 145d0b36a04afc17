//! HTTP to the service under test: one request, one answer, nothing retried and no redirect followed. No rule of the contract here.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, redirect};
use serde_json::Value;

use super::error::{Error, Failure};

/// Longer than any service takes: it only guards against a hang.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one service.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

/// What is sent.
#[derive(Default)]
pub(super) struct Request {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The header `Retry-After`.
    pub(super) retry_after: Option<String>,
    pub(super) text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl Client {
    /// A client of the service at `url`, plain HTTP.
    pub(super) fn new(url: &str) -> Result<Self, Error> {
        let setup = |error: String| Error::Setup(error);
        // Nothing here speaks TLS; the library wants a provider all the same, and takes one that trusts nobody.
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup(error.to_string()))?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| setup(error.to_string()))?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { http, url })
    }

    pub(super) async fn get(&self, path: &str, request: Request) -> Result<Answer, Failure> {
        self.send(Method::GET, path, request).await
    }

    pub(super) async fn post(&self, path: &str, request: Request) -> Result<Answer, Failure> {
        self.send(Method::POST, path, request).await
    }

    async fn send(&self, method: Method, path: &str, request: Request) -> Result<Answer, Failure> {
        let what = format!("{method} {path}");
        let fault = |error: reqwest::Error| Failure(format!("{what}: no answer: {error:?}"));
        let mut sent = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in request.headers {
            sent = sent.header(name, value);
        }
        let answer = sent.body(request.body).send().await.map_err(fault)?;
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok().map(str::to_owned));
        Ok(Answer {
            status: answer.status().as_u16(),
            retry_after,
            text: answer.text().await.map_err(fault)?,
        })
    }
}
