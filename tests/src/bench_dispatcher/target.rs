//! A service behind https with a certificate of a private authority. It counts the callbacks that are signed.

use anyhow::Context;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::serve::{Listener, Serve};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The service, served by a thread until the process ends.
pub(super) struct Target {
    port: u16,
    calls: Arc<AtomicUsize>,
    folder: TempDir,
}

impl Target {
    pub(super) fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("a folder for the root")?;
        let (root, tls) = private_tls()?;
        std::fs::write(folder.path().join("ca.pem"), root)?;
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        let count = move |headers: HeaderMap| async move {
            if !headers.contains_key("webhook-signature") {
                return StatusCode::UNAUTHORIZED;
            }
            counter.fetch_add(1, Ordering::SeqCst);
            StatusCode::OK
        };
        let router = Router::new().route("/dd_circuit_breaker/callback", post(count));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("bind the target")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        serve(move || {
            let tcp = TcpListener::from_std(listener)?;
            Ok(axum::serve(Tls { tcp, tls }, router))
        })?;
        Ok(Self {
            port,
            calls,
            folder,
        })
    }

    pub(super) fn url(&self) -> String {
        format!(
            "https://localhost:{}/dd_circuit_breaker/callback",
            self.port
        )
    }

    /// The PEM file of the authority.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The signed callbacks so far.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Runs a server in a thread of its own.
pub(super) fn serve<L: Listener>(
    make: impl FnOnce() -> io::Result<Serve<L, Router, Router>> + Send + 'static,
) -> anyhow::Result<()>
where
    L::Addr: std::fmt::Debug,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("a runtime for a server")?;
    std::thread::spawn(move || runtime.block_on(async { make()?.await }));
    Ok(())
}

struct Tls {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    /// The programs come one after the other: a handshake holds up nobody.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.tcp.accept().await else {
                continue;
            };
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A private authority as PEM, and a server for `localhost` with a certificate of it.
fn private_tls() -> anyhow::Result<(String, TlsAcceptor)> {
    let key = KeyPair::generate()?;
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key)?.pem();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    Ok((root, TlsAcceptor::from(Arc::new(config))))
}
