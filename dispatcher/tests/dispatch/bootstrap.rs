//! Drives the real `bootstrap` through a Runtime API of its own, as Lambda does.

use self::lambda::Lambda;
use crate::support::{Answer, KEY, Service, event, message, private_tls};
use serde_json::{Value, json};

/// Plays Lambda: hands out events one by one and collects what comes back.
mod lambda {
    use std::process::Stdio;
    use std::sync::Arc;

    use axum::extract::{Path, State};
    use axum::http::StatusCode;
    use axum::response::{AppendHeaders, IntoResponse};
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use serde_json::Value;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio::process::{Child, Command};
    use tokio::sync::{Mutex, mpsc};

    pub(crate) struct Lambda {
        process: Child,
        events: mpsc::UnboundedSender<Value>,
        results: mpsc::UnboundedReceiver<(String, Value)>,
    }

    struct Api {
        events: Mutex<mpsc::UnboundedReceiver<Value>>,
        results: mpsc::UnboundedSender<(String, Value)>,
    }

    impl Lambda {
        /// Starts the function with nothing but `env` and what Lambda itself sets.
        pub(crate) async fn start(env: &[(&str, &str)]) -> Lambda {
            let (events, queue) = mpsc::unbounded_channel();
            let (tell, results) = mpsc::unbounded_channel();
            let api = Arc::new(Api {
                events: Mutex::new(queue),
                results: tell,
            });
            let router = Router::new()
                .route("/2018-06-01/runtime/invocation/next", get(next))
                .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(result))
                .with_state(api);
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, router).await });
            let process = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
                .env_clear()
                .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
                .env("AWS_LAMBDA_FUNCTION_NAME", "dispatcher")
                .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
                .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
                .envs(env.iter().copied())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            Lambda {
                process,
                events,
                results,
            }
        }

        /// `response` or `error`, and its body.
        pub(crate) async fn invoke(&mut self, event: Value) -> (String, Value) {
            self.events.send(event).unwrap();
            self.results.recv().await.unwrap()
        }

        /// Ends the function; what it logged, line by line.
        pub(crate) async fn stop(mut self) -> Vec<Value> {
            self.process.start_kill().unwrap();
            self.logged().await
        }

        /// Waits until the function ends by itself; its exit code and what it logged.
        pub(crate) async fn ended(mut self) -> (Option<i32>, Vec<Value>) {
            let code = self.process.wait().await.unwrap().code();
            (code, self.logged().await)
        }

        async fn logged(&mut self) -> Vec<Value> {
            let mut text = String::new();
            self.process
                .stdout
                .take()
                .unwrap()
                .read_to_string(&mut text)
                .await
                .unwrap();
            text.lines()
                .map(|line| serde_json::from_str(line).expect(line))
                .collect()
        }
    }

    async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
        // Lambda keeps the function waiting until there is something to do.
        let event = match api.events.lock().await.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        };
        let headers = AppendHeaders([
            (
                "lambda-runtime-aws-request-id",
                "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            ),
            ("lambda-runtime-deadline-ms", "4102444800000"),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:000000000000:function:dispatcher",
            ),
        ]);
        (headers, Json(event))
    }

    async fn result(
        State(api): State<Arc<Api>>,
        Path((_, kind)): Path<(String, String)>,
        body: String,
    ) -> StatusCode {
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        let _ = api.results.send((kind, body));
        StatusCode::ACCEPTED
    }
}

async fn laptop() -> Lambda {
    Lambda::start(&[
        ("CB_SIGNING_KEYS", KEY),
        ("CB_ALLOWED_HOSTS", "localhost:*"),
        ("CB_ALLOW_HTTP", "1"),
        ("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128"),
    ])
    .await
}

fn response(called: usize, refused: usize, ignored: usize) -> (String, Value) {
    (
        "response".to_owned(),
        json!({ "called": called, "refused": refused, "ignored": ignored }),
    )
}

#[tokio::test]
async fn answers_or_fails_each_event_and_lives_on() {
    let mut good = Service::start(Answer::Say("200 OK")).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let both = event(&[message(&[bad.url("http"), good.url("http")])]);
    let good_alone = event(&[message(&[good.url("http")])]);
    let mut lambda = laptop().await;

    assert_eq!(lambda.invoke(good_alone).await, response(1, 0, 0));
    assert_eq!(good.all_heard().len(), 1);
    let (kind, body) = lambda.invoke(both).await;
    assert_eq!(
        (kind.as_str(), &body["errorType"]),
        ("error", &json!("CallbackFailed"))
    );
    let said = body["errorMessage"].as_str().unwrap();
    assert!(
        said.starts_with("1 of the event's 2 parts failed"),
        "{said}"
    );
    assert!(said.contains("answered 500"), "{said}");
    assert_eq!(good.all_heard().len(), 1);
    assert_eq!(lambda.invoke(json!({ "not": "sns" })).await.0, "error");
    assert_eq!(
        lambda.invoke(event(&["Words.".to_owned()])).await,
        response(0, 0, 1)
    );
}

#[tokio::test]
async fn the_log_is_json_and_loud_where_it_should_be() {
    let good = Service::start(Answer::Say("200 OK")).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let mut lambda = laptop().await;
    let refused = event(&[message(&["https://other.example.com/".to_owned()])]);
    assert_eq!(lambda.invoke(refused).await, response(0, 1, 0));
    lambda
        .invoke(event(&[message(&[good.url("http"), bad.url("http")])]))
        .await;
    lambda.invoke(json!({ "not": "sns" })).await;

    let logged = lambda.stop().await;
    for (level, msg) in [
        ("warn", "`CB_ALLOW_HTTP` is set"),
        ("warn", "`CB_ALLOW_CIDRS` is set"),
        ("info", "callback accepted"),
        ("error", "callback failed"),
        ("error", "callback refused"),
        ("error", "record failed"),
    ] {
        let found = |line: &Value| {
            line["level"] == level
                && line["msg"]
                    .as_str()
                    .is_some_and(|said| said.starts_with(msg))
        };
        assert_eq!(
            logged.iter().filter(|line| found(line)).count(),
            1,
            "{msg}: {logged:#?}"
        );
    }
    assert!(
        !logged
            .iter()
            .any(|line| line.to_string().contains("whsec_"))
    );
}

#[tokio::test]
async fn every_event_leaves_its_metrics() {
    let good = Service::start(Answer::Say("200 OK")).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let mut lambda = laptop().await;
    let refused = "https://other.example.com/".to_owned();
    for event in [
        event(&[message(&[good.url("http"), refused, bad.url("http")])]),
        event(&["Words.".to_owned()]),
        json!({ "not": "sns" }),
    ] {
        lambda.invoke(event).await;
    }
    let logged = lambda.stop().await;
    let lines = logged.iter().filter(|line| line.get("_aws").is_some());
    let names = ["Dispatched", "Rejected", "Failed", "Ignored"];
    let counts: Vec<_> = lines
        .map(|line| names.map(|name| line[name].clone()))
        .collect();
    assert_eq!(
        json!(counts),
        json!([[1, 1, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    );
}

/// Plays the extension that holds secrets: answers 400 until it is ready, then as told.
async fn extension(answer: &'static str) -> Service {
    Service::start(Answer::each(&["400 Not ready", answer])).await
}

#[tokio::test]
async fn the_keys_come_from_a_secret() {
    let mut service = Service::start(Answer::Say("200 OK")).await;
    for (source, body) in [
        ("secretsmanager:prod/cb", json!({ "SecretString": KEY })),
        (
            "secretsmanager:prod/cb",
            json!({ "SecretString": json!({ "CB_SIGNING_KEYS": KEY }).to_string() }),
        ),
        ("ssm:/prod/cb", json!({ "Parameter": { "Value": KEY } })),
    ] {
        let answer = format!("200 OK\r\n\r\n{body}").leak();
        let mut extension = extension(answer).await;
        let mut lambda = Lambda::start(&[
            ("CB_SIGNING_KEYS_FROM", source),
            ("AWS_SESSION_TOKEN", "session"),
            (
                "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
                &extension.address.port().to_string(),
            ),
            ("CB_ALLOWED_HOSTS", "localhost:*"),
            ("CB_ALLOW_HTTP", "1"),
            ("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128"),
        ])
        .await;
        let event = event(&[message(&[service.url("http")])]);
        assert_eq!(lambda.invoke(event.clone()).await, response(1, 0, 0));
        assert_eq!(lambda.invoke(event).await, response(1, 0, 0));
        let asked = extension.all_heard();
        assert_eq!(asked.len(), 2, "once when it was not ready, once at start");
        let token = &asked[1].headers["x-aws-parameters-secrets-token"];
        assert_eq!(token, "session");
        let heard = service.all_heard();
        let keys = contract::SigningKeys::parse(KEY).unwrap();
        let headers = &heard[0].headers;
        let now_s = headers["webhook-timestamp"].parse().unwrap();
        let signed = keys.sign("m-1", now_s, heard[0].body.as_bytes()).unwrap();
        assert_eq!(headers["webhook-signature"], signed);
    }
}

#[tokio::test]
async fn calls_over_tls_with_a_private_authority() {
    let (root, tls) = private_tls();
    let service = Service::start_tls(Answer::Say("200 OK"), tls).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, root).unwrap();
    let mut lambda = Lambda::start(&[
        ("CB_SIGNING_KEYS", KEY),
        (
            "CB_ALLOWED_HOSTS",
            &format!("localhost:{}", service.address.port()),
        ),
        ("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128"),
        ("CB_EXTRA_CA", path.to_str().unwrap()),
    ])
    .await;
    let (_, body) = lambda
        .invoke(event(&[message(&[service.url("https")])]))
        .await;
    assert_eq!(body, json!({ "called": 1, "refused": 0, "ignored": 0 }));
}

#[tokio::test]
async fn does_not_start_on_settings_it_cannot_use() {
    let extension = extension("200 OK\r\n\r\n{\"SecretString\":\"{\\\"other\\\":1}\"}").await;
    let port = extension.address.port().to_string();
    let ready = [
        ("AWS_SESSION_TOKEN", "session"),
        ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", &*port),
    ];
    let from = |source| [ready[0], ready[1], ("CB_SIGNING_KEYS_FROM", source)].to_vec();
    let denied = Service::start(Answer::Say("403 Denied")).await;
    let denied = denied.address.port().to_string();
    for (env, part) in [
        (
            vec![("CB_SIGNING_KEYS", "whsec_x")],
            "`CB_SIGNING_KEYS`: signing key 1 is malformed",
        ),
        (vec![], "`CB_SIGNING_KEYS`: no signing key"),
        (
            vec![("CB_SIGNING_KEYS_FROM", "ssm:a")],
            "`CB_SIGNING_KEYS_FROM` works only in Lambda",
        ),
        (
            vec![
                ("CB_SIGNING_KEYS_FROM", "ssm:a"),
                ("AWS_SESSION_TOKEN", "session"),
                ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", &denied),
            ],
            "cannot read `ssm:a`: the extension answers 403",
        ),
        (from("whsec_C2FV"), "`CB_SIGNING_KEYS_FROM` is `whsec_…`"),
        (from("secretsmanager:a"), "`secretsmanager:a` has no field"),
    ] {
        let (code, logged) = Lambda::start(&env).await.ended().await;
        assert_eq!(code, Some(1));
        let last: &Value = logged.last().unwrap();
        assert_eq!(
            (&last["level"], &last["msg"]),
            (&json!("error"), &json!("cannot start"))
        );
        let reason = last["reason"].as_str().unwrap();
        assert!(reason.starts_with(part), "{reason}");
    }
}
