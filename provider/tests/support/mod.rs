//! What the tests of this folder share: small HTTP servers on 127.0.0.1 that stand where Datadog would.

pub(crate) mod scripted;
