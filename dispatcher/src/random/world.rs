//! The world of a run: listeners that hear all there is to hear, a resolver that leads every name to
//! them, and a judge that shares no code with the policy.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::callback::{Caller, Limits, Setup};
use crate::config::Config;
use crate::dial::{Found, Resolver};
use crate::handle::{Invocation, handle};
use crate::policy::Guard;

/// What a listener heard.
#[derive(Debug)]
struct Heard {
    tls: bool,
    at: SocketAddr,
    target: String,
    host: String,
    callback_url: String,
}

pub(super) struct World {
    caller: Arc<Caller>,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// The port on the list.
    pub(super) port: u16,
    pub(super) other_port: u16,
}

/// Dialled only for a name that leads astray.
const ASTRAY: &str = "127.0.0.2";
const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

impl World {
    /// With the policy's guards, but for one.
    pub(super) async fn start(without: Option<Guard>) -> World {
        let heard = Arc::default();
        let (root, tls) = tls();
        let home = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = home.local_addr().unwrap().port();
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other_port = other.local_addr().unwrap().port();
        let astray = TcpListener::bind((ASTRAY, port)).await.unwrap();
        for listener in [home, other, astray] {
            tokio::spawn(listen(listener, tls.clone(), Arc::clone(&heard)));
        }
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, root).unwrap();
        let mut config = config(port);
        config.extra_ca = Some(ca);
        if let Some(guard) = without {
            config.policy = config.policy.without(guard);
        }
        World {
            caller: Arc::new(Caller::new(config, setup()).unwrap()),
            heard,
            port,
            other_port,
        }
    }

    /// How many requests were heard, and what was wrong.
    pub(super) async fn send(&self, event: &Value) -> (usize, Vec<String>) {
        let done = handle(&self.caller, event, &Invocation::default()).await;
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        let wrong = heard.iter().filter(|heard| !self.allowed(heard));
        let mut wrong: Vec<_> = wrong.map(|heard| format!("{heard:?}")).collect();
        let failures = done.err().map(|error| error.failures).unwrap_or_default();
        wrong.extend(failures.into_iter().filter(|why| why.contains("broke off")));
        (heard.len(), wrong)
    }

    fn allowed(&self, heard: &Heard) -> bool {
        let host = heard.host.to_lowercase();
        let host = host
            .strip_suffix(&format!(":{}", self.port))
            .unwrap_or(&host);
        let host = host.strip_suffix('.').unwrap_or(host);
        let authority = heard.callback_url.split('/').nth(2).unwrap_or_default();
        heard.tls
            && heard.at == SocketAddr::from(([127, 0, 0, 1], self.port))
            && ["good.example", "a.sub.example"].contains(&host)
            && heard.target.split('?').next() == Some("/dd_circuit_breaker/callback")
            && !authority.contains('@')
            && !heard.callback_url.contains('#')
    }
}

fn config(port: u16) -> Config {
    let hosts = format!("good.example:{port},*.sub.example:{port}");
    let mut config = Config::read(&|name| match name {
        "CB_SIGNING_KEYS" => Some(KEY.to_owned()),
        "CB_ALLOWED_HOSTS" => Some(hosts.clone()),
        "CB_ALLOW_CIDRS" => Some("127.0.0.1/32".to_owned()),
        _ => None,
    })
    .unwrap();
    // As if somebody had got an address onto the list: only the guard stands against it.
    config.policy.hosts.smuggle("127.0.0.1", port);
    config.policy.hosts.smuggle("2130706433", port);
    config
}

/// Never reached: no run depends on the speed of the machine.
const MINUTE: Duration = Duration::from_secs(60);

fn setup() -> Setup {
    Setup {
        limits: Limits {
            connect: MINUTE,
            total: MINUTE,
            pause: Duration::ZERO,
            idle: MINUTE,
        },
        clock: || 1_790_000_000,
        resolver: resolver(),
    }
}

/// Leads every name to this machine, as the evil ones would.
fn resolver() -> Resolver {
    Arc::new(|host, port| -> Found {
        let address = match host.as_str() {
            "rebind.sub.example" => ASTRAY,
            _ => "127.0.0.1",
        };
        let address: IpAddr = address.parse().unwrap();
        Box::pin(async move { Ok(vec![SocketAddr::new(address, port)]) })
    })
}

/// A certificate for every name that a message may hold.
fn tls() -> (String, TlsAcceptor) {
    let names = [
        "good.example",
        "a.sub.example",
        "rebind.sub.example",
        "evil.example",
        "127.0.0.1",
    ]
    .into_iter()
    .chain([
        "good.example.evil.example",
        "xgood.example",
        "sub.example",
        "localhost",
    ]);
    let names: Vec<_> = names.map(str::to_owned).collect();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names)
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    (certificate.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// A TLS connection begins with this byte, and no HTTP request does.
const HANDSHAKE: u8 = 22;

async fn listen(listener: TcpListener, tls: TlsAcceptor, heard: Arc<Mutex<Vec<Heard>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, heard) = (tls.clone(), Arc::clone(&heard));
        tokio::spawn(async move { hear(stream, tls, &heard).await });
    }
}

async fn hear(stream: TcpStream, tls: TlsAcceptor, heard: &Mutex<Vec<Heard>>) -> Option<()> {
    let at = stream.local_addr().ok()?;
    let mut first = [0];
    stream.peek(&mut first).await.ok()?;
    if first[0] == HANDSHAKE {
        let stream = tls.accept(stream).await.ok()?;
        converse(stream, (true, at), heard).await
    } else {
        converse(stream, (false, at), heard).await
    }
}

/// Answers some requests with a redirection to where nobody may go.
async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    (tls, at): (bool, SocketAddr),
    heard: &Mutex<Vec<Heard>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let request = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(request) = read(&bytes) {
            break request;
        }
    };
    let (target, host, body) = request;
    let callback_url = body["callback_url"].as_str().unwrap_or_default().to_owned();
    let answer = match callback_url.len() % 3 {
        0 => format!(
            "307 Elsewhere\r\nlocation: https://evil.example:{}/admin",
            at.port()
        ),
        _ => "200 OK".to_owned(),
    };
    heard.lock().unwrap().push(Heard {
        tls,
        at,
        target,
        host,
        callback_url,
    });
    let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// Target, host and body, once the request is whole.
fn read(bytes: &[u8]) -> Option<(String, String, Value)> {
    let (head, body) = std::str::from_utf8(bytes).ok()?.split_once("\r\n\r\n")?;
    let (first, headers) = head.split_once("\r\n")?;
    let headers: BTreeMap<_, _> = headers
        .split("\r\n")
        .filter_map(|line| line.split_once(": "))
        .collect();
    let body = serde_json::from_str(body).ok()?;
    let target = first.split(' ').nth(1)?.to_owned();
    Some((target, (*headers.get("host")?).to_owned(), body))
}
