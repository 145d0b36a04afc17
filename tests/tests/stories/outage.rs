//! Datadog is down while it matters.

use super::common::{Applied, SICK};
use serde_json::json;
use tests::chain;

#[test]
fn datadog_down_through_all_attempts_heals_without_a_replay() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    sandbox.faults(&json!({"datadog": {"status": 503}}))?;
    applied.set(SICK, "Alert")?;
    for (attempt, wait) in [(1, 60), (2, 120)] {
        sandbox.wait_attempts(0, attempt)?;
        sandbox.advance(wait)?;
    }
    sandbox.wait_state(0, "dead")?;
    assert!(
        !chain::is_open(applied.chain.ask(SICK)?),
        "open before Datadog could be read"
    );
    sandbox.faults(&json!({"datadog": null}))?;
    // The longest backoff of a dirty monitor's re-reads is shorter than this.
    applied.chain.service()?.advance(300)?;
    applied.chain.wait_open(SICK)?;
    assert_eq!(sandbox.deliveries()?.len(), 1, "somebody replayed");
    Ok(())
}

#[test]
fn an_open_breaker_stays_open_while_datadog_is_down() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let sandbox = &applied.chain.sandbox;
    applied.set(SICK, "Alert")?;
    applied.chain.wait_open(SICK)?;
    for fault in [
        json!({"status": 503}),
        json!({"status": 403}),
        json!({"status": 404}),
    ] {
        sandbox.faults(&json!({"datadog": fault}))?;
        let before = sandbox.requests()?;
        applied.chain.service()?.advance(130)?;
        tests::wait::until("a failed read", || {
            (sandbox.requests().ok()? > before).then_some(())
        })?;
        assert!(
            chain::is_open(applied.chain.ask(SICK)?),
            "{fault}: {:?}",
            applied.chain.ask(SICK)
        );
    }
    Ok(())
}
