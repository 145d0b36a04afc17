//! Lost, late and repeated deliveries: the state that is read decides, not the order of events.

use super::common::{Applied, SICK};
use serde_json::json;
use tests::chain;

#[test]
fn an_alert_delivered_after_the_recovery_ends_closed() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    sandbox.faults(&json!({"hold_deliveries": true}))?;
    applied.set(SICK, "Alert")?;
    let alert = sandbox.wait_state(0, "held")?;
    applied.set(SICK, "OK")?;
    let recovery = sandbox.wait_state(1, "held")?;
    sandbox.delivery(&recovery["id"], "release")?;
    sandbox.wait_state(1, "delivered")?;
    sandbox.delivery(&alert["id"], "release")?;
    sandbox.wait_state(0, "delivered")?;
    assert!(
        chain::is_closed(applied.chain.ask(SICK)?),
        "{:?}",
        applied.chain.ask(SICK)
    );
    Ok(())
}

#[test]
fn a_retry_that_lands_after_the_recovery_ends_closed() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    sandbox.faults(&json!({"datadog": {"status": 503}}))?;
    applied.set(SICK, "Alert")?;
    sandbox.wait_attempts(0, 1)?;
    sandbox.faults(&json!({"datadog": null}))?;
    applied.set(SICK, "OK")?;
    sandbox.wait_state(1, "delivered")?;
    sandbox.advance(60)?;
    let retried = sandbox.wait_state(0, "delivered")?;
    assert_eq!(retried["attempts"].as_array().map(Vec::len), Some(2));
    assert!(
        chain::is_closed(applied.chain.ask(SICK)?),
        "{:?}",
        applied.chain.ask(SICK)
    );
    Ok(())
}

#[test]
fn a_first_read_that_still_says_ok_is_mended_within_30_seconds() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    sandbox.faults(&json!({"stale_reads": 1}))?;
    applied.set(SICK, "Alert")?;
    sandbox.wait_state(0, "delivered")?;
    assert!(
        chain::is_closed(applied.chain.ask(SICK)?),
        "the stale read did not say OK"
    );
    applied.chain.service()?.advance(30)?;
    applied.chain.wait_open(SICK)?;
    Ok(())
}

#[test]
fn a_delivery_that_comes_twice_changes_nothing() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    applied.set(SICK, "Alert")?;
    let sandbox = &applied.chain.sandbox;
    let alert = sandbox.wait_state(0, "delivered")?;
    applied.chain.wait_open(SICK)?;
    sandbox.delivery(&alert["id"], "duplicate")?;
    sandbox.wait_state(1, "delivered")?;
    assert!(
        chain::is_open(applied.chain.ask(SICK)?),
        "{:?}",
        applied.chain.ask(SICK)
    );
    Ok(())
}

#[test]
fn a_lost_alert_is_found_by_the_idle_poll() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    sandbox.faults(&json!({"hold_deliveries": true}))?;
    applied.set(SICK, "Alert")?;
    let alert = sandbox.wait_state(0, "held")?;
    sandbox.delivery(&alert["id"], "drop")?;
    applied.chain.service()?.advance(600)?;
    applied.chain.wait_open(SICK)?;
    Ok(())
}
