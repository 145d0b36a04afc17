//! A service to be called: speaks just enough HTTP/1.1 on 127.0.0.1 to hear requests and answer them
//! as told, mostly one per connection. It uses nothing of the dispatcher, so that it can witness.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The path that may be called unless another is named.
pub(crate) const PATH: &str = "/dd_circuit_breaker/callback";
pub(crate) const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What a service heard.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) first_line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// How a service answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// This status line, these headers, and a body if there is one, up to the end of the stream.
    Say(&'static str),
    /// 200, once there is a permit.
    Held(Arc<Semaphore>),
    /// One after the other, then 200.
    Each(Arc<Mutex<VecDeque<&'static str>>>),
    /// 200 to so many requests on one connection; the next one closes it without an answer.
    Lasting(usize),
}

impl Answer {
    pub(crate) fn each(answers: &[&'static str]) -> Answer {
        Answer::Each(Arc::new(Mutex::new(answers.iter().copied().collect())))
    }
}

pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
    connections: Arc<AtomicUsize>,
    listening: JoinHandle<()>,
}

/// From then on the port is nobody's.
impl Drop for Service {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Service {
    pub(crate) async fn start(answer: Answer) -> Service {
        Service::listen(answer, None).await
    }

    pub(crate) async fn start_tls(answer: Answer, tls: TlsAcceptor) -> Service {
        Service::listen(answer, Some(tls)).await
    }

    async fn listen(answer: Answer, tls: Option<TlsAcceptor>) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (answer, tell, tls) = (answer.clone(), tell.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, answer, tell).await,
                        // A client that does not trust the certificate goes away.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, answer, tell).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Service {
            address,
            heard,
            connections,
            listening,
        }
    }

    /// How often somebody connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}{PATH}", self.address.port())
    }

    /// The requests heard so far.
    pub(crate) fn all_heard(&mut self) -> Vec<Heard> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Answer,
    tell: mpsc::UnboundedSender<Heard>,
) -> Option<()> {
    tell.send(next(&mut stream).await?).ok()?;
    let head = match answer {
        Answer::Say(head) => head,
        Answer::Lasting(requests) => {
            for _ in 0..requests {
                say(&mut stream, "200 OK").await?;
                tell.send(next(&mut stream).await?).ok()?;
            }
            return None;
        }
        Answer::Held(permits) => {
            permits.acquire().await.ok()?.forget();
            "200 OK"
        }
        Answer::Each(answers) => {
            let next = answers.lock().unwrap().pop_front();
            next.unwrap_or("200 OK")
        }
    };
    say(&mut stream, head).await?;
    stream.shutdown().await.ok()
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), head: &str) -> Option<()> {
    let answer = match head.contains("\r\n\r\n") {
        true => format!("HTTP/1.1 {head}"),
        false => format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n"),
    };
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn next(stream: &mut (impl AsyncRead + Unpin)) -> Option<Heard> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(heard) = read(&bytes) {
            return Some(heard);
        }
    }
}

/// The request, once it is whole.
fn read(bytes: &[u8]) -> Option<Heard> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let (first_line, headers) = head.split_once("\r\n")?;
    let headers: BTreeMap<_, _> = headers
        .split("\r\n")
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or("0", String::as_str);
    let whole = length.parse() == Ok(body.len());
    whole.then(|| Heard {
        first_line: first_line.to_owned(),
        headers,
        body: body.to_owned(),
    })
}

/// A private authority as PEM, and a server for `localhost` with a certificate of it.
pub(crate) fn private_tls() -> (String, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    (root.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// An SNS event with one record per message, `m-1`, `m-2`, …
pub(crate) fn event(messages: &[String]) -> Value {
    let record = |(at, message): (usize, &String)| json!({ "EventSource": "aws:sns", "Sns": { "MessageId": format!("m-{}", at + 1), "Subject": "[Triggered] x", "Message": message } });
    json!({ "Records": messages.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// A notification that asks for `urls`, of monitor 4242.
pub(crate) fn message(urls: &[String]) -> String {
    let lines: String = urls
        .iter()
        .map(|url| format!("{}: {url}\n", contract::KEYWORD))
        .collect();
    format!(
        "{lines}\nMonitor Status: https://app.datadoghq.com/monitors/4242?group=bank_code%3A0001&event_id=8082436309665268856"
    )
}
