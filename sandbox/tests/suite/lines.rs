//! The program between others: lines that can be cut, and the breakers of a service.

use std::process::Stdio;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};

const TOKEN: &str = "hush-not-for-the-record";

/// A sandbox of its own process, where it is, and what it says next.
struct Program {
    address: String,
    said: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Program {
    async fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(arguments)
            .env("CB_ADMIN_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = said.next_line().await.unwrap().unwrap();
        let address = first.strip_prefix("http://").unwrap().to_owned();
        Self {
            address,
            said,
            _process: process,
        }
    }

    /// Sends one request; gives the body of the answer.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> String {
        let (address, body) = (&self.address, body.to_string());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

/// Says what it is told, for ever.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await.ok();
            });
        }
    });
    address
}

/// Whether a word comes back.
async fn passes(connection: &mut TcpStream) -> bool {
    let mut word = [0; 4];
    connection.write_all(b"word").await.is_ok() && connection.read_exact(&mut word).await.is_ok()
}

#[tokio::test]
async fn a_line_that_is_cut_drops_and_refuses_until_it_is_whole() {
    let upstream = echo().await;
    for end in ["redis", "service"] {
        let flag = format!("--{end}-proxy");
        let way = format!("127.0.0.1:0={upstream}");
        let mut program = Program::start(&[&flag, &way]).await;
        let told = program.said.next_line().await.unwrap().unwrap();
        let listens = told.strip_prefix(&format!("{end} at ")).unwrap();
        let listens = listens.split_once(',').unwrap().0;

        let mut old = TcpStream::connect(listens).await.unwrap();
        assert!(passes(&mut old).await, "{end}: whole");
        let cut = json!({"cut": {end: true}});
        program.ask("POST", "/_sandbox/faults", &cut).await;
        assert!(
            !passes(&mut old).await,
            "{end}: an old connection is closed"
        );
        let mut new = TcpStream::connect(listens).await.unwrap();
        assert!(!passes(&mut new).await, "{end}: a new one too");

        let mended = json!({"cut": {}});
        program.ask("POST", "/_sandbox/faults", &mended).await;
        let mut new = TcpStream::connect(listens).await.unwrap();
        assert!(passes(&mut new).await, "{end}: whole again");
        let state = program.ask("GET", "/_sandbox/state", &Value::Null).await;
        let state: Value = serde_json::from_str(&state).unwrap();
        assert_eq!(state["lines"][end]["listens"], listens);
    }
}

/// A service with one open breaker, for whoever has the token.
async fn service() -> String {
    let breakers = async |headers: HeaderMap| {
        if headers
            .get("authorization")
            .is_none_or(|sent| sent != &format!("Bearer {TOKEN}"))
        {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let groups = json!({"bank_code:0001": {"state": "open"}});
        axum::Json(json!({"breakers": {"bank": {"groups": groups}}})).into_response()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/breakers", get(breakers));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn the_services_breakers_stand_in_the_log_and_its_token_nowhere() {
    let url = service().await;
    let program = Program::start(&["--service-url", &url]).await;
    let mut stream = TcpStream::connect(&program.address).await.unwrap();
    let request = format!(
        "GET /_sandbox/events?after=0 HTTP/1.1\r\nhost: {}\r\n\r\n",
        program.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        assert!(!line.contains("answers 401"), "{line}");
        if line.contains(r#""state":"open""#) {
            assert!(line.contains("bank_code:0001"), "{line}");
            break;
        }
    }
    for path in ["/_sandbox/record", "/_sandbox/state", "/_sandbox/log"] {
        let answer = program.ask("GET", path, &Value::Null).await;
        assert!(!answer.contains(TOKEN), "{path}");
    }
    let record = program.ask("GET", "/_sandbox/record", &Value::Null).await;
    assert!(record.contains("bank_code:0001"), "{record}");
}
