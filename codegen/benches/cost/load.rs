//! Signed callbacks at a fixed rate on two instances over one real Redis; how long the answers took, counted from when each was due.
//! That no update was lost is checked, here as in the conformance suite.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codegen::verify::{Ground, Load, Service, Store, load};

use crate::built::Built;
use crate::settings::{languages, number};

/// The languages that hold the aim; the rest is measured when `LANGS` names it.
const HELD: [&str; 2] = ["rust", "go"];
/// Milliseconds within which 99 of 100 answers should come.
const AIM_MS: f64 = 50.0;

/// One line for each language. `RATE` (200), `SECONDS_OF_LOAD` (60), `MONITORS` (10) and `GROUPS_EACH` (20) may be set.
pub(crate) fn run() -> io::Result<()> {
    let named = std::env::var_os("LANGS").is_some();
    let mut lost = Vec::new();
    for language in languages() {
        if !named && !HELD.contains(&language.name) {
            continue;
        }
        let built = Built::new(language, None)?;
        let weighed = load(&Load {
            ground: ground(built.start()),
            rate: number("RATE", 200)?,
            seconds: number("SECONDS_OF_LOAD", 60)?,
            monitors: number("MONITORS", 10)?,
            groups: number("GROUPS_EACH", 20)?,
        })
        .map_err(io::Error::other)?;
        let met = weighed.within(990).as_secs_f64() * 1e3 <= AIM_MS;
        let aim = if met { "met" } else { "MISSED" };
        println!("{:<12}{weighed}; p99 ≤ {AIM_MS} ms: {aim}", language.name);
        lost.extend(weighed.lost);
    }
    if lost.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("lost: {}", lost.join("; "))))
}

fn ground(start: String) -> Ground {
    Ground {
        service: Service::Start(start),
        name: "funds".to_owned(),
        store: Store::Redis,
        redis_url: None,
        datadog_listen: None,
        redis_listen: None,
        patience: Duration::from_secs(60),
        now_s: || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
        },
    }
}
