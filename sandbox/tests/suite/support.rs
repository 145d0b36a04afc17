//! Drives the sandbox through its HTTP surface, in this process: no port, no waiting but for what the sandbox answers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use sandbox::app;
use sandbox::hub::{Hub, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// A sandbox.
#[derive(Clone)]
pub(crate) struct Sandbox {
    router: Router,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            router: app::router(Arc::new(Hub::new(settings))),
        }
    }

    /// Sends a request with exactly these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// The body of an answer, to be read as it comes.
    pub(crate) async fn stream(&self, request: Request<Body>) -> Body {
        self.router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_body()
    }

    /// Sends a request with the right keys; a `null` body is an empty one.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let keys = [
            ("dd-api-key", "sandbox-api-key"),
            ("dd-application-key", "sandbox-app-key"),
        ];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, path, &keys, &body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, Value::Null).await.ok()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.call("POST", path, body).await.ok()
    }

    /// Creates a monitor; gives its id.
    pub(crate) async fn monitor(&self, body: Value) -> u64 {
        self.post("/api/v1/monitor", body).await["id"]
            .as_u64()
            .unwrap()
    }

    /// Sets a group's status; gives the notification, or null.
    pub(crate) async fn set(&self, monitor: u64, group: &str, status: &str) -> Value {
        let path = format!("/_sandbox/monitors/{monitor}/groups");
        self.post(&path, json!({"group": group, "status": status}))
            .await["notification"]
            .clone()
    }

    /// The deliveries so far.
    pub(crate) async fn deliveries(&self) -> Vec<Value> {
        self.get("/_sandbox/deliveries")
            .await
            .as_array()
            .unwrap()
            .clone()
    }

    /// Takes the next invocation, as Lambda's runtime does.
    pub(crate) async fn next_invocation(&self) -> Answer {
        let answer = self
            .send("GET", "/2018-06-01/runtime/invocation/next", &[], "")
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer
    }

    /// Ends the invocation well, or with an error.
    pub(crate) async fn end_invocation(&self, invocation: &Answer, error: Option<&str>) -> Answer {
        let id = invocation.header("lambda-runtime-aws-request-id");
        let (end, body) = match error {
            None => ("response", "null".to_owned()),
            Some(error) => (
                "error",
                json!({"errorMessage": error, "errorType": "Error"}).to_string(),
            ),
        };
        self.send(
            "POST",
            &format!("/2018-06-01/runtime/invocation/{id}/{end}"),
            &[],
            &body,
        )
        .await
    }
}

/// A grouped metric monitor that notifies one topic and one channel.
pub(crate) fn bank_errors() -> Value {
    json!({
        "name": "Bank errors",
        "type": "query alert",
        "query": "sum(last_5m):sum:bank.errors{env:prod} by {bank_code}.as_count() > 50",
        "message": "{{#is_alert}}\nopen\n{{/is_alert}}\n{{#is_alert_recovery}}\nclose\n{{/is_alert_recovery}}\n\n\
            Bank {{bank_code.name}}\n@slack-bank @sns-breakers",
        "tags": ["service:funds", "circuit_breaker:bank"],
        "options": {"thresholds": {"critical": 50, "warning": 20}},
    })
}
