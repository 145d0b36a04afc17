//! `serve`: which requests are acted on, and the real `cb-dispatch` as a process.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use dispatcher::callback::Setup;
use dispatcher::dial::{Found, Resolver};
use dispatcher::serve::{Fetch, Server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::oneshot;

use crate::inside::{LAPTOP, OK, PATIENT, Settings, setup, with_setup};
use crate::support::{Answer, KEY, Service};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:dd-circuit-breaker";
const CERTIFICATE: &str = include_str!("../data/sns/certificate.pem");

/// In the year 2030: the certificate of the cases is made for a hundred years from 2026 on.
const VALID_S: i64 = 1_900_000_000;
/// In the year 2020.
const TOO_EARLY_S: i64 = 1_600_000_000;

/// What was sent to whom, and the way to send more.
struct Served {
    address: String,
    service: Service,
    fetched: Arc<Mutex<Vec<String>>>,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

fn case(name: &str) -> String {
    let path = format!("{}/tests/data/sns/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

async fn start(answer: Answer, certificate: Result<&'static str, &'static str>) -> Served {
    start_at(|| VALID_S, answer, certificate).await
}

async fn start_at(
    clock: fn() -> i64,
    answer: Answer,
    certificate: Result<&'static str, &'static str>,
) -> Served {
    let service = Service::start(answer).await;
    let address = service.address;
    let resolver: Resolver =
        Arc::new(move |_, _| -> Found { Box::pin(async move { Ok(vec![address]) }) });
    let settings = Settings {
        hosts: "funds.example.com",
        ..LAPTOP
    };
    let fetched = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&fetched);
    let fetch: Fetch = Arc::new(move |url| {
        kept.lock().unwrap().push(url);
        Box::pin(async move {
            certificate
                .map(|pem| pem.as_bytes().to_vec())
                .map_err(str::to_owned)
        })
    });
    let setup = Setup {
        clock,
        resolver,
        ..setup(PATIENT)
    };
    let server = Server::new(with_setup(settings, setup), TOPIC, fetch).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(listener, async move {
        let _ = stopped.await;
    }));
    Served {
        address,
        service,
        fetched,
        stop,
        ended,
    }
}

/// The status of the answer to a request.
async fn send(address: &str, method: &str, path: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_sns_signed_is_dispatched() {
    let mut served = start(OK, Ok(CERTIFICATE)).await;
    for (name, calls) in [
        ("notification-v1", 1),
        ("notification-v2", 1),
        ("nothing-to-do", 0),
        ("unsubscribed", 0),
    ] {
        let status = send(&served.address, "POST", "/", &case(name)).await;
        assert_eq!(
            (status, served.service.all_heard().len()),
            (200, calls),
            "{name}"
        );
    }
    let fetched = served.fetched.lock().unwrap().len();
    assert_eq!(fetched, 1, "the certificate is kept");
    assert_eq!(send(&served.address, "GET", "/healthz", "").await, 200);
    assert_eq!(send(&served.address, "GET", "/", "").await, 405);
    served.stop.send(()).unwrap();
    served.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn nothing_else_is() {
    let mut served = start(OK, Ok(CERTIFICATE)).await;
    let changed = |name: &str, field: &str, value: &str| {
        let mut message: Value = serde_json::from_str(&case(name)).unwrap();
        message[field] = json!(value);
        message.to_string()
    };
    let [v1, v2] = ["notification-v1", "notification-v2"];
    for (body, status) in [
        (case("other-topic"), 403),
        (case("other-version"), 403),
        (case("certificate-from-elsewhere"), 403),
        (changed(v1, "Message", "Words."), 403),
        (changed(v1, "Subject", "[Recovered] x"), 403),
        (changed(v2, "Subject", "added"), 403),
        (changed(v2, "MessageId", "m-3"), 403),
        (changed(v2, "SignatureVersion", "1"), 403),
        (changed(v2, "Signature", ""), 403),
        (changed(v2, "Signature", "no base64"), 403),
        (changed(v2, "TopicArn", &format!("{TOPIC}2")), 403),
        ("{}".to_owned(), 400),
        ("words".to_owned(), 400),
    ] {
        let answered = send(&served.address, "POST", "/", &body).await;
        assert_eq!(answered, status, "{body}");
        assert_eq!(served.service.all_heard().len(), 0, "{body}");
    }
}

#[tokio::test]
async fn a_subscription_is_confirmed_with_sns_and_nobody_else() {
    let served = start(OK, Ok(CERTIFICATE)).await;
    assert_eq!(
        send(&served.address, "POST", "/", &case("confirmation")).await,
        200
    );
    let elsewhere = case("confirmation-leading-elsewhere");
    assert_eq!(send(&served.address, "POST", "/", &elsewhere).await, 403);
    let fetched = served.fetched.lock().unwrap().clone();
    assert_eq!(fetched.len(), 2, "{fetched:?}");
    assert!(
        fetched[1].contains("Action=ConfirmSubscription"),
        "{fetched:?}"
    );
}

#[tokio::test]
async fn sns_is_told_to_try_again_where_that_may_help() {
    let body = case("notification-v2");
    let failing = start(Answer::Say("500 Oops"), Ok(CERTIFICATE)).await;
    assert_eq!(send(&failing.address, "POST", "/", &body).await, 502);
    let cut_off = start(OK, Err("no way out")).await;
    assert_eq!(send(&cut_off.address, "POST", "/", &body).await, 503);
    let early = start_at(|| TOO_EARLY_S, OK, Ok(CERTIFICATE)).await;
    assert_eq!(send(&early.address, "POST", "/", &body).await, 503);
    let odd = start(OK, Ok("words")).await;
    assert_eq!(send(&odd.address, "POST", "/", &body).await, 503);
}

#[tokio::test]
async fn a_stop_waits_for_what_has_begun() {
    let permits = Arc::new(tokio::sync::Semaphore::new(0));
    let mut served = start(Answer::Held(Arc::clone(&permits)), Ok(CERTIFICATE)).await;
    let address = served.address.clone();
    let body = case("notification-v2");
    let begun = tokio::spawn(async move { send(&address, "POST", "/", &body).await });
    served.service.heard.recv().await.unwrap();
    served.stop.send(()).unwrap();
    permits.add_permits(1);
    assert_eq!(begun.await.unwrap(), 200);
    served.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_process_listens_says_so_and_ends_on_sigterm() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env_clear()
        .env("CB_SIGNING_KEYS", KEY)
        .env("CB_TOPIC_ARNS", TOPIC)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = loop {
        let line = lines.next_line().await.unwrap().unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["msg"] == "listening" {
            break line["address"].as_str().unwrap().to_owned();
        }
    };
    assert_eq!(send(&address, "GET", "/healthz", "").await, 200);
    let id = i32::try_from(process.id().unwrap()).unwrap();
    kill(Pid::from_raw(id), Signal::SIGTERM).unwrap();
    assert_eq!(process.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn without_a_topic_it_does_not_start() {
    let output = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env_clear()
        .env("CB_SIGNING_KEYS", KEY)
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`CB_TOPIC_ARNS` is empty"), "{said}");
}
