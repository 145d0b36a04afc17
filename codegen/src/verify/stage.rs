//! What stands around the service for a whole run: the fake Datadog, Redis behind its proxy, and how an instance is started with which
//! settings. No case and no expectation lives here.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::callback::{NEW_KEY, OLD_KEY};
use super::error::Error;
use super::fake::{API_KEY, APP_KEY, Fake};
use super::instance::{Instance, Surroundings};
use super::redis::Redis;

/// Who may operate a service that is given no other token.
pub(super) const ADMIN_TOKEN: &str = "cb-gen-verify-admin-token";

/// Where the service comes from.
#[derive(Debug, Clone)]
pub enum Service {
    /// A command that starts one instance, by the settings in its environment.
    Start(String),
    /// Instances that somebody else starts, with the settings that the run prints; all but the first share the first one's store.
    Running(Vec<String>),
}

/// Where breakers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// In each instance's own memory.
    Memory,
    /// In Redis.
    Redis,
}

impl Store {
    /// As `--store` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
        }
    }
}

/// What a run is asked to stand on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where the service comes from.
    pub service: Service,
    /// Its name, which stands in its monitors' tags and its Redis keys.
    pub name: String,
    /// Where it keeps breakers.
    pub store: Store,
    /// A Redis to use instead of one of the suite's own; keys below `cb:{NAME}:` are deleted in it.
    pub redis_url: Option<String>,
    /// Where the fake Datadog listens; none: a free port, or 9400 for a service that runs already.
    pub datadog_listen: Option<SocketAddr>,
    /// Where the proxy before Redis listens; none: a free port, or 9401.
    pub redis_listen: Option<SocketAddr>,
    /// How long is waited for what must come.
    pub patience: Duration,
    /// The wall clock, in seconds since 1970: callbacks are signed by it.
    pub now_s: fn() -> i64,
}

/// All that surrounds a service.
pub(super) struct Stage {
    pub(super) fake: Fake,
    pub(super) redis: Option<Redis>,
    /// The service's name.
    pub(super) service: String,
    source: Service,
    around: Surroundings,
}

impl Stage {
    pub(super) async fn set(ground: &Ground) -> Result<Self, Error> {
        check(&ground.service)?;
        let fixed = matches!(ground.service, Service::Running(_));
        let listen = |given: Option<SocketAddr>, port| {
            let port = if fixed { port } else { 0 };
            given.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        };
        let part = |source| Error::Part {
            what: "the fake Datadog",
            source,
            remedy: "choose a free address with `--datadog-listen`",
        };
        let fake = Fake::start(listen(ground.datadog_listen, 9400)).await;
        let redis = match ground.store {
            Store::Memory => None,
            Store::Redis => {
                let listen = listen(ground.redis_listen, 9401);
                Some(Redis::start(ground.redis_url.as_deref(), listen, &ground.name).await?)
            }
        };
        Ok(Self {
            fake: fake.map_err(part)?,
            redis,
            service: ground.name.clone(),
            source: ground.service.clone(),
            around: Surroundings {
                patience: ground.patience,
                now_s: ground.now_s,
                admin_token: ADMIN_TOKEN.to_owned(),
            },
        })
    }

    /// The settings that a service must be started with, besides where it listens. Probes and ramp are off, so that open is open.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let url = self.fake.url();
        let keys = format!("{OLD_KEY} {NEW_KEY}");
        let mut settings = vec![
            ("CB_DATADOG_URL", url),
            ("DD_API_KEY", API_KEY.to_owned()),
            ("DD_APP_KEY", APP_KEY.to_owned()),
            ("CB_SIGNING_KEYS", keys),
            ("CB_ADMIN_TOKEN", self.around.admin_token.clone()),
            ("CB_CONFORMANCE", "1".to_owned()),
            ("CB_PROBE_RATIO", "0".to_owned()),
            ("CB_PROBE_INTERVAL_S", "3600".to_owned()),
            ("CB_RAMP_S", "0".to_owned()),
        ];
        settings.extend(self.redis.as_ref().map(|redis| ("REDIS_URL", redis.url())));
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        settings.into_iter().map(owned).collect()
    }

    /// Whether instances can be started with other settings, and be ended.
    pub(super) fn starts(&self) -> bool {
        matches!(self.source, Service::Start(_))
    }

    /// Whether there can be two instances.
    pub(super) fn has_second(&self) -> bool {
        match &self.source {
            Service::Start(_) => true,
            Service::Running(urls) => urls.len() > 1,
        }
    }

    /// Instance number `at`, from 0, with `changes` to the settings where it is started here.
    pub(super) async fn instance(
        &self,
        at: usize,
        changes: &[(&str, &str)],
    ) -> Result<Instance, Error> {
        let around = self.around.clone();
        match &self.source {
            Service::Running(urls) => {
                let url = urls.get(at).or(urls.first()).ok_or(Error::NoService)?;
                Instance::attach(url, around).await
            }
            Service::Start(command) => {
                let mut settings = self.settings();
                let owned =
                    |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
                settings.extend(changes.iter().map(owned));
                Instance::start(command, settings, around).await
            }
        }
    }
}

fn check(service: &Service) -> Result<(), Error> {
    let Service::Running(urls) = service else {
        return Ok(());
    };
    if urls.is_empty() {
        return Err(Error::NoService);
    }
    let plain =
        |url: &String| Url::parse(url).is_ok_and(|url| url.scheme() == "http" && url.has_host());
    urls.iter()
        .find(|url| !plain(url))
        .map_or(Ok(()), |url| Err(Error::Url(url.clone())))
}
