//! Redis is emptied, or gone, while it matters.

use super::common::{Applied, SICK};
use serde_json::json;
use tests::{chain, tools, wait};

fn no_redis() -> bool {
    if !tools::on_path("redis-server") {
        tools::skip(
            "a story of Redis",
            "redis-server is missing",
            "apt-get install redis-server",
        );
        return true;
    }
    false
}

#[test]
fn flushall_while_a_read_is_in_flight_and_the_next_alert_still_opens() -> anyhow::Result<()> {
    if no_redis() {
        return Ok(());
    }
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    let redis = applied.chain.redis.as_ref().expect("redis is installed");
    let before = sandbox.requests()?;
    sandbox.faults(&json!({"datadog": {"hold": true, "path_contains": "group_states"}}))?;
    applied.set("bank_code:0009", "Alert")?;
    wait::until("the read to be in flight", || {
        (sandbox.requests().ok()? > before).then_some(())
    })?;
    redis.command("FLUSHALL")?;
    sandbox.faults(&json!({"datadog": null}))?;
    sandbox.wait_state(0, "delivered")?;
    applied.set(SICK, "Alert")?;
    sandbox.wait_state(1, "delivered")?;
    applied.chain.wait_open(SICK)?;
    applied.chain.wait_open("bank_code:0009")?;
    Ok(())
}

#[test]
fn an_empty_redis_after_a_crash_is_filled_again_from_datadog() -> anyhow::Result<()> {
    if no_redis() {
        return Ok(());
    }
    let mut applied = Applied::start()?;
    applied.set(SICK, "Alert")?;
    applied.chain.wait_open(SICK)?;
    applied
        .chain
        .redis
        .as_mut()
        .expect("redis is installed")
        .crash();
    assert!(
        chain::is_open(applied.chain.ask(SICK)?),
        "the last known state was dropped"
    );
    applied
        .chain
        .redis
        .as_mut()
        .expect("redis is installed")
        .revive()?;
    wait::until("the idle poll to fill it", || {
        applied.chain.service().ok()?.advance(300).ok()?;
        let redis = applied.chain.redis.as_ref()?;
        redis.command("DBSIZE").ok().filter(|size| size != ":0")
    })?;
    applied.chain.wait_open(SICK)?;
    Ok(())
}
