//! What the tests of this folder share: a client, and an HTTP server on 127.0.0.1 where Datadog would be.

pub(crate) mod setting;

pub(crate) mod scripted;
