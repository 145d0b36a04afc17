//! Accepts connections and takes each through TLS before gRPC sees it. One peer that is
//! slow or refused does not hold up the others.

use super::{socket::Socket, tls::Tls};
use crate::log::{self, Level};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::UnixStream,
    sync::mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

/// Anything that reads and writes: a socket, or TLS over one.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An accepted connection.
pub(super) struct Connection(Box<dyn Stream>);

/// The connections that are ready for gRPC. The socket lives until they end.
pub(super) fn connections(
    socket: Arc<Socket>,
    tls: Option<Tls>,
) -> ReceiverStream<io::Result<Connection>> {
    let (ready, connections) = mpsc::channel(8);
    let accepting = ready.clone();
    let accept = async move {
        loop {
            match socket.accept().await {
                Ok(stream) => drop(tokio::spawn(admit(stream, tls.clone(), accepting.clone()))),
                Err(error) => {
                    return log::write(
                        Level::Error,
                        "cannot accept",
                        &[("error", &error.to_string())],
                    );
                }
            }
        }
    };
    tokio::spawn(async move {
        tokio::select! {
            () = accept => {}
            () = ready.closed() => {}
        }
    });
    ReceiverStream::new(connections)
}

async fn admit(stream: UnixStream, tls: Option<Tls>, ready: mpsc::Sender<io::Result<Connection>>) {
    let connection = match tls {
        None => Ok(Connection(Box::new(stream))),
        Some(tls) => tls
            .accept(stream)
            .await
            .map(|stream| Connection(Box::new(stream))),
    };
    match connection {
        // The receiver is gone when the process is about to end.
        Ok(connection) => drop(ready.send(Ok(connection)).await),
        Err(error) => log::write(
            Level::Warn,
            "refused a connection",
            &[("error", &error.to_string())],
        ),
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
