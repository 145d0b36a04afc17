//! Opens the TCP connection of a callback: resolves the name, asks the policy about each address,
//! and dials the very addresses that were judged, so that a name cannot change its mind in between.
//! There is no other way to a callback.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

use crate::policy::{Policy, Refusal};

/// What a resolver is about to find.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Finds the addresses of a host and port.
pub type Resolver = Arc<dyn Fn(String, u16) -> Found + Send + Sync>;

/// The system's resolver.
pub fn system() -> Resolver {
    Arc::new(|host, port| {
        Box::pin(async move {
            let found = lookup_host((host.as_str(), port)).await?;
            Ok(found.collect())
        })
    })
}

/// A connector for hyper.
#[derive(Clone)]
pub(crate) struct Dialer {
    pub(crate) policy: Arc<Policy>,
    pub(crate) resolver: Resolver,
    /// For resolving and connecting together.
    pub(crate) limit: Duration,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("cannot resolve `{0}`: {1}; check the name and the network's resolver")]
    Resolve(String, io::Error),
    #[error("cannot connect to `{0}`: {1}; check that the service runs and is reachable from here")]
    Connect(String, io::Error),
    #[error("cannot connect to `{0}` within {1:?}; check security groups and routes")]
    Slow(String, Duration),
}

impl Dialer {
    async fn dial(self, host: String, port: u16) -> Result<TokioIo<TcpStream>, DialError> {
        let found = (self.resolver)(host.clone(), port).await;
        let found = found.map_err(|error| DialError::Resolve(host.clone(), error))?;
        let mut addresses = Vec::new();
        let mut refused = None;
        for address in found {
            match self.policy.admit_address(&host, address.ip()) {
                Ok(()) => addresses.push(address),
                Err(refusal) => refused = Some(refusal),
            }
        }
        if let (true, Some(refusal)) = (addresses.is_empty(), refused) {
            return Err(refusal.into());
        }
        let connected = TcpStream::connect(&addresses[..]).await;
        connected
            .map(TokioIo::new)
            .map_err(|error| DialError::Connect(host, error))
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialer = self.clone();
        let host = uri
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let usual = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        let port = uri.port_u16().unwrap_or(usual);
        Box::pin(async move {
            let (limit, slow) = (dialer.limit, host.clone());
            let dialed = tokio::time::timeout(limit, dialer.dial(host, port)).await;
            dialed.unwrap_or(Err(DialError::Slow(slow, limit)))
        })
    }
}
