//! From settings to a running service: parts, routes, background tasks, the end. No rule of the breaker lives here.

use crate::clock::Clock;
use crate::config::Settings;
use crate::datadog::Datadog;
use crate::hook::Hooks;
use crate::service::{NAME, Parts, Service};
use crate::store::{Op, Store, memory::MemoryStore, redis::RedisStore};
use crate::{admin, callback, conformance, heal};
use axum::Router;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

/// Runs the service by the environment's settings until SIGTERM or SIGINT. `routes` are the service's own.
pub async fn run(hooks: Arc<dyn Hooks>, routes: impl FnOnce(&Arc<Service>) -> Router) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(LevelFilter::INFO)
        .with_writer(std::io::stderr)
        .init();
    let settings = Settings::read(&|name| std::env::var(name).ok())?;
    let (listen, clock) = (TcpListener::bind(&settings.listen).await?, Arc::new(Clock::default()));
    let seed = || RandomState::new().hash_one(std::process::id());
    let store: Arc<dyn Store> = match &settings.redis_url {
        Some(url) => Arc::new(RedisStore::new(&url.0, NAME, format!("{NAME}-{:016x}", seed()))?),
        None => {
            tracing::warn!("REDIS_URL is unset: breakers are kept in this process alone");
            Arc::new(MemoryStore::new(clock.clone()))
        }
    };
    let source = Arc::new(Datadog::new(&settings)?);
    let service = Service::new(settings, Parts { clock, store, source, hooks, seed: seed() });
    let own = routes(&service);
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    };
    println!("{}", serde_json::json!({ "msg": "listening", "addr": listen.local_addr()?.to_string() }));
    serve(service, listen, own, stop).await
}

/// Serves until `stop`, with the poller and the snapshot's reload beside it, then gives up the poller's lease.
pub async fn serve(
    service: Arc<Service>,
    listen: TcpListener,
    own: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let tasks = [tokio::spawn(heal::refresh(service.clone())), tokio::spawn(heal::poll(service.clone()))];
    let mut routes = callback::routes().merge(admin::routes());
    if service.settings.conformance {
        tracing::warn!("CB_CONFORMANCE=1: anyone who reaches this port can move the clock; never in production");
        routes = routes.merge(conformance::routes());
    }
    let routes = routes.with_state(service.clone()).merge(own);
    axum::serve(listen, routes).with_graceful_shutdown(stop).await?;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    let _ = service.store.run(Op::Lead { ttl: 0 }).await;
    Ok(())
}
