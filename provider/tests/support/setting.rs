//! A client under test, with the server it talks to and a clock that does not wait.

use super::scripted::{Canned, Scripted};
use async_trait::async_trait;
use provider::datadog::{ApiUrl, Client, Clock, Keys};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A clock that never waits and remembers how long it should have.
#[derive(Default)]
pub(crate) struct Pauses(Mutex<Vec<u64>>);

impl Pauses {
    pub(crate) fn all(&self) -> Vec<u64> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Clock for Pauses {
    async fn sleep(&self, pause: Duration) {
        self.0.lock().unwrap().push(pause.as_secs());
    }
}

/// A client of a scripted server, and the time it would have waited.
pub(crate) struct Setting {
    pub(crate) client: Client,
    pub(crate) server: Scripted,
    pauses: Arc<Pauses>,
}

impl Setting {
    pub(crate) async fn of(answers: &[Canned]) -> Self {
        let (server, url) = Scripted::start(answers).await;
        let pauses = Arc::new(Pauses::default());
        Self {
            client: client(&url, pauses.clone()),
            server,
            pauses,
        }
    }

    pub(crate) fn pauses(&self) -> Vec<u64> {
        self.pauses.all()
    }
}

/// A client with keys that are easy to find in a text.
pub(crate) fn client(url: &str, clock: Arc<Pauses>) -> Client {
    let keys = Keys {
        api: "api-secret".to_owned(),
        app: "app-secret".to_owned(),
    };
    Client::new(
        ApiUrl::choose(Some(url), None).unwrap(),
        keys,
        "test",
        clock,
    )
    .unwrap()
}
