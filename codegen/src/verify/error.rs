//! Why the suite cannot run at all, and why a case failed. Text only; a failed case is no [`Error`].

use std::io;

/// The suite could not be set up: nothing is said about the service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a command nor an address.
    #[error("nothing to verify: give `--start 'COMMAND'`, or `--url URL` of a service that runs")]
    NoService,

    /// The address is of no use here.
    #[error("`{0}` is no address of a service: write `http://HOST:PORT`, plain HTTP")]
    Url(String),

    /// The address of Redis is of no use here.
    #[error("`{0}` is no address of a Redis: write `redis://HOST:PORT`, without password or TLS")]
    RedisUrl(String),

    /// A name that no case has.
    #[error("there is no case `{0}`: `cb-gen verify --list` shows them")]
    NoCase(String),

    /// Something the suite brings along did not start.
    #[error("cannot start {what}: {source}; {remedy}")]
    Part {
        /// The part.
        what: &'static str,
        /// What the operating system says.
        source: io::Error,
        /// What to do.
        remedy: &'static str,
    },

    /// The service did not come up.
    #[error("the service does not answer at `{url}`: {why}{log}")]
    NotUp {
        /// Where it was expected.
        url: String,
        /// What was seen.
        why: String,
        /// The last lines it printed, each on a line of its own.
        log: String,
    },

    /// The HTTP client or the runtime.
    #[error("cannot set up the suite: {0}; please report this")]
    Setup(String),

    /// The file of `--junit`.
    #[error("cannot write `{path}`: {source}; choose another path with `--junit`")]
    Junit {
        /// The path as given.
        path: String,
        /// What the operating system says.
        source: io::Error,
    },
}

/// What a case found: what was expected, and what came instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure(pub(super) String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// What a case returns.
pub(super) type Verdict = Result<(), Failure>;

/// `Ok` if `held`, else a failure that reads `what`.
pub(super) fn expect(held: bool, what: impl FnOnce() -> String) -> Verdict {
    if held { Ok(()) } else { Err(Failure(what())) }
}
