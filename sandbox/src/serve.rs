//! The accept loop. It is our own for one reason: a connection can be closed without an answer, which no handler can do.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// How long to wait before the next `accept` when one failed, most often for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Marks a response that must not be sent: the connection is closed in its stead.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("closed without an answer, as a fault wants it")]
pub(crate) struct Severed;

impl Severed {
    /// A response with the mark.
    pub(crate) fn response() -> Response {
        axum::Extension(Self).into_response()
    }

    fn checked(response: Response) -> Result<Response, Self> {
        match response.extensions().get::<Self>() {
            Some(severed) => Err(*severed),
            None => Ok(response),
        }
    }
}

/// Serves until it is dropped. What goes wrong with one connection ends that connection.
pub(crate) async fn forever(listener: &TcpListener, router: Router) -> io::Result<()> {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        // Small answers leave at once.
        stream.set_nodelay(true)?;
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = router.clone().oneshot(request);
            async move {
                let Ok(response) = answer.await;
                Severed::checked(response)
            }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { connection.await.ok() });
    }
}
