//! A `redis-server` of the bench's own that keeps nothing on disk, and is gone with it.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// A running server.
pub(crate) struct Redis {
    port: u16,
    child: Child,
}

impl Redis {
    /// Starts one on a free port, and waits until it says that it is ready.
    pub(crate) fn start() -> io::Result<Self> {
        let port = free_port()?;
        let mut child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--maxmemory-policy", "noeviction"])
            .args(["--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let ready = |line: &io::Result<String>| {
            line.as_ref()
                .is_ok_and(|line| line.contains("Ready to accept"))
        };
        if !BufReader::new(lines).lines().any(|line| ready(&line)) {
            return Err(io::Error::other("redis-server did not start"));
        }
        Ok(Self { port, child })
    }

    /// How many commands it was sent since its start.
    pub(crate) fn commands(&self) -> io::Result<u64> {
        const FIELD: &str = "total_commands_processed:";
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(b"INFO stats\r\n")?;
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        let mut numbers = lines.filter_map(|line| line.strip_prefix(FIELD)?.trim().parse().ok());
        let text = "redis-server does not say what it was sent";
        numbers.next().ok_or_else(|| io::Error::other(text))
    }

    /// What a client connects to.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of 127.0.0.1 at which nobody listens.
pub(crate) fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}
