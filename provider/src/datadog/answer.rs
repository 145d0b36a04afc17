//! What an HTTP answer means: success, a typed error, or "try again". Pure functions of status, headers and body,
//! so that every case is a line of a table in the tests.

use super::pacer::Quota;
use super::retry::Again;
use super::{Error, Tries};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// The parts of an answer that decide.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    /// `X-RateLimit-Reset` on 429, `Retry-After` on other errors.
    pub(super) wait: Option<Duration>,
    /// The `X-RateLimit-*` headers, if all are there.
    pub(super) quota: Option<Quota>,
    /// `Date`, in milliseconds since the Unix epoch.
    pub(super) date: Option<i64>,
}

/// What to do next.
pub(super) enum Verdict<T> {
    Done(T),
    Failed(Error),
    /// Only the server's state or the clock stands in the way; the error is for when patience ends.
    Again(Again, Error),
}

impl Answer {
    /// Reads the answer to `request` (method and path).
    pub(super) fn judge<T: DeserializeOwned>(self, request: &str) -> Verdict<T> {
        let request = request.to_owned();
        // Looked for only in what is no success: a page of monitors is long.
        let (status, detail) = (self.status, || detail(&self.body));
        match status {
            200..=299 => match serde_json::from_str(&self.body) {
                Ok(value) => Verdict::Done(value),
                Err(_) => self.again(Error::Unreadable {
                    request,
                    detail: detail(),
                }),
            },
            401 | 403 => Verdict::Failed(Error::Forbidden {
                request,
                status,
                detail: detail(),
            }),
            429 => self.limited(request),
            // A page comes from a proxy, not from the API: it says nothing about the monitor.
            400..=499 if status != 408 && !is_page(&self.body) => Verdict::Failed(match status {
                404 => Error::NotFound {
                    request,
                    detail: detail(),
                },
                _ => Error::Refused {
                    request,
                    status,
                    detail: detail(),
                },
            }),
            400..=599 => self.again(Error::Unavailable {
                request,
                status,
                tries: Tries::default(),
                detail: detail(),
                maybe_done: false,
            }),
            _ => Verdict::Failed(Error::Refused {
                request,
                status,
                detail: detail(),
            }),
        }
    }

    fn again<T>(&self, error: Error) -> Verdict<T> {
        let again = Again::Backoff {
            at_least: self.wait,
            processed: true,
        };
        Verdict::Again(again, error)
    }

    fn limited<T>(self, request: String) -> Verdict<T> {
        let limit = self.quota.map(|quota| quota.name);
        let error = Error::RateLimited {
            request,
            limit: limit.unwrap_or_else(|| "unnamed".to_owned()),
            reset: self.wait,
            stalled: Duration::ZERO,
        };
        Verdict::Again(Again::Limited(self.wait), error)
    }
}

/// What a request without an answer means: unless no connection was made, the server may have carried it out.
pub(super) fn broken<T>(detail: String, processed: bool, request: &str) -> Verdict<T> {
    let again = Again::Backoff {
        at_least: None,
        processed,
    };
    let error = Error::Unreachable {
        request: request.to_owned(),
        tries: Tries::default(),
        detail,
        maybe_done: false,
    };
    Verdict::Again(again, error)
}

fn is_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

/// Datadog's own words: `{"errors":["…"]}`, else what kind of body came instead.
fn detail(body: &str) -> String {
    let listed = serde_json::from_str::<Value>(body).ok().and_then(|value| {
        let texts = value.get("errors")?.as_array()?.iter().map(text);
        Some(texts.collect::<Vec<_>>().join("; "))
    });
    match listed {
        Some(texts) if !texts.is_empty() => texts,
        _ => summary(body.trim()),
    }
}

/// An entry of `errors`: a text in API v1, an object with `detail` or `title` elsewhere.
fn text(entry: &Value) -> String {
    let inner = entry
        .get("detail")
        .or_else(|| entry.get("title"))
        .unwrap_or(entry);
    inner
        .as_str()
        .map_or_else(|| inner.to_string(), str::to_owned)
}

fn summary(body: &str) -> String {
    const SHOWN: usize = 200;
    if body.is_empty() {
        return "an empty body".to_owned();
    }
    if is_page(body) {
        return format!("an HTML page of {} bytes, not the API", body.len());
    }
    match body.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &body[..end]),
        None => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> String {
        let answer = Answer {
            status,
            body: body.to_owned(),
            ..Answer::default()
        };
        match answer.judge::<Value>("GET /api/v1/monitor/7") {
            Verdict::Done(value) => format!("done {value}"),
            Verdict::Failed(error) => format!("failed: {error}"),
            Verdict::Again(_, error) => format!("again: {error}"),
        }
    }

    /// Status, body, and what the verdict must say.
    const MEANINGS: &[(u16, &str, &str)] = &[
        (
            200,
            r#"{"id":9007199254740993}"#,
            r#"done {"id":9007199254740993}"#,
        ),
        (
            200,
            "<html>hi</html>",
            "again: datadog's answer to `GET /api/v1/monitor/7` cannot be used: an HTML page of 15 bytes",
        ),
        (
            302,
            "",
            "failed: datadog refused `GET /api/v1/monitor/7` with status 302: an empty body",
        ),
        (
            400,
            r#"{"errors":["one","two"]}"#,
            "failed: datadog refused `GET /api/v1/monitor/7` with status 400: one; two",
        ),
        (
            400,
            r#"{"errors":[{"title":"T","detail":"D"}]}"#,
            "with status 400: D",
        ),
        (
            403,
            r#"{"errors":["Forbidden"]}"#,
            "failed: datadog refused the keys for `GET /api/v1/monitor/7` with status 403: Forbidden; check `api_key`",
        ),
        (
            404,
            r#"{"errors":["Monitor not found"]}"#,
            "failed: datadog knows no `GET /api/v1/monitor/7`: Monitor not found",
        ),
        (
            429,
            r#"{"errors":["Too many"]}"#,
            "again: datadog's rate limit `unnamed` refused",
        ),
        (
            503,
            "<html><body>503</body></html>",
            "again: datadog failed `GET /api/v1/monitor/7` with status 503 in 1 attempt: an HTML page",
        ),
        (500, "oops", "with status 500 in 1 attempt: oops"),
        (
            404,
            "<html>not here</html>",
            "again: datadog failed `GET /api/v1/monitor/7` with status 404 in 1 attempt: an HTML page",
        ),
        (408, "", "again: datadog failed"),
    ];

    #[test]
    fn each_status_has_its_meaning() {
        for (status, body, expected) in MEANINGS {
            let got = verdict(*status, body);
            assert!(
                got.contains(expected),
                "{status} {body}\n got {got}\nwant {expected}"
            );
        }
    }

    #[test]
    fn a_long_body_is_cut_at_a_character() {
        let cut = summary(&"あ".repeat(500));
        assert_eq!(cut.chars().count(), 201);
    }
}
