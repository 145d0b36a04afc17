//! Sends signed callbacks to one service, from whichever task.

use super::callback::{Callback, PATH};
use super::client::{Answer, Client};
use super::error::Failure;

pub(super) struct Sender {
    client: Client,
    /// Seconds since 1970.
    now_s: fn() -> i64,
}

impl Sender {
    pub(super) fn new(client: Client, now_s: fn() -> i64) -> Self {
        Self { client, now_s }
    }

    /// Sends a callback, signed now.
    pub(super) async fn send(&self, callback: &Callback) -> Result<Answer, Failure> {
        let request = callback.request((self.now_s)())?;
        self.client.post(PATH, request).await
    }
}
