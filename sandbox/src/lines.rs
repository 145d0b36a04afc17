//! Which lines the sandbox carries, and where. `carry` carries them.

use std::net::SocketAddr;

use serde::Serialize;

/// One line: who connects to `listens` reaches `upstream`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where the sandbox listens; port 0 takes a free one.
    pub listens: SocketAddr,
    /// Where the connections go.
    pub upstream: SocketAddr,
}

/// The lines there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Between the service and its Redis.
    pub redis: Option<Line>,
    /// Between the function and the service.
    pub service: Option<Line>,
}
