//! A TCP proxy that can be cut or fall silent, for a Redis that goes away without ending. It knows nothing of what it carries.

use std::io;
use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Bytes pass.
    Whole,
    /// Every connection, old or new, is closed.
    Cut,
    /// Connections stay, and nothing passes.
    Silent,
}

/// Carries connections to one address, as long as the suite runs.
pub(super) struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// Listens at `listen` and carries to `upstream`.
    pub(super) async fn start(listen: SocketAddr, upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let (address, line) = (listener.local_addr()?, watch::Sender::new(Line::Whole));
        let lines = line.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, upstream, lines.subscribe()));
            }
        });
        Ok(Self { address, line })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what becomes of connections from now on.
    pub(super) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

/// A connection lives through one spell of a whole line: what was silenced is closed afterwards, as a dead peer's would be.
async fn carry(mut near: TcpStream, upstream: SocketAddr, mut line: watch::Receiver<Line>) {
    if *line.borrow() == Line::Whole {
        let Ok(mut far) = TcpStream::connect(upstream).await else {
            return;
        };
        tokio::select! {
            _ = copy_bidirectional(&mut near, &mut far) => return,
            _ = line.wait_for(|line| *line != Line::Whole) => {}
        }
        let _ = line.wait_for(|line| *line != Line::Silent).await;
    } else {
        let _ = line.wait_for(|line| *line != Line::Silent).await;
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::{Line, Proxy};

    /// An upstream that says what it is told.
    async fn echo() -> io::Result<std::net::SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        Ok(address)
    }

    #[tokio::test]
    async fn bytes_pass_until_the_line_is_cut_and_again_after() -> io::Result<()> {
        let proxy = Proxy::start(([127, 0, 0, 1], 0).into(), echo().await?).await?;
        let mut buffer = [0; 2];
        let mut stream = TcpStream::connect(proxy.address()).await?;
        stream.write_all(b"hi").await?;
        stream.read_exact(&mut buffer).await?;
        assert_eq!(&buffer, b"hi");
        proxy.set(Line::Cut);
        assert_eq!(stream.read(&mut buffer).await.unwrap_or_default(), 0);
        let mut late = TcpStream::connect(proxy.address()).await?;
        assert_eq!(late.read(&mut buffer).await.unwrap_or_default(), 0);
        proxy.set(Line::Whole);
        let mut again = TcpStream::connect(proxy.address()).await?;
        again.write_all(b"ho").await?;
        again.read_exact(&mut buffer).await?;
        assert_eq!(&buffer, b"ho");
        Ok(())
    }
}
