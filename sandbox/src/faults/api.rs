//! One fault of Datadog's API: which requests it hits, and what becomes of them.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::FaultError;

/// An error of Datadog's API, a wait before its answer, or a connection that ends without one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApiFault {
    /// 400 to 599; 200 with `html`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// With `status`: the request is carried out all the same, only the answer is the error.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    after: bool,
    /// With `status`: whether the body is a page, as a proxy writes it. If absent it is one from 500 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<bool>,
    /// With `status` 429: whether the answer says when to come back. If absent it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<bool>,
    /// The connection is closed without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<Drop>,
    /// Requests wait until the fault is taken away, and are then answered as if nothing had been.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) hold: bool,
    /// How many requests it hits; until it is taken away if absent.
    pub(super) count: Option<u32>,
    /// Hits only requests whose path and query contain this.
    path_contains: String,
    /// Hits only requests of this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
}

/// When a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Drop {
    /// Before the request is carried out, which it never is.
    Before,
    /// After the request was carried out.
    After,
}

/// What becomes of one request. `after`: it is carried out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Answer { face: Face, after: bool },
    Drop { after: bool },
}

impl Effect {
    /// Whether the request is carried out.
    pub(crate) fn is_carried_out(self) -> bool {
        let (Self::Answer { after, .. } | Self::Drop { after }) = self;
        after
    }
}

/// What an error answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    pub(crate) status: StatusCode,
    pub(crate) html: bool,
    pub(crate) headers: bool,
}

impl ApiFault {
    /// Exactly one kind of fault, and only what belongs to it.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        let details = self.after || self.html.is_some() || self.headers.is_some();
        match (self.status, self.drop, self.hold) {
            (Some(200), None, false) if self.html == Some(true) => Ok(()),
            (Some(status), None, false) if !(400..600).contains(&status) => {
                Err(FaultError::Status(status))
            }
            (Some(status), None, false) if self.headers.is_none() || status == 429 => Ok(()),
            (None, Some(_), false) if !details => Ok(()),
            (None, None, true) if !details && self.count.is_none() => Ok(()),
            _ => Err(FaultError::Kind),
        }
    }

    pub(super) fn hits(&self, method: &str, target: &str) -> bool {
        let of_method = self.method.as_deref().is_none_or(|only| only == method);
        of_method && target.contains(&self.path_contains)
    }

    /// What it does to a request that it hits; `None` for a hold, which only delays.
    pub(super) fn effect(&self) -> Option<Effect> {
        if let Some(drop) = self.drop {
            let after = drop == Drop::After;
            return Some(Effect::Drop { after });
        }
        let status = StatusCode::from_u16(self.status?).ok()?;
        let face = Face {
            status,
            html: self.html.unwrap_or(status.is_server_error()),
            headers: self.headers.unwrap_or(true),
        };
        let after = self.after;
        Some(Effect::Answer { face, after })
    }
}
