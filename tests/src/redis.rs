//! A real Redis of its own for each chain.

use crate::process::Process;
use crate::{tools, wait};
use anyhow::Context;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

/// A running `redis-server` that keeps nothing on disk.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    process: Process,
}

impl Redis {
    /// Starts one, or answers `None` where Redis is not installed.
    ///
    /// # Errors
    /// When it is installed and does not start.
    pub fn start() -> anyhow::Result<Option<Self>> {
        if !tools::on_path("redis-server") {
            return Ok(None);
        }
        Self::start_on(free_port()?).map(Some)
    }

    fn start_on(port: u16) -> anyhow::Result<Self> {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args([
            "--maxmemory-policy",
            "noeviction",
            "--port",
            &port.to_string(),
        ]);
        let process = Process::start("redis-server", &mut command)?;
        let redis = Self { port, process };
        wait::until("redis to answer PING", || redis.command("PING").ok())?;
        Ok(redis)
    }

    /// The URL a client connects to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends one inline command, and returns the first line of the answer.
    ///
    /// # Errors
    /// When Redis does not answer, or answers with an error.
    pub fn command(&self, line: &str) -> anyhow::Result<String> {
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port)).context("connect to redis")?;
        stream.write_all(format!("{line}\r\n").as_bytes())?;
        let mut buffer = [0; 512];
        let length = stream.read(&mut buffer)?;
        let text = String::from_utf8_lossy(&buffer[..length]).trim().to_owned();
        anyhow::ensure!(
            !text.starts_with('-') && !text.is_empty(),
            "redis: {line}: {text}"
        );
        Ok(text)
    }

    /// Ends it as a crash would; [`Redis::revive`] brings an empty one back on the same port.
    pub fn crash(&mut self) {
        self.process.kill();
    }

    /// Starts an empty Redis on the port of the one that crashed.
    ///
    /// # Errors
    /// When it does not start.
    pub fn revive(&mut self) -> anyhow::Result<()> {
        self.process = Self::start_on(self.port)?.process;
        Ok(())
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// When none can be bound.
pub fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}
