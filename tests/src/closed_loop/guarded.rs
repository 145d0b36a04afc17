//! The real chain in the loop: the sandbox evaluates what the callers report, and the generated service's guard is asked before each
//! call. Both clocks go a second at a time.

use super::record::{Record, Tick};
use super::traffic::{BANKS, LENGTH, SICK, Seen, Traffic};
use crate::chain::{BREAKER, Chain, Store};
use anyhow::Context;
use serde_json::{Value, json};

const MINUTE_MS: u64 = 60_000;
const QUERY: &str = "sum(last_1m):sum:bank.errors{*} by {bank_code}.as_count() / sum:bank.requests{*} by {bank_code}.as_count() > 0.5";

/// Runs the loop over real processes.
///
/// # Errors
/// When a part does not start or does not answer.
pub fn with_breaker() -> anyhow::Result<Record> {
    let chain = Chain::start(Store::Best)?;
    let monitor = chain
        .sandbox
        .create_monitor(&monitor(&chain.callback_url()))?;
    let (mut traffic, mut record) = (Traffic::default(), Record::default());
    let start = (clock(&chain, "virtual_ms")? / MINUTE_MS + 1) * MINUTE_MS;
    for now in 0..LENGTH {
        let mut open = Vec::new();
        let seen = traffic.second(now, |bank, count| {
            let answers = chain.service()?.allow(BREAKER, &group(bank), count)?;
            if answers.allow == 0 && answers.reject > 0 {
                open.push(bank);
            }
            Ok(answers.allow + answers.probe)
        })?;
        report(&chain, &seen)?;
        let mut tick = Tick::new(now, &seen);
        open.sort_unstable();
        open.dedup();
        tick.open = open;
        tick.alert = alerts(&chain, &monitor)?;
        record.add(tick);
        step(&chain, start + (now + 1) * 1000)?;
    }
    Ok(record)
}

fn group(bank: usize) -> String {
    format!("bank_code:{bank:04}")
}

fn monitor(callback: &str) -> Value {
    let line = |transition: &str| {
        format!(
            "{{{{#is_{transition}}}}}\ncircuit-breaker-callback: {callback}\n{{{{/is_{transition}}}}}\n"
        )
    };
    let message = format!(
        "{}{}\n@sns-dd-circuit-breaker",
        line("alert"),
        line("alert_recovery")
    );
    json!({
        "name": "Bank {{bank_code.name}} fails", "type": "query alert", "query": QUERY, "message": message,
        "tags": [format!("circuit_breaker:{BREAKER}"), "service:funds"],
        "options": { "thresholds": { "critical": 0.5, "critical_recovery": 0.1 } },
    })
}

/// Both counts of each bank, as its callers send them.
fn report(chain: &Chain, seen: &[Seen]) -> anyhow::Result<()> {
    let now = clock(chain, "wall_ms")? / 1000;
    let point = |metric: &str, bank: usize, value: u64| json!({ "metric": metric, "type": 1, "interval": 1, "tags": [group(bank)], "points": [{ "timestamp": now, "value": value }] });
    let banks = (0..BANKS).filter(|bank| seen[*bank].ok + seen[*bank].failed > 0);
    let series: Vec<_> = banks
        .flat_map(|bank| {
            let Seen { ok, failed, .. } = seen[bank];
            [
                point("bank.errors", bank, failed),
                point("bank.requests", bank, ok + failed),
            ]
        })
        .collect();
    chain
        .sandbox
        .datadog()
        .post("/api/v2/series", &json!({ "series": series }))?
        .ok()?;
    Ok(())
}

fn alerts(chain: &Chain, monitor: &str) -> anyhow::Result<bool> {
    let state = chain
        .sandbox
        .datadog()
        .get(&format!("/api/v1/monitor/{monitor}?group_states=all"))?
        .ok()?;
    Ok(state["state"]["groups"][group(SICK)]["status"] == "Alert")
}

/// The sandbox's clock goes to `virtual_ms`, whatever real time has passed; what the monitor said by then has reached the service before the next
/// second begins.
fn step(chain: &Chain, virtual_ms: u64) -> anyhow::Result<()> {
    let advance = virtual_ms.saturating_sub(clock(chain, "virtual_ms")?);
    let asked = json!({ "advance_ms": advance });
    chain
        .sandbox
        .control()
        .post("/_sandbox/clock", &asked)?
        .ok()?;
    chain.service()?.advance(1)?;
    for index in 0..chain.sandbox.deliveries()?.len() {
        chain.sandbox.wait_state(index, "delivered")?;
    }
    Ok(())
}

fn clock(chain: &Chain, name: &str) -> anyhow::Result<u64> {
    let clock = chain.sandbox.control().get("/_sandbox/clock")?.ok()?;
    clock[name]
        .as_u64()
        .with_context(|| format!("`{name}` in {clock}"))
}
