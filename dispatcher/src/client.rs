//! The HTTP client: one POST per callback, HTTP/1.1, rustls with ring. It follows no redirect, uses
//! no proxy, and keeps no connection: a frozen Lambda wakes to dead ones.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::dial::{DialError, Dialer};
use crate::policy::{Policy, Refusal};

/// How long a callback may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To resolve the name and connect.
    pub connect: Duration,
    /// For everything until the status of the answer.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(1),
            total: Duration::from_secs(5),
        }
    }
}

/// Why the client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of `CB_EXTRA_CA`.
    #[error("`CB_EXTRA_CA`: `{0}` {1}; give a readable PEM file with at least one certificate")]
    ExtraCa(String, String),
    /// The TLS library refuses its own defaults.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// Why a callback did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address turned out to be one that is not called.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No 200.
    #[error("answered {0}; only 200 is success")]
    Status(u16),
    /// Nothing came.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// Name resolution, TCP, TLS or HTTP, in its own words.
    #[error("{0}")]
    Transport(String),
}

/// Made once at start.
pub(crate) struct Client {
    hyper: Hyper<HttpsConnector<Dialer>, Full<Bytes>>,
    total: Duration,
}

impl Client {
    /// Trusts Mozilla's roots and those of `extra_ca`.
    pub(crate) fn new(
        policy: Arc<Policy>,
        extra_ca: Option<&Path>,
        limits: Limits,
    ) -> Result<Client, ClientError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = extra_ca {
            trust(&mut roots, path)
                .map_err(|why| ClientError::ExtraCa(path.display().to_string(), why))?;
        }
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Dialer {
                policy,
                limit: limits.connect,
            });
        let hyper = Hyper::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector);
        Ok(Client {
            hyper,
            total: limits.total,
        })
    }

    /// Succeeds on 200 and on nothing else.
    pub(crate) async fn post(&self, request: Request<Full<Bytes>>) -> Result<(), PostError> {
        let answer = tokio::time::timeout(self.total, self.hyper.request(request)).await;
        let answer = answer.map_err(|_| PostError::Slow(self.total))?;
        match answer.map_err(|error| explain(&error))?.status() {
            StatusCode::OK => Ok(()),
            other => Err(PostError::Status(other.as_u16())),
        }
    }
}

fn trust(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let unreadable = |error: rustls::pki_types::pem::Error| format!("cannot be read: {error}");
    let mut found = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots
            .add(certificate)
            .map_err(|error| format!("holds a bad certificate: {error}"))?;
        found += 1;
    }
    if found == 0 {
        Err("holds no certificate".to_owned())
    } else {
        Ok(())
    }
}

/// hyper says "client error (Connect)"; the reason stands at the end of the chain.
fn explain(error: &(dyn Error + 'static)) -> PostError {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        match error.downcast_ref::<DialError>() {
            Some(DialError::Refused(refusal)) => return refusal.clone().into(),
            Some(dial) => return PostError::Transport(dial.to_string()),
            None => said = error.to_string(),
        }
        cause = error.source();
    }
    PostError::Transport(said)
}
