//! From the notification to the callback: what is called, how often, and with what.

use super::common::{Applied, SICK, WELL, monitor_body};
use serde_json::json;
use tests::callback_target::CallbackTarget;
use tests::chain::{Chain, Store};

#[test]
fn an_alert_opens_one_group_and_its_recovery_closes_it() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    applied.set(SICK, "Alert")?;
    applied.chain.sandbox.wait_state(0, "delivered")?;
    applied.chain.wait_open(SICK)?;
    applied.chain.wait_closed(WELL)?;
    applied.set(SICK, "OK")?;
    applied.chain.sandbox.wait_state(1, "delivered")?;
    applied.chain.service()?.advance(3600)?;
    applied.chain.wait_closed(SICK)?;
    Ok(())
}

#[test]
fn three_failed_attempts_end_in_the_dead_letter_queue_and_the_restart_heals() -> anyhow::Result<()>
{
    let mut applied = Applied::start()?;
    applied.chain.crash_service();
    applied.set(SICK, "Alert")?;
    let sandbox = &applied.chain.sandbox;
    for (attempt, wait) in [(1, 60), (2, 120)] {
        sandbox.wait_attempts(0, attempt)?;
        assert!(
            sandbox.dead_letters()?.is_empty(),
            "dead before the third attempt"
        );
        sandbox.advance(wait)?;
    }
    let dead = sandbox.wait_state(0, "dead")?;
    assert_eq!(dead["attempts"].as_array().map(Vec::len), Some(3));
    let letters = sandbox.dead_letters()?;
    assert_eq!(letters.len(), 1);
    applied.chain.restart_service()?;
    applied.chain.wait_open(SICK)?;
    Ok(())
}

#[test]
fn a_message_without_a_callback_line_is_a_success_and_calls_nothing() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let target = CallbackTarget::start(&[])?;
    let mut body = monitor_body("plain", &target.url(), &[]);
    body["message"] = json!("Only words, and one circuit-breaker-callback: in mid-line.\n@sns-x");
    let monitor = chain.sandbox.create_monitor(&body)?;
    chain.sandbox.set(&monitor, SICK, "Alert")?;
    let delivery = chain.sandbox.wait_state(0, "delivered")?;
    assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(1));
    assert!(target.received().is_empty());
    Ok(())
}

#[test]
fn a_500_is_retried_with_the_same_webhook_id() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let target = CallbackTarget::start(&[500, 200])?;
    let monitor = chain
        .sandbox
        .create_monitor(&monitor_body("retry", &target.url(), &[]))?;
    chain.sandbox.set(&monitor, SICK, "Alert")?;
    chain.sandbox.wait_attempts(0, 1)?;
    assert_eq!(target.received().len(), 1);
    chain.sandbox.advance(60)?;
    chain.sandbox.wait_state(0, "delivered")?;
    let received = target.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!(received[1].body["monitor_id"], json!(monitor));
    assert_eq!(received[1].body["group"], json!(SICK));
    assert!(
        received[1].body["event_id"].is_string(),
        "{}",
        received[1].body
    );
    assert!(chain.sandbox.dead_letters()?.is_empty());
    Ok(())
}

#[test]
fn both_forms_of_the_footer_carry_the_ids() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let target = CallbackTarget::start(&[])?;
    let monitor = chain
        .sandbox
        .create_monitor(&monitor_body("forms", &target.url(), &[]))?;
    for (index, form) in ["2018", "2026"].into_iter().enumerate() {
        chain.sandbox.form(form)?;
        let status = if index == 0 { "Alert" } else { "OK" };
        chain.sandbox.set(&monitor, SICK, status)?;
        chain.sandbox.wait_state(index, "delivered")?;
        let received = target.received();
        assert_eq!(received.len(), index + 1, "form {form}");
        assert_eq!(
            received[index].body["monitor_id"],
            json!(monitor),
            "form {form}"
        );
        assert!(received[index].body["event_id"].is_string(), "form {form}");
    }
    Ok(())
}
