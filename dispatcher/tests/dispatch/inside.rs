//! The dispatcher in this process, set up for services on this machine.

use std::sync::Arc;
use std::time::Duration;

use dispatcher::callback::{Caller, Limits, Setup};
use dispatcher::config::Config;
use dispatcher::dial::Resolver;
use dispatcher::handle::{HandleError, Invocation, Summary, handle};
use serde_json::Value;

use crate::support::{Answer, KEY, event};

pub(crate) const NOW_S: i64 = 1_790_000_000;
pub(crate) const OK: Answer = Answer::Say("200 OK");

#[derive(Clone, Copy, Default)]
pub(crate) struct Settings<'a> {
    pub(crate) hosts: &'a str,
    pub(crate) http: &'a str,
    pub(crate) cidrs: &'a str,
    pub(crate) extra_ca: &'a str,
    pub(crate) more: (&'a str, &'a str),
}

/// What the sandbox sets.
pub(crate) const LAPTOP: Settings<'static> = Settings {
    hosts: "localhost:*",
    http: "1",
    cidrs: "127.0.0.0/8,::1/128",
    extra_ca: "",
    more: ("", ""),
};

/// Never reached unless a test waits for it: no test depends on the speed of the machine.
pub(crate) const PATIENT: Limits = Limits {
    connect: Duration::from_secs(60),
    total: Duration::from_secs(60),
    pause: Duration::ZERO,
    idle: Duration::from_secs(60),
};

pub(crate) fn setup(limits: Limits) -> Setup {
    Setup {
        limits,
        ..Setup::new(|| NOW_S)
    }
}

pub(crate) fn config(settings: Settings<'_>) -> Config {
    let lookup = |name: &str| {
        let value = match name {
            name if name == settings.more.0 => settings.more.1,
            "CB_SIGNING_KEYS" => KEY,
            "CB_ALLOWED_HOSTS" => settings.hosts,
            "CB_ALLOW_HTTP" => settings.http,
            "CB_ALLOW_CIDRS" => settings.cidrs,
            "CB_EXTRA_CA" => settings.extra_ca,
            _ => return None,
        };
        Some(value.to_owned())
    };
    Config::read(&lookup).unwrap()
}

pub(crate) fn caller(settings: Settings<'_>, limits: Limits) -> Arc<Caller> {
    with_setup(settings, setup(limits))
}

pub(crate) async fn send(caller: &Arc<Caller>, event: &Value) -> Result<Summary, HandleError> {
    handle(caller, event, &Invocation::default()).await
}

pub(crate) async fn dispatch(
    settings: Settings<'_>,
    messages: &[String],
) -> Result<Summary, HandleError> {
    send(&caller(settings, PATIENT), &event(messages)).await
}

pub(crate) fn summary(called: usize, refused: usize) -> Result<Summary, HandleError> {
    Ok(Summary {
        called,
        refused,
        ..Summary::default()
    })
}

pub(crate) fn ignored(ignored: usize) -> Result<Summary, HandleError> {
    Ok(Summary {
        ignored,
        ..Summary::default()
    })
}

pub(crate) fn with_resolver(settings: Settings<'_>, resolver: Resolver) -> Arc<Caller> {
    let setup = Setup {
        resolver,
        ..setup(PATIENT)
    };
    with_setup(settings, setup)
}

pub(crate) fn with_setup(settings: Settings<'_>, setup: Setup) -> Arc<Caller> {
    Arc::new(Caller::new(config(settings), setup).unwrap())
}
