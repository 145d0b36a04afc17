//! JSON over HTTP to the processes under test. Only 127.0.0.1 is ever called.

use anyhow::Context;
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;

/// A base URL, and the headers that go with each request to it.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    headers: Vec<(&'static str, String)>,
    agent: Agent,
}

/// An answer: status, and the body as JSON (a body that is not JSON stands as a string).
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Client {
    /// A client of `base`, for example `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(base: &str, headers: Vec<(&'static str, String)>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            base: base.to_owned(),
            headers,
            agent: config.into(),
        }
    }

    /// The base URL.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET path`.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(self.agent.get(format!("{}{path}", self.base)), path)
    }

    /// `DELETE path`.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(self.agent.delete(format!("{}{path}", self.base)), path)
    }

    /// `POST path` with a JSON body.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(self.agent.post(format!("{}{path}", self.base)), path, body)
    }

    /// `PUT path` with a JSON body.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn put(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(self.agent.put(format!("{}{path}", self.base)), path, body)
    }

    fn ask(
        &self,
        mut request: ureq::RequestBuilder<ureq::typestate::WithoutBody>,
        path: &str,
    ) -> anyhow::Result<Answer> {
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        answer(request.call().with_context(|| format!("ask {path}"))?)
    }

    fn send(
        &self,
        mut request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        answer(
            request
                .send_json(body)
                .with_context(|| format!("send to {path}"))?,
        )
    }
}

impl Answer {
    /// The body of an answer that must be a success.
    ///
    /// # Errors
    /// With the status and the body, when it is not 2xx.
    pub fn ok(self) -> anyhow::Result<Value> {
        if !(200..300).contains(&self.status) {
            anyhow::bail!("answered {}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> anyhow::Result<Answer> {
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .read_to_string()
        .context("read the answer")?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body })
}
