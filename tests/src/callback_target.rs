//! An HTTP server that answers callbacks with the statuses it was given, and keeps what it was sent.

use anyhow::Context;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// One callback as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The value of the header `webhook-id`.
    pub webhook_id: String,
    /// The body.
    pub body: serde_json::Value,
}

/// The server. It ends with the test process.
#[derive(Clone, Debug)]
pub struct CallbackTarget {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    answers: VecDeque<u16>,
    received: Vec<Received>,
}

impl CallbackTarget {
    /// Answers the statuses in turn, and 200 after the last.
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start(answers: &[u16]) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("bind a callback target")?;
        let port = listener.local_addr()?.port();
        let shared = Shared {
            answers: answers.iter().copied().collect(),
            received: Vec::new(),
        };
        let target = Self {
            port,
            shared: Arc::new(Mutex::new(shared)),
        };
        let server = target.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = server.serve(stream);
            }
        });
        Ok(target)
    }

    /// The URL that a `callback` block names.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}/dd_circuit_breaker/callback", self.port)
    }

    /// What has arrived, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .received
            .clone()
    }

    fn serve(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut webhook_id = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => value.trim().clone_into(&mut webhook_id),
                "content-length" => length = value.trim().parse()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let status = self.take(Received {
            webhook_id,
            body: serde_json::from_slice(&body)?,
        });
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        Ok(())
    }

    fn take(&self, received: Received) -> u16 {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.received.push(received);
        shared.answers.pop_front().unwrap_or(200)
    }
}
