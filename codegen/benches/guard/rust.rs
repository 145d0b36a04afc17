//! What one question to the guard costs inside this service: its snapshot read from the store, its reload running beside it. Prints
//! `cost CASE GROUPS OPEN THREADS NANOSECONDS`. With COST_DOWN the store named by REDIS_URL answers nobody, from the start to the end.

use service::datadog::Datadog;
use service::guard::Guard;
use service::model::{Level, Want};
use service::service::{NAME, Parts, Service};
use service::store::{Contents, Op, Store, Update, memory::MemoryStore, redis::RedisStore};
use service::{clock::Clock, config::Settings, heal, hooks::ServiceHooks};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// Groups in the snapshot, and each how manieth of them is open.
const SIZES: [(usize, usize); 3] = [(1, 1), (100, 10), (10_000, 10)];
const CALLS: u32 = 20_000;
const BATCHES: usize = 7;
/// Longer than the guard takes to call the store down.
const LATER: u32 = 20_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    for (groups, every) in SIZES {
        let service = service_with(groups, every).await?;
        let reload = tokio::spawn(heal::refresh(service.clone()));
        let last_open = (groups - 1) / every * every;
        let cases = [("open", last_open), ("closed", 1), ("unknown", 99_999)];
        for (case, at) in cases.into_iter().filter(|(case, _)| every > 1 || *case != "closed") {
            for threads in [1, 4] {
                let guard = service.guard.clone();
                let ns = tokio::task::spawn_blocking(move || cost(&guard, &name(at), threads)).await?;
                println!("cost {case} {groups} {} {threads} {ns:.1}", groups.div_ceil(every));
            }
        }
        reload.abort();
    }
    Ok(())
}

fn name(at: usize) -> String {
    format!("bank_code:{at:04}")
}

/// The median over batches of the time of a core that one call takes.
fn cost(guard: &Guard, group: &str, threads: usize) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(threads);
    let mut batches: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let start = Instant::now();
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        for _ in 0..CALLS {
                            black_box(guard.allow(black_box("bank"), black_box(group)));
                        }
                    });
                }
            });
            start.elapsed().as_nanos() as f64 * cores as f64 / (f64::from(CALLS) * threads as f64)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[BATCHES / 2]
}

async fn service_with(groups: usize, every: usize) -> anyhow::Result<Arc<Service>> {
    let key = ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    let own = [("DD_API_KEY", "a"), ("DD_APP_KEY", "b"), key];
    let get = |name: &str| own.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
    let (settings, clock) = (Settings::read(&get)?, Arc::new(Clock::default()));
    let store: Arc<dyn Store> = Arc::new(RedisStore::new(&std::env::var("REDIS_URL")?, NAME, "cost".to_owned())?);
    let source = Arc::new(Datadog::new(&settings)?);
    let parts = Parts { clock: clock.clone(), store: store.clone(), source, hooks: Arc::new(ServiceHooks), seed: 1 };
    let service = Service::new(settings, parts);
    if std::env::var_os("COST_DOWN").is_none() {
        fill(&*store, &clock, groups, every).await?;
        service.reload().await;
    } else {
        let memory = MemoryStore::new(clock.clone());
        let contents = fill(&memory, &clock, groups, every).await?;
        service.guard.replace(Some(contents), clock.now());
        clock.advance(LATER);
        service.reload().await;
    }
    Ok(service)
}

async fn fill(store: &dyn Store, clock: &Clock, groups: usize, every: usize) -> anyhow::Result<Contents> {
    let level = |at: usize| if at.is_multiple_of(every) { Level::Open } else { Level::Closed };
    let want = |at| (name(at), Want { level: Some(level(at)), raise: true });
    let groups: BTreeMap<_, _> = (0..groups).map(want).collect();
    let (now, seq) = (clock.now(), store.run(Op::Fence).await?.as_u64().unwrap_or_default());
    let (monitor, breaker, source) = ("1".to_owned(), "bank".to_owned(), "ok".to_owned());
    let (lease, absent_after) = (900_000, 0);
    let update = Update { monitor, breaker, seq, now, lease, absent_after, source, complete: true, groups };
    store.run(Op::Apply(update)).await?;
    Ok(serde_json::from_value(store.run(Op::Load).await?)?)
}
