//! What the tests of this folder share: a client, and HTTP servers on 127.0.0.1 where Datadog would be.

pub(crate) mod setting;

pub(crate) mod forgetful;

pub(crate) mod scripted;
