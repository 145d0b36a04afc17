//! Which of the lines that the sandbox carries are cut. Cutting one that it does not carry changes nothing.

use serde::{Deserialize, Serialize};

/// What a line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Redis,
    Service,
}

impl End {
    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Service => "service",
        }
    }
}

/// What nobody reaches just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CutLines {
    pub(crate) redis: bool,
    pub(crate) service: bool,
}

impl CutLines {
    /// Whether this one is among them.
    pub(crate) fn has(self, end: End) -> bool {
        match end {
            End::Redis => self.redis,
            End::Service => self.service,
        }
    }
}
