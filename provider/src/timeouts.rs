//! The two timeouts of the `provider` block: their attributes, their defaults, and what they come to.

use std::time::Duration;
use tfplugin::{Attr, Attribute, checks};

/// Seconds from sending a request to the end of its answer.
const REQUEST_S: u64 = 30;
/// Seconds for which rate limits may let nothing through.
const RETRY_S: u64 = 600;
/// The most that either may be set to, in seconds.
const LONGEST_S: u64 = 3600;

/// Both, once they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// For one request.
    pub(crate) request: Duration,
    /// For getting anything at all past the rate limits.
    pub(crate) retry: Duration,
}

impl Timeouts {
    /// `None` while one of them is unknown.
    pub(crate) fn chosen(request: &Attr<u64>, retry: &Attr<u64>) -> Option<Self> {
        Some(Self {
            request: seconds(request, REQUEST_S)?,
            retry: seconds(retry, RETRY_S)?,
        })
    }
}

fn seconds(written: &Attr<u64>, default: u64) -> Option<Duration> {
    match written {
        Attr::Unknown => None,
        Attr::Null => Some(Duration::from_secs(default)),
        Attr::Known(seconds) => Some(Duration::from_secs(*seconds)),
    }
}

/// The attributes.
pub(crate) fn attributes() -> [Attribute; 2] {
    let seconds = |name, text: String| {
        Attribute::number(name)
            .optional()
            .check(checks::whole())
            .check(checks::between(1, LONGEST_S))
            .describe(text)
    };
    let request = format!("Seconds to wait for the answer to one request. Default `{REQUEST_S}`.");
    let retry = format!(
        "Seconds for which Datadog's rate limits may let no request through before an operation fails. \
         Default `{RETRY_S}`."
    );
    [
        seconds("request_timeout", request),
        seconds("http_client_retry_timeout", retry),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_is_the_default_and_what_is_unknown_decides_nothing() {
        let chosen = Timeouts::chosen(&Attr::Known(7), &Attr::Null);
        let expected = Timeouts {
            request: Duration::from_secs(7),
            retry: Duration::from_secs(RETRY_S),
        };
        assert_eq!(chosen, Some(expected));
        assert_eq!(Timeouts::chosen(&Attr::Unknown, &Attr::Null), None);
        assert_eq!(Timeouts::chosen(&Attr::Null, &Attr::Unknown), None);
    }
}
