//! Which breaker a monitor feeds, and which alerts count.

use super::common::{SICK, monitor_body};
use serde_json::json;
use tests::chain::{self, Chain, Store};

const TAGS: [&str; 2] = ["circuit_breaker:bank", "service:funds"];

#[test]
fn two_monitors_on_one_breaker_and_the_worst_state_wins() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Best)?;
    let url = chain.callback_url();
    let sandbox = &chain.sandbox;
    let errors = sandbox.create_monitor(&monitor_body("errors", &url, &TAGS))?;
    let latency = sandbox.create_monitor(&monitor_body("latency", &url, &TAGS))?;
    sandbox.set(&errors, SICK, "Alert")?;
    sandbox.set(&latency, SICK, "Alert")?;
    sandbox.wait_state(0, "delivered")?;
    sandbox.wait_state(1, "delivered")?;
    chain.wait_open(SICK)?;
    sandbox.set(&errors, SICK, "OK")?;
    sandbox.wait_state(2, "delivered")?;
    assert!(
        chain::is_open(chain.ask(SICK)?),
        "one monitor still alerts: {:?}",
        chain.ask(SICK)
    );
    sandbox.set(&latency, SICK, "OK")?;
    sandbox.wait_state(3, "delivered")?;
    chain.service()?.advance(3600)?;
    chain.wait_closed(SICK)?;
    Ok(())
}

#[test]
fn a_monitor_named_test_opens_on_a_real_alert() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let body = monitor_body("[TEST] x", &chain.callback_url(), &TAGS);
    let monitor = chain.sandbox.create_monitor(&body)?;
    chain.sandbox.set(&monitor, SICK, "Alert")?;
    let delivery = chain.sandbox.wait_state(0, "delivered")?;
    assert!(
        delivery["subject"]
            .as_str()
            .is_some_and(|text| text.contains("[TEST] x"))
    );
    chain.wait_open(SICK)?;
    Ok(())
}

#[test]
fn an_ungrouped_monitor_opens_every_group() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let mut body = monitor_body("all banks", &chain.callback_url(), &TAGS);
    body["query"] = json!("sum(last_5m):sum:funds.errors{*}.as_count() > 10");
    let monitor = chain.sandbox.create_monitor(&body)?;
    chain.sandbox.set(&monitor, "*", "Alert")?;
    chain.sandbox.wait_state(0, "delivered")?;
    chain.wait_open(SICK)?;
    chain.wait_open("bank_code:0777")?;
    Ok(())
}
