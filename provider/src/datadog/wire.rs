//! One HTTP request and what comes of it. Nothing is repeated and nothing is judged here.

use super::answer::Answer;
use super::pacer::Quota;
use super::{ApiUrl, Error, tls};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::Value;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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

/// The connections to one Datadog site with one pair of keys. They are kept open, and are HTTP/2 where the site offers it.
#[derive(Debug)]
pub(super) struct Wire {
    http: reqwest::Client,
    url: ApiUrl,
    keys: Keys,
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Broken {
    /// The chain of causes.
    pub(super) detail: String,
    /// The server may have carried it out: a connection was there.
    pub(super) processed: bool,
}

impl Wire {
    /// # Errors
    /// [`Error::Setup`] when a key holds characters no header can carry, or TLS cannot be set up.
    pub(super) fn new(
        url: ApiUrl,
        keys: Keys,
        agent: &str,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config()?)
            .default_headers(headers(&keys)?)
            .user_agent(agent)
            // A redirect would carry the keys to a host nobody chose.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .build()
            .map_err(|error| Error::Setup(chain(&error)))?;
        Ok(Self { http, url, keys })
    }

    /// The URL of `path`.
    pub(super) fn url(&self, path: &str) -> String {
        self.url.join(path)
    }

    /// Sends one request and reads its answer to the end.
    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Broken> {
        let mut request = self.http.request(method.clone(), self.url.join(path));
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await?;
        Ok(Answer {
            status,
            wait: wait(status, &headers),
            quota: quota(&headers),
            date: date(&headers),
            body: self.redacted(status, body),
        })
    }

    /// A server (or a proxy before it) may echo a key in its error text.
    fn redacted(&self, status: u16, mut body: String) -> String {
        let keys = [&self.keys.api, &self.keys.app].into_iter();
        for key in keys.filter(|key| status >= 300 && !key.is_empty()) {
            body = body.replace(key.as_str(), "[redacted]");
        }
        body
    }
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        Self {
            detail: chain(&error),
            processed: !error.is_connect(),
        }
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

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds = text(headers, name)?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn wait(status: u16, headers: &HeaderMap) -> Option<Duration> {
    let retry_after = seconds(headers, RETRY_AFTER.as_str());
    match status {
        429 => seconds(headers, "x-ratelimit-reset").or(retry_after),
        _ => retry_after,
    }
}

fn quota(headers: &HeaderMap) -> Option<Quota> {
    let number = |name| text(headers, name)?.parse().ok();
    Some(Quota {
        name: text(headers, "x-ratelimit-name")?.to_owned(),
        limit: number("x-ratelimit-limit")?,
        period: seconds(headers, "x-ratelimit-period")?,
        remaining: number("x-ratelimit-remaining")?,
        reset: seconds(headers, "x-ratelimit-reset")?,
    })
}

fn date(headers: &HeaderMap) -> Option<i64> {
    let date = OffsetDateTime::parse(text(headers, DATE.as_str())?, &Rfc2822).ok()?;
    Some(date.unix_timestamp() * 1000)
}

/// An error and its causes in one line; the URL is left out, the request's path stands beside it already.
fn chain(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    if texts.is_empty() {
        "the request failed".to_owned()
    } else {
        texts.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn headers_are_read_as_datadog_writes_them() {
        let headers = with(&[
            ("date", "Thu, 11 Dec 2025 15:09:20 GMT"),
            ("x-ratelimit-limit", "20"),
            ("x-ratelimit-period", "10"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "7"),
            ("x-ratelimit-name", "monitors"),
            ("retry-after", "4"),
        ]);
        assert_eq!(date(&headers), Some(1_765_465_760_000));
        assert_eq!(wait(429, &headers), Some(Duration::from_secs(7)));
        assert_eq!(wait(503, &headers), Some(Duration::from_secs(4)));
        let quota = quota(&headers).unwrap();
        assert_eq!((quota.limit, quota.remaining), (20, 3));
    }

    #[test]
    fn half_a_rate_limit_is_none() {
        let headers = with(&[("x-ratelimit-reset", "7"), ("date", "soon")]);
        assert_eq!((quota(&headers), date(&headers)), (None, None));
        assert_eq!(wait(429, &headers), Some(Duration::from_secs(7)));
    }
}
