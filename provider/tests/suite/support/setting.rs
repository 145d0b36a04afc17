//! A client under test, with the server it talks to and a clock that does not wait.

use super::scripted::{Canned, Scripted};
use async_trait::async_trait;
use provider::datadog::{ApiUrl, Chance, Client, Clock, Keys, Timing};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A clock on which only pauses take time. It remembers them, in seconds.
pub(crate) struct Pauses {
    began: Instant,
    passed: Mutex<Duration>,
    all: Mutex<Vec<u64>>,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            passed: Mutex::default(),
            all: Mutex::default(),
        }
    }
}

impl Pauses {
    pub(crate) fn all(&self) -> Vec<u64> {
        self.all.lock().unwrap().clone()
    }

    /// All pauses together, in seconds.
    pub(crate) fn sum(&self) -> u64 {
        self.all().iter().sum()
    }
}

#[async_trait]
impl Clock for Pauses {
    fn now(&self) -> Instant {
        self.began + *self.passed.lock().unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        self.all.lock().unwrap().push(pause.as_secs());
        *self.passed.lock().unwrap() += pause;
        tokio::task::yield_now().await;
    }
}

/// The worst luck: every pause is as long as it may be.
pub(crate) struct Longest;

impl Chance for Longest {
    fn draw(&self) -> f64 {
        1.0
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

    pub(crate) fn waited(&self) -> u64 {
        self.pauses.sum()
    }
}

/// Timing for tests: no wait but for answers that do not come.
pub(crate) fn timing(clock: Arc<dyn Clock>) -> Timing {
    Timing {
        clock,
        chance: Arc::new(Longest),
        request_timeout: Duration::from_millis(500),
        patience: Duration::from_secs(600),
    }
}

/// A client with keys that are easy to find in a text.
pub(crate) fn client(url: &str, clock: Arc<dyn Clock>) -> Client {
    let keys = Keys {
        api: "api-secret".to_owned(),
        app: "app-secret".to_owned(),
    };
    let url = ApiUrl::choose(Some(url), None).unwrap();
    Client::new(url, keys, "test", timing(clock)).unwrap()
}
